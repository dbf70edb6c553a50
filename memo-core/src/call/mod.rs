//! A call of a memoized function, and what else its handle can do: the generic code behind every expansion.
//!
//! Each function here takes the [store](crate::site), the [query](crate::key) made of the borrowed arguments, and what is
//! [kept](crate::keep) of a result. Generic is only what looks at keys and values; all else is compiled [once](cold).

mod handle;
mod operation;
mod slow_path;
mod wait;

use std::any::{Any, TypeId};
use std::marker::PhantomData;
use std::ptr;
use std::time::Duration;

pub use handle::{bypassed, cache, clear, forget_if, info, parameters, resize};
pub use operation::{Call, Contains, Entered, ExpiresIn, Forget, Operation, Peek, Put, Read, Refresh, at_once};
use slow_path::Duty;
pub(crate) use slow_path::SlowPath;

use crate::cacheable::Cacheable;
use crate::engine::{Engine, Request, WriteTerms};
use crate::flight::current_runs::InRun;
use crate::home::{Holds, Store};
use crate::key::{Lookup, StoredArgs};
use crate::table::{EntryType, EntryVtable, Head, Node, ShortHash, Shown};
use slow_path::{Caller, Computed, WriteValue};

/// The right to compute and keep one value, for an operation. Dropping it (a panic, a cancelled future) hands it over to those who wait.
pub struct Lead<'a, S: SlowPath, K, R, C, Op> {
    /// `None` computes without the cache.
    duty: Option<Duty<'a, S>>,
    cacheable: C,
    op: Op,
    _of: PhantomData<fn() -> (K, R)>,
}

type LeadOf<'a, St, Q, R, C, Op> = Lead<'a, <St as Store>::Sharing, <Q as crate::key::Key>::Stored, R, C, Op>;

/// A call that missed: its key, owned when that is needed, and its value, if it is there after all.
struct LoadRequest<'q, Q: Lookup, R, C> {
    query: &'q Q,
    cacheable: C,
    key: Option<Q::Stored>,
    answer: Option<R>,
}

impl<'q, Q: Lookup, R, C> LoadRequest<'q, Q, R, C> {
    #[inline]
    fn new(query: &'q Q, cacheable: C) -> Self {
        Self { query, cacheable, key: None, answer: None }
    }
}

impl<Q: Lookup, R, C: Cacheable<R>> Request for LoadRequest<'_, Q, R, C> {
    fn is(&self, head: &Head) -> bool {
        // SAFETY: the engine is asked for entries of this kind, and shows no others; their keys are there.
        let node: &Node<Q::Stored, C::Stored> = unsafe { &*ptr::from_ref(head).cast() };
        self.query.matches(node.key())
    }

    fn own(&mut self) {
        self.key = Some(self.query.to_stored());
    }

    fn is_owned(&self) -> bool {
        self.key.is_some()
    }

    unsafe fn write(&mut self, target: *mut Head) {
        if let Some(key) = self.key.take() {
            // SAFETY: by contract.
            unsafe { Node::<Q::Stored, C::Stored>::write_key(target, key) };
        }
    }
}

impl<Q: Lookup, R, C: Cacheable<R>> Caller for LoadRequest<'_, Q, R, C> {
    unsafe fn take(&mut self, head: &Head) {
        // SAFETY: by contract.
        let stored = unsafe { (*ptr::from_ref(head).cast::<Node<Q::Stored, C::Stored>>()).value() };
        self.answer = Some(self.cacheable.give(stored));
    }

    fn take_failure(&mut self, failure: &(dyn Any + Send + Sync)) -> bool {
        // A constant: nothing of this is compiled for the others.
        C::SHARES_FAILURES && {
            self.answer = self.cacheable.from_failure(failure);
            self.answer.is_some()
        }
    }
}

/// A query in a store: the engine, the hash, the kind of entries. All that is known of a key by code that does not know its type.
struct Target<'a, S: SlowPath> {
    engine: &'a Engine<S>,
    hash: ShortHash,
    /// Behind a reference, so that it is read when it is needed.
    entry_type: &'a EntryType,
}

impl<S: SlowPath> Clone for Target<'_, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S: SlowPath> Copy for Target<'_, S> {}

/// Where the query belongs. `None` where the thread's locals are gone already.
#[inline(always)]
fn target<'a, St, Q, R, C>(store: &'a St, query: &Q, _keep: C) -> Option<Target<'a, St::Sharing>>
where
    St: Holds<Q::Stored, C::Stored>,
    Q: Lookup,
    C: Cacheable<R>,
{
    let (engine, hasher) = store.parts()?;
    let hash = ShortHash::of::<St::Hasher>(query.hash(hasher));
    let vtable = const { &EntryVtable::shown_by::<Q::Stored, C::Stored>(show::<Q, R, C>) };
    Some(Target { engine, hash, entry_type: entry_type::<Node<Q::Stored, C::Stored>, _>(engine, vtable) })
}

/// The kind of entries in the store that are nodes `N`.
#[inline(always)]
fn entry_type<'a, N: 'static, S: SlowPath>(engine: &'a Engine<S>, vtable: &'static EntryVtable) -> &'a EntryType {
    match engine.first_type(TypeId::of::<N>()) {
        Some(entry_type) => entry_type,
        // Asked for once more, so that it need not lie in memory for this call.
        None => S::entry_type(engine, TypeId::of::<N>(), vtable),
    }
}

