//! A call of a memoized function, and what else its handle can do: the generic code behind every expansion.
//!
//! Each function here takes the [store](crate::site), the [query](crate::key) made of the borrowed arguments, and what is
//! [kept](crate::keep) of a result.

mod handle;
mod operation;
mod wait;

use std::marker::PhantomData;
use std::ptr;
use std::time::Duration;

pub use handle::{
    bypassed, cache, clear, contains, expires_in, forget, forget_if, info, look, parameters, peek, put, resize,
};
pub use operation::{
    Call, Contains, Entered, ExpiresIn, Forget, Operation, Peek, Put, Read, Refresh, at_once, enter, enter_async,
};
pub use wait::{AsyncStep, begin_async};

use crate::engine::scope::Scope;
use crate::engine::{Begin, Engine, Hit, Kind, Mode, Outcome, Request, Terms, Ticket, Turn};
use crate::flight::running::Driven;
use crate::keep::Keep;
use crate::key::{Lookup, StoredArgs};
use crate::site::{Holds, Store};
use crate::table::{Hash, Head, Node};

type EngineOf<St> = Engine<<St as Store>::Scope>;

/// What a call came to: the value, or the duty to compute it.
pub enum Step<'a, St: Store, Q: Lookup, R, Kp: Keep<R>> {
    /// A hit, or another's run.
    Done(R),
    /// Nobody has it.
    Run(Lead<'a, St, Q::Stored, Kp, Kp::Stored>),
}

/// The right to compute and keep one value. Dropping it (a panic, a cancelled future) hands it over to those who wait.
pub struct Lead<'a, St: Store, K, Kp, V> {
    /// `None` computes without the cache. The kind is the ticket's.
    ticket: Option<(Ticket<'a, St::Scope>, Kind<K, V>)>,
    keep: Kp,
    _of: PhantomData<fn() -> (K, V)>,
}

/// What the engine asks of a call: its key, owned when that is needed.
struct Asking<'q, Q: Lookup, V> {
    query: &'q Q,
    key: Option<Q::Stored>,
    value: Option<V>,
}

impl<'q, Q: Lookup, V> Asking<'q, Q, V> {
    fn new(query: &'q Q) -> Self {
        Self { query, key: None, value: None }
    }
}

impl<Q: Lookup, V> Request for Asking<'_, Q, V> {
    fn is(&self, head: &Head) -> bool {
        // SAFETY: the engine is asked for entries of this kind, and shows no others; their keys are there.
        let node: &Node<Q::Stored, V> = unsafe { &*ptr::from_ref(head).cast() };
        self.query.matches(node.key())
    }

    fn own(&mut self) {
        self.key = Some(self.query.to_stored());
    }

    fn is_owned(&self) -> bool {
        self.key.is_some()
    }

    unsafe fn write(&mut self, place: *mut Head) {
        if let Some(key) = self.key.take() {
            // SAFETY: by contract.
            unsafe { Node::<Q::Stored, V>::write_key(place, key) };
        }
        if let Some(value) = self.value.take() {
            // SAFETY: by contract.
            unsafe { Node::<Q::Stored, V>::write_value(place, value) };
        }
    }
}

/// A query in a store: the engine, the hash, the kind of entries.
struct Place<'a, St: Store, K, V> {
    engine: &'a EngineOf<St>,
    hash: Hash,
    kind: Kind<K, V>,
}

impl<St: Store, K, V> Clone for Place<'_, St, K, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<St: Store, K, V> Copy for Place<'_, St, K, V> {}

impl<St: Store, K, V> Place<'_, St, K, V> {
    /// What `then` makes of the query's entry. Without one, the clock that may prove it.
    #[inline(always)]
    fn find<Q: Lookup<Stored = K>, T>(
        &self,
        query: &Q,
        then: impl FnOnce(&Hit<'_, K, V, St::Scope>) -> T,
    ) -> Result<T, Option<u64>> {
        self.engine.find(self.hash, self.kind, move |key| query.matches(key), then)
    }
}

/// The value of a hit, for a caller.
#[inline(always)]
fn take<K, R, Kp: Keep<R>, S: Scope>(hit: &Hit<'_, K, Kp::Stored, S>, keep: Kp) -> R {
    let value = keep.give(hit.value());
    hit.touch();
    value
}

/// Where the query belongs. `None` where the thread's locals are gone already.
#[inline(always)]
fn place<'a, St, Q, V>(store: &'a St, query: &Q) -> Option<Place<'a, St, Q::Stored, V>>
where
    St: Holds<Q::Stored, V>,
    Q: Lookup,
{
    let (engine, hasher) = store.place()?;
    Some(Place { engine, hash: Hash::of::<St::Hasher>(query.hash(hasher)), kind: St::kind(engine) })
}

/// Looks the arguments up. If another computes them, waits for it.
#[inline]
pub fn begin<'a, St, Q, R, Kp>(store: &'a St, query: &Q, keep: Kp) -> Step<'a, St, Q, R, Kp>
where
    St: Holds<Q::Stored, Kp::Stored>,
    Q: Lookup,
    Kp: Keep<R>,
{
    let Some(place) = place(store, query) else { return Step::Run(Lead::without_cache(keep)) };
    match place.find(query, |hit| take(hit, keep)) {
        Ok(value) => Step::Done(value),
        Err(clock) => {
            let mut asking = Asking::<Q, Kp::Stored>::new(query);
            if let Some(lead) = lead_quickly(place, clock, &mut asking, keep) {
                return Step::Run(lead);
            }
            begin_miss(place, clock, asking, keep)
        }
    }
}

