//! A call of a memoized function, and what else its handle can do: the generic code behind every expansion.
//!
//! Each function here takes the [store](crate::site), the [query](crate::key) made of the borrowed arguments, and what is
//! [kept](crate::keep) of a result. Generic is only what looks at keys and values; all else is compiled [once](cold).

mod cold;
mod handle;
mod operation;
mod wait;

use std::any::{Any, TypeId};
use std::marker::PhantomData;
use std::ptr;
use std::time::Duration;

pub(crate) use cold::Cold;
use cold::Duty;
pub use handle::{bypassed, cache, clear, forget_if, info, parameters, resize};
pub use operation::{Call, Contains, Entered, ExpiresIn, Forget, Operation, Peek, Put, Read, Refresh, at_once};

use crate::engine::{Engine, Request, Terms};
use crate::flight::running::Driven;
use crate::keep::Keep;
use crate::key::{Lookup, StoredArgs};
use crate::site::{Holds, Store};
use crate::table::{Hash, Head, KindOf, Node, Shown, Vtable};
use cold::{Caller, Landed, Landing};

/// The right to compute and keep one value, for an operation. Dropping it (a panic, a cancelled future) hands it over to those who wait.
pub struct Lead<'a, S: Cold, K, R, Kp, Op> {
    /// `None` computes without the cache.
    duty: Option<Duty<'a, S>>,
    keep: Kp,
    op: Op,
    _of: PhantomData<fn() -> (K, R)>,
}

type LeadOf<'a, St, Q, R, Kp, Op> = Lead<'a, <St as Store>::Scope, <Q as crate::key::Key>::Stored, R, Kp, Op>;

/// A call that missed: its key, owned when that is needed, and its value, if it is there after all.
struct Asking<'q, Q: Lookup, R, Kp> {
    query: &'q Q,
    keep: Kp,
    key: Option<Q::Stored>,
    answer: Option<R>,
}

impl<'q, Q: Lookup, R, Kp> Asking<'q, Q, R, Kp> {
    #[inline]
    fn new(query: &'q Q, keep: Kp) -> Self {
        Self { query, keep, key: None, answer: None }
    }
}

impl<Q: Lookup, R, Kp: Keep<R>> Request for Asking<'_, Q, R, Kp> {
    fn is(&self, head: &Head) -> bool {
        // SAFETY: the engine is asked for entries of this kind, and shows no others; their keys are there.
        let node: &Node<Q::Stored, Kp::Stored> = unsafe { &*ptr::from_ref(head).cast() };
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
            unsafe { Node::<Q::Stored, Kp::Stored>::write_key(place, key) };
        }
    }
}

impl<Q: Lookup, R, Kp: Keep<R>> Caller for Asking<'_, Q, R, Kp> {
    unsafe fn take(&mut self, head: &Head) {
        // SAFETY: by contract.
        let stored = unsafe { (*ptr::from_ref(head).cast::<Node<Q::Stored, Kp::Stored>>()).value() };
        self.answer = Some(self.keep.give(stored));
    }

    fn take_failure(&mut self, failure: &(dyn Any + Send + Sync)) -> bool {
        // A constant: nothing of this is compiled for the others.
        Kp::SHARES_FAILURES && {
            self.answer = self.keep.from_failure(failure);
            self.answer.is_some()
        }
    }
}

/// A query in a store: the engine, the hash, the kind of entries. All that is known of a key by code that does not know its type.
struct Place<'a, S: Cold> {
    engine: &'a Engine<S>,
    hash: Hash,
    /// Behind a reference, so that it is read when it is needed.
    kind: &'a KindOf,
}

impl<S: Cold> Clone for Place<'_, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S: Cold> Copy for Place<'_, S> {}

/// Where the query belongs. `None` where the thread's locals are gone already.
#[inline(always)]
fn place<'a, St, Q, R, Kp>(store: &'a St, query: &Q, _keep: Kp) -> Option<Place<'a, St::Scope>>
where
    St: Holds<Q::Stored, Kp::Stored>,
    Q: Lookup,
    Kp: Keep<R>,
{
    let (engine, hasher) = store.place()?;
    let hash = Hash::of::<St::Hasher>(query.hash(hasher));
    let vtable = const { &Vtable::shown_by::<Q::Stored, Kp::Stored>(show::<Q, R, Kp>) };
    Some(Place { engine, hash, kind: kind::<Node<Q::Stored, Kp::Stored>, _>(engine, vtable) })
}

/// The kind of entries in the store that are nodes `N`.
#[inline(always)]
fn kind<'a, N: 'static, S: Cold>(engine: &'a Engine<S>, vtable: &'static Vtable) -> &'a KindOf {
    match engine.first_kind(TypeId::of::<N>()) {
        Some(kind) => kind,
        // Asked for once more, so that it need not lie in memory for this call.
        None => S::kind(engine, TypeId::of::<N>(), vtable),
    }
}