/// The arguments and the value of an entry, for those who do not know their types.
///
/// # Safety
///
/// It is an entry of this kind, and lives as long as what this leads to is used.
unsafe fn show<Q: Lookup, R, C: Cacheable<R>>(head: *const Head) -> Shown {
    // SAFETY: by contract.
    let node = unsafe { &*head.cast::<Node<Q::Stored, C::Stored>>() };
    // SAFETY: only entries that live are shown.
    (ptr::from_ref(node.key()), ptr::from_ref(C::as_any(unsafe { node.value() })))
}

/// A hit: what `then` makes of the value, if it is where nearly all are. Without one, the clock that may prove that there is none.
#[inline(always)]
fn find<S, Q, R, C, T>(
    target: &Target<'_, S>,
    query: &Q,
    _keep: C,
    then: impl FnOnce(&C::Stored) -> T,
) -> Result<T, Option<u64>>
where
    S: SlowPath,
    Q: Lookup,
    C: Cacheable<R>,
{
    let near = target.engine.find_fast::<false>(target.hash, target.entry_type)?;
    // SAFETY: an entry of this kind, which is the number of just these types in this store; held.
    let node: &Node<Q::Stored, C::Stored> = unsafe { &*ptr::from_ref(near.head()).cast() };
    if query.matches(node.key()) && near.record_hit() {
        // SAFETY: it was found alive, and is published with its value.
        Ok(then(unsafe { node.value() }))
    } else {
        Err(None)
    }
}

impl<'a, S: SlowPath, K: StoredArgs, R, C: Cacheable<R>, Op: Operation<R>> Lead<'a, S, K, R, C, Op> {
    #[inline]
    fn new(duty: Option<Duty<'a, S>>, cacheable: C, op: Op) -> Self {
        Self { duty, cacheable, op, _of: PhantomData }
    }

    /// Runs the body's future as part of this run.
    pub fn drive<F: Future + Unpin>(&self, body: F) -> InRun<F> {
        InRun::new(self.duty.as_ref().map(Duty::id), body)
    }

    /// Keeps the value, if it is one to keep, hands it on to those who wait, and answers.
    pub fn finish(self, value: R) -> Op::Answer {
        S::finish(self.duty, &mut Plain { value: &value, cacheable: self.cacheable, _of: PhantomData::<K> });
        self.op.answer(value)
    }

    /// As [`finish`](Self::finish), and what the words of the attribute make of the value.
    pub fn finish_with<W>(self, value: R, write: W) -> Op::Answer
    where
        W: for<'w> FnOnce(Writing<'w, K, R>) -> Writing<'w, K, R>,
    {
        let plain = Plain { value: &value, cacheable: self.cacheable, _of: PhantomData::<K> };
        S::finish(self.duty, &mut Written { plain, write: Some(write) });
        self.op.answer(value)
    }
}

/// A value on its way into the store.
struct Plain<'v, K, R, C> {
    value: &'v R,
    cacheable: C,
    _of: PhantomData<K>,
}

impl<K, R, C: Cacheable<R>> Plain<'_, K, R, C> {
    fn nothing(&self) -> Computed {
        Computed::Nothing {
            failure: self.cacheable.shared_failure(self.value),
            failed: self.cacheable.failed(self.value),
        }
    }
}

impl<K, R, C: Cacheable<R>> WriteValue for Plain<'_, K, R, C> {
    unsafe fn land(&mut self, head: *mut Head, _: &mut WriteTerms) -> Computed {
        let Some(stored) = self.cacheable.stored(self.value) else { return self.nothing() };
        // SAFETY: by contract.
        unsafe { Node::<K, C::Stored>::write_value(head, stored) };
        Computed::Value
    }
}

/// The same with what the attribute says of it.
struct Written<'v, K, R, C, W> {
    plain: Plain<'v, K, R, C>,
    write: Option<W>,
}

impl<K, R, C, W> WriteValue for Written<'_, K, R, C, W>
where
    C: Cacheable<R>,
    W: for<'w> FnOnce(Writing<'w, K, R>) -> Writing<'w, K, R>,
{
    unsafe fn land(&mut self, head: *mut Head, terms: &mut WriteTerms) -> Computed {
        let Plain { value, cacheable, .. } = self.plain;
        let Some(stored) = cacheable.stored(value) else { return self.plain.nothing() };
        if let Some(write) = self.write.take() {
            // SAFETY: its key is there, by contract.
            let key = unsafe { (*head.cast::<Node<K, C::Stored>>()).key() };
            *terms = write(Writing { key, value, terms: *terms }).terms;
        }
        // SAFETY: by contract.
        unsafe { Node::<K, C::Stored>::write_value(head, stored) };
        Computed::Value
    }
}

/// A value that is about to be kept, and its key.
pub struct Writing<'w, K, R> {
    key: &'w K,
    value: &'w R,
    terms: WriteTerms,
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
    pub fn keep_if(mut self, cacheable: impl FnOnce(&R) -> bool) -> Self {
        self.terms.admit = cacheable(self.value);
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