/// The usual miss.
#[inline(always)]
fn lead_quickly<'a, St: Store, K, V, Kp>(
    place: Place<'a, St, K, V>,
    clock: Option<u64>,
    asking: &mut dyn Request,
    keep: Kp,
) -> Option<Lead<'a, St, K, Kp, V>> {
    let head = place.engine.begin_quickly(place.hash, place.kind.number(), clock?, asking)?;
    Some(Lead::new(Ticket::of(place.engine, head), place.kind, keep))
}

#[cold]
#[inline(never)]
fn begin_miss<'a, St, Q, R, Kp>(
    place: Place<'a, St, Q::Stored, Kp::Stored>,
    clock: Option<u64>,
    mut asking: Asking<'_, Q, Kp::Stored>,
    keep: Kp,
) -> Step<'a, St, Q, R, Kp>
where
    St: Holds<Q::Stored, Kp::Stored>,
    Q: Lookup,
    Kp: Keep<R>,
{
    let mut turn = Turn::default();
    loop {
        let landed = match place.engine.begin(place.hash, place.kind.number(), clock, &mut asking, &turn, Mode::Call) {
            Begin::Hit(found) => {
                // SAFETY: the engine was asked for this kind.
                Some(unsafe { found.with(place.kind, |hit| take(hit, keep)) })
            }
            Begin::Lead(ticket) => return Step::Run(Lead::new(ticket, place.kind, keep)),
            Begin::Bypass => return Step::Run(Lead::without_cache(keep)),
            Begin::Wait(wait) => outcome(place.kind, wait.park(&mut turn), keep),
        };
        if let Some(value) = landed {
            return Step::Done(value);
        }
    }
}

/// What another's run leaves for a waiter. `None` to look again.
fn outcome<K, R, Kp: Keep<R>>(_: Kind<K, Kp::Stored>, outcome: Outcome<'_>, keep: Kp) -> Option<R> {
    match outcome {
        Outcome::Value(arrived) => {
            // SAFETY: an entry of the kind that was asked for, held, its value landed before it was told of.
            let stored = unsafe { (*ptr::from_ref(arrived.head()).cast::<Node<K, Kp::Stored>>()).value() };
            Some(keep.give(stored))
        }
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
    begin_refresh(store, query, keep)
        .map_or_else(|| Lead::without_cache(keep), |(ticket, kind)| Lead::new(ticket, kind, keep))
}

/// As [`refresh`], for a future.
pub fn refresh_async<'a, St, Q, R, Kp>(store: &'a St, query: &Q, keep: Kp) -> Lead<'a, St, Q::Stored, Kp, Kp::Stored>
where
    St: Holds<Q::Stored, Kp::Stored>,
    Q: Lookup,
    Kp: Keep<R>,
{
    begin_refresh(store, query, keep)
        .map_or_else(|| Lead::without_cache(keep), |(ticket, kind)| Lead::new(ticket.of_a_task(), kind, keep))
}

#[expect(clippy::type_complexity, reason = "a pair")]
fn begin_refresh<'a, St, Q, R, Kp>(
    store: &'a St,
    query: &Q,
    _keep: Kp,
) -> Option<(Ticket<'a, St::Scope>, Kind<Q::Stored, Kp::Stored>)>
where
    St: Holds<Q::Stored, Kp::Stored>,
    Q: Lookup,
    Kp: Keep<R>,
{
    let place = place(store, query)?;
    let mut asking = Asking::<Q, Kp::Stored>::new(query);
    let kind = place.kind;
    match place.engine.begin(place.hash, kind.number(), None, &mut asking, &Turn::default(), Mode::Refresh) {
        Begin::Lead(ticket) => Some((ticket, kind)),
        // A refresh takes nobody's value and waits for nobody.
        Begin::Hit(_) | Begin::Wait(_) | Begin::Bypass => None,
    }
}

impl<'a, St: Store, K, Kp, V> Lead<'a, St, K, Kp, V> {
    fn new(ticket: Ticket<'a, St::Scope>, kind: Kind<K, V>, keep: Kp) -> Self {
        Self { ticket: Some((ticket, kind)), keep, _of: PhantomData }
    }

    fn without_cache(keep: Kp) -> Self {
        Self { ticket: None, keep, _of: PhantomData }
    }

    /// Runs the body's future as part of this run.
    pub fn drive<F: Future + Unpin>(&self, body: F) -> Driven<F> {
        Driven::new(self.ticket.as_ref().map(|(ticket, _)| ticket.id()), body)
    }

    /// Keeps the value, if it is one to keep, and hands it on to those who wait.
    #[inline]
    pub fn finish<R, W>(mut self, value: R, write: W) -> R
    where
        St: Holds<K, V>,
        K: StoredArgs,
        Kp: Keep<R, Stored = V>,
        W: for<'w> FnOnce(Writing<'w, K, R>) -> Writing<'w, K, R>,
    {
        let keep = self.keep;
        let Some((ticket, _)) = &mut self.ticket else { return value };
        ticket.enter();
        let Some(stored) = keep.stored(&value) else {
            let instead = keep.shared_failure(&value).map(Into::into);
            ticket.land_without_value(instead, keep.failed(&value));
            return value;
        };
        // SAFETY: the run began with this kind, and its key is there.
        let node: &Node<K, V> = unsafe { &*ptr::from_ref(ticket.head()).cast() };
        let terms = terms(node.key(), &value, keep, write);
        // SAFETY: nobody else writes the value of this run, and nobody reads it before it has landed.
        unsafe {
            Node::<K, V>::write_value(ptr::from_ref(ticket.head()).cast_mut(), stored);
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