/// The arguments and the value of an entry, for those who do not know their types.
///
/// # Safety
///
/// It is an entry of this kind, and lives as long as what this leads to is used.
unsafe fn show<Q: Lookup, R, Kp: Keep<R>>(head: *const Head) -> Shown {
    // SAFETY: by contract.
    let node = unsafe { &*head.cast::<Node<Q::Stored, Kp::Stored>>() };
    // SAFETY: only entries that live are shown.
    (ptr::from_ref(node.key()), ptr::from_ref(Kp::as_any(unsafe { node.value() })))
}

/// A hit: what `then` makes of the value, if it is where nearly all are. Without one, the clock that may prove that there is none.
#[inline(always)]
fn find<S, Q, R, Kp, T>(
    place: &Place<'_, S>,
    query: &Q,
    _keep: Kp,
    then: impl FnOnce(&Kp::Stored) -> T,
) -> Result<T, Option<u64>>
where
    S: Cold,
    Q: Lookup,
    Kp: Keep<R>,
{
    let near = place.engine.find_near::<false>(place.hash, place.kind)?;
    // SAFETY: an entry of this kind, which is the number of just these types in this store; held.
    let node: &Node<Q::Stored, Kp::Stored> = unsafe { &*ptr::from_ref(near.head()).cast() };
    if query.matches(node.key()) && near.touch() {
        // SAFETY: it was found alive, and is published with its value.
        Ok(then(unsafe { node.value() }))
    } else {
        Err(None)
    }
}

impl<'a, S: Cold, K: StoredArgs, R, Kp: Keep<R>, Op: Operation<R>> Lead<'a, S, K, R, Kp, Op> {
    #[inline]
    fn new(duty: Option<Duty<'a, S>>, keep: Kp, op: Op) -> Self {
        Self { duty, keep, op, _of: PhantomData }
    }

    /// Runs the body's future as part of this run.
    pub fn drive<F: Future + Unpin>(&self, body: F) -> Driven<F> {
        Driven::new(self.duty.as_ref().map(Duty::id), body)
    }

    /// Keeps the value, if it is one to keep, hands it on to those who wait, and answers.
    pub fn finish(self, value: R) -> Op::Answer {
        S::finish(self.duty, &mut Plain { value: &value, keep: self.keep, _of: PhantomData::<K> });
        self.op.answer(value)
    }

    /// As [`finish`](Self::finish), and what the words of the attribute make of the value.
    pub fn finish_with<W>(self, value: R, write: W) -> Op::Answer
    where
        W: for<'w> FnOnce(Writing<'w, K, R>) -> Writing<'w, K, R>,
    {
        let plain = Plain { value: &value, keep: self.keep, _of: PhantomData::<K> };
        S::finish(self.duty, &mut Written { plain, write: Some(write) });
        self.op.answer(value)
    }
}

/// A value on its way into the store.
struct Plain<'v, K, R, Kp> {
    value: &'v R,
    keep: Kp,
    _of: PhantomData<K>,
}

impl<K, R, Kp: Keep<R>> Plain<'_, K, R, Kp> {
    fn nothing(&self) -> Landed {
        Landed::Nothing { failure: self.keep.shared_failure(self.value), failed: self.keep.failed(self.value) }
    }
}

impl<K, R, Kp: Keep<R>> Landing for Plain<'_, K, R, Kp> {
    unsafe fn land(&mut self, head: *mut Head, _: &mut Terms) -> Landed {
        let Some(stored) = self.keep.stored(self.value) else { return self.nothing() };
        // SAFETY: by contract.
        unsafe { Node::<K, Kp::Stored>::write_value(head, stored) };
        Landed::Value
    }
}

/// The same with what the attribute says of it.
struct Written<'v, K, R, Kp, W> {
    plain: Plain<'v, K, R, Kp>,
    write: Option<W>,
}

impl<K, R, Kp, W> Landing for Written<'_, K, R, Kp, W>
where
    Kp: Keep<R>,
    W: for<'w> FnOnce(Writing<'w, K, R>) -> Writing<'w, K, R>,
{
    unsafe fn land(&mut self, head: *mut Head, terms: &mut Terms) -> Landed {
        let Plain { value, keep, .. } = self.plain;
        let Some(stored) = keep.stored(value) else { return self.plain.nothing() };
        if let Some(write) = self.write.take() {
            // SAFETY: its key is there, by contract.
            let key = unsafe { (*head.cast::<Node<K, Kp::Stored>>()).key() };
            *terms = write(Writing { key, value, terms: *terms }).terms;
        }
        // SAFETY: by contract.
        unsafe { Node::<K, Kp::Stored>::write_value(head, stored) };
        Landed::Value
    }
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
