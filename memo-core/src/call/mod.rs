//! A call of a memoized function, and what else its handle can do: the generic code behind every expansion.
//!
//! Each function here takes the [store](crate::site), the [query](crate::key) made of the borrowed arguments, and what is
//! [kept](crate::keep) of a result.

mod handle;
mod operation;
mod wait;

use std::marker::PhantomData;
use std::time::Duration;

pub use handle::{
    bypassed, cache, clear, contains, expires_in, forget, forget_if, info, look, parameters, peek, put, resize,
};
pub use operation::{
    Call, Contains, Entered, ExpiresIn, Forget, Operation, Peek, Put, Read, Refresh, at_once, enter, enter_async,
};
pub use wait::{AsyncStep, begin_async};

use crate::engine::scope::Scope;
use crate::engine::{Begin, Engine, Mode, Node, Outcome, Terms, Ticket, Turn};
use crate::entry::Pair;
use crate::flight::running::Driven;
use crate::keep::Keep;
use crate::key::{Lookup, StoredArgs};
use crate::site::{Holds, Store};

type EngineOf<St> = Engine<<St as Store>::Payload, <St as Store>::Scope>;
type NodeOf<St> = <<St as Store>::Scope as Scope>::Ref<Node<<St as Store>::Payload>>;

/// What a call came to: the value, or the duty to compute it.
pub enum Step<'a, St: Store, Q: Lookup, R, Kp: Keep<R>> {
    /// A hit, or another's run.
    Done(R),
    /// Nobody has it.
    Run(Lead<'a, St, Q::Stored, Kp, Kp::Stored>),
}

/// The right to compute and keep one value. Dropping it (a panic, a cancelled future) hands it over to those who wait.
pub struct Lead<'a, St: Store, K, Kp, V> {
    /// `None` computes without the cache.
    ticket: Option<Ticket<'a, St::Payload, St::Scope>>,
    keep: Kp,
    _of: PhantomData<fn() -> (K, V)>,
}

/// Whether an entry is the query's.
fn recognise<St, Q, V>(query: &Q) -> impl Fn(&St::Payload) -> bool
where
    St: Holds<Q::Stored, V>,
    Q: Lookup,
{
    |payload| St::pair(payload).is_some_and(|pair| query.matches(&pair.key))
}

fn own<St, Q, V>(hash: u64, query: &Q) -> NodeOf<St>
where
    St: Holds<Q::Stored, V>,
    Q: Lookup,
{
    St::node(hash, Pair::pending(query.to_stored()))
}

/// The value of an entry that has one.
#[inline]
fn give<St, K, R, Kp>(node: &Node<St::Payload>, keep: Kp) -> Option<R>
where
    St: Holds<K, Kp::Stored>,
    Kp: Keep<R>,
{
    Some(keep.give(St::pair(&node.payload)?.value()?))
}

/// Looks the arguments up. If another computes them, waits for it.
#[inline]
pub fn begin<'a, St, Q, R, Kp>(store: &'a St, query: &Q, keep: Kp) -> Step<'a, St, Q, R, Kp>
where
    St: Holds<Q::Stored, Kp::Stored>,
    Q: Lookup,
    Kp: Keep<R>,
{
    let Some((engine, hasher)) = store.place() else { return Step::Run(Lead::without_cache(keep)) };
    let hash = query.hash(hasher);
    if let Some(node) = engine.find(hash, recognise::<St, Q, Kp::Stored>(query))
        && let Some(value) = give::<St, Q::Stored, R, Kp>(&node, keep)
    {
        engine.hit(&node);
        return Step::Done(value);
    }
    begin_miss(engine, hash, query, keep)
}

#[inline(never)]
fn begin_miss<'a, St, Q, R, Kp>(engine: &'a EngineOf<St>, hash: u64, query: &Q, keep: Kp) -> Step<'a, St, Q, R, Kp>
where
    St: Holds<Q::Stored, Kp::Stored>,
    Q: Lookup,
    Kp: Keep<R>,
{
    let mut turn = Turn::default();
    loop {
        let is = recognise::<St, Q, Kp::Stored>(query);
        let landed = match engine.begin(hash, is, || own::<St, Q, Kp::Stored>(hash, query), &turn, Mode::Call) {
            Begin::Hit(node) => {
                engine.hit(&node);
                give::<St, Q::Stored, R, Kp>(&node, keep)
            }
            Begin::Lead(ticket) => return Step::Run(Lead::new(ticket, keep)),
            Begin::Bypass => return Step::Run(Lead::without_cache(keep)),
            Begin::Wait(wait) => outcome::<St, Q::Stored, R, Kp>(wait.park(&mut turn), keep),
        };
        if let Some(value) = landed {
            return Step::Done(value);
        }
    }
}

/// What another's run leaves for a waiter. `None` to look again.
fn outcome<St, K, R, Kp>(outcome: Outcome<St::Payload, St::Scope>, keep: Kp) -> Option<R>
where
    St: Holds<K, Kp::Stored>,
    Kp: Keep<R>,
{
    match outcome {
        Outcome::Value(node) => give::<St, K, R, Kp>(&node, keep),
        Outcome::Failure(failure) => keep.from_failure(&*failure),
        Outcome::Again => None,
    }
}

/// The right to compute anew what may be there already, and to replace it.
pub fn refresh<'a, St, Q, R, Kp>(store: &'a St, query: &Q, keep: Kp) -> Lead<'a, St, Q::Stored, Kp, Kp::Stored>
where
    St: Holds<Q::Stored, Kp::Stored>,
    Q: Lookup,
    Kp: Keep<R>,
{
    begin_refresh(store, query, keep).map_or_else(|| Lead::without_cache(keep), |ticket| Lead::new(ticket, keep))
}

/// As [`refresh`], for a future.
pub fn refresh_async<'a, St, Q, R, Kp>(store: &'a St, query: &Q, keep: Kp) -> Lead<'a, St, Q::Stored, Kp, Kp::Stored>
where
    St: Holds<Q::Stored, Kp::Stored>,
    Q: Lookup,
    Kp: Keep<R>,
{
    begin_refresh(store, query, keep)
        .map_or_else(|| Lead::without_cache(keep), |ticket| Lead::new(ticket.of_a_task(), keep))
}

fn begin_refresh<'a, St, Q, R, Kp>(store: &'a St, query: &Q, _keep: Kp) -> Option<Ticket<'a, St::Payload, St::Scope>>
where
    St: Holds<Q::Stored, Kp::Stored>,
    Q: Lookup,
    Kp: Keep<R>,
{
    let (engine, hasher) = store.place()?;
    let hash = query.hash(hasher);
    let is = recognise::<St, Q, Kp::Stored>(query);
    match engine.begin(hash, is, || own::<St, Q, Kp::Stored>(hash, query), &Turn::default(), Mode::Refresh) {
        Begin::Lead(ticket) => Some(ticket),
        // A refresh takes nobody's value and waits for nobody.
        Begin::Hit(_) | Begin::Wait(_) | Begin::Bypass => None,
    }
}

impl<'a, St: Store, K, Kp, V> Lead<'a, St, K, Kp, V> {
    fn new(ticket: Ticket<'a, St::Payload, St::Scope>, keep: Kp) -> Self {
        Self { ticket: Some(ticket), keep, _of: PhantomData }
    }

    fn without_cache(keep: Kp) -> Self {
        Self { ticket: None, keep, _of: PhantomData }
    }

    /// Runs the body's future as part of this run.
    pub fn drive<F: Future + Unpin>(&self, body: F) -> Driven<F> {
        Driven::new(self.ticket.as_ref().map(Ticket::id), body)
    }

    /// Keeps the value, if it is one to keep, and hands it on to those who wait.
    pub fn finish<R, W>(self, value: R, write: W) -> R
    where
        St: Holds<K, V>,
        K: StoredArgs,
        Kp: Keep<R, Stored = V>,
        W: for<'w> FnOnce(Writing<'w, K, R>) -> Writing<'w, K, R>,
    {
        let Self { ticket, keep, .. } = self;
        let Some(mut ticket) = ticket else { return value };
        ticket.enter();
        let Some(stored) = keep.stored(&value) else {
            let instead = keep.shared_failure(&value).map(Into::into);
            ticket.land_without_value(instead, keep.failed(&value));
            return value;
        };
        if let Some(pair) = St::pair(&ticket.node().payload) {
            let terms = terms(&pair.key, &value, keep, write);
            pair.put(stored);
            ticket.land(&terms);
        }
        value
    }
}

/// What the words of the attribute make of a value.
fn terms<K, R, Kp, W>(key: &K, value: &R, keep: Kp, write: W) -> Terms
where
    K: StoredArgs,
    Kp: Keep<R>,
    W: for<'w> FnOnce(Writing<'w, K, R>) -> Writing<'w, K, R>,
{
    let mut terms = write(Writing { key, value, terms: Terms::default() }).terms;
    // What lives for no time is not kept.
    terms.keep &= keep.keeps(value) && terms.ttl != Some(Duration::ZERO);
    terms
}

/// A value that is about to be kept, and its key.
pub struct Writing<'w, K, R> {
    key: &'w K,
    value: &'w R,
    terms: Terms,
}

impl<K: StoredArgs, R> Writing<'_, K, R> {
    /// `ttl = |key, value| ..`
    #[must_use]
    pub fn ttl(mut self, ttl: impl FnOnce(&K::View, &R) -> Duration) -> Self {
        self.terms.ttl = Some(ttl(self.key.view(), self.value));
        self
    }

    /// `weight = |key, value| ..`
    #[must_use]
    pub fn weight<W: Weight>(mut self, weight: impl FnOnce(&K::View, &R) -> W) -> Self {
        self.terms.weight = weight(self.key.view(), self.value).into_weight();
        self
    }

    /// `keep_if = |value| ..`
    #[must_use]
    pub fn keep_if(mut self, keep: impl FnOnce(&R) -> bool) -> Self {
        self.terms.keep = keep(self.value);
        self
    }
}

/// A value that is kept without more ado.
#[must_use]
pub fn as_is<K, R>(writing: Writing<'_, K, R>) -> Writing<'_, K, R> {
    writing
}

/// A number that says what an entry weighs. Negative weighs nothing.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a weight",
    label = "expected an integer",
    note = "`weight = |key, value| ..` gives an integer such as `usize` or `u64`"
)]
pub trait Weight {
    #[doc(hidden)]
    fn into_weight(self) -> u64;
}

macro_rules! weights {
    ($($t:ty),*) => { $(
        impl Weight for $t {
            #[inline]
            fn into_weight(self) -> u64 {
                u64::try_from(self).unwrap_or(0)
            }
        }
    )* };
}
weights!(u8, u16, u32, u64, usize, i32, i64, isize);
