//! The typed interface of a store: look-ups, runs and writes of entries whose Rust types the caller
//! knows. All code above it is safe.
//!
//! A [`Typed`] means "entries of this type in this store are nodes of `K` and `V`". It is made
//! where that is known: for a function's store by a look-up of the type, for a store of one type
//! together with the store itself. From then on the engine shows only entries of that type to the
//! caller's callbacks, since it is asked for that type alone.

use std::any::TypeId;
use std::marker::PhantomData;
use std::time::Duration;

use super::answer::Answer;
use super::exclusive::BeginExclusive;
use super::face::Face;
use super::hit::Found;
use super::run::Started;
use super::run_guard::RunGuard;
use super::sharing::Sharing;
use super::store::Store;
use super::typed_callbacks::{Ask, Erased, Match, Produce, Take};
use super::wait::{ExclusiveRetry, RetryState, Wait};
use super::write_rules::Replaced;
use super::write_terms::{Settled, WriteTerms};
use crate::flight::RunId;
use crate::table::{EntryType, EntryVtable, Node, ShortHash};

/// Whether a store may have entries of several types: [`Sole`] or [`Several`].
pub trait Multiplicity {
    const SOLE: bool;
}

/// All entries of the store are of one type.
pub(crate) enum Sole {}

/// The store may have entries of several types.
pub enum Several {}

impl Multiplicity for Sole {
    const SOLE: bool = true;
}

impl Multiplicity for Several {
    const SOLE: bool = false;
}

/// Entries of one type in one store.
#[expect(clippy::type_complexity, reason = "a marker")]
pub(crate) struct Typed<'a, S: Sharing, K, V, M> {
    pub(super) store: &'a Store<S>,
    /// A reference, so that it is read only where it is needed.
    pub(super) entry_type: &'a EntryType,
    pub(super) _node: PhantomData<fn() -> (K, V, M)>,
}

impl<S: Sharing, K, V, M> Clone for Typed<'_, S, K, V, M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S: Sharing, K, V, M> Copy for Typed<'_, S, K, V, M> {}

impl<'a, S: Face, K: 'static, V: 'static> Typed<'a, S, K, V, Several> {
    /// Returns the entries of these types in a store that may have several types. `vtable` is
    /// `EntryVtable::new::<K, V>()`, with or without an attachment.
    ///
    /// # Safety
    ///
    /// The vtable belongs to these types.
    #[inline(always)]
    pub(crate) unsafe fn of_any(store: &'a Store<S>, vtable: &'static EntryVtable) -> Self {
        let entry_type = match store.first_type(TypeId::of::<Node<K, V>>()) {
            Some(entry_type) => entry_type,
            // The type id is computed again, so that it need not stay in memory for this call.
            None => S::entry_type(store, TypeId::of::<Node<K, V>>(), vtable),
        };
        Self { store, entry_type, _node: PhantomData }
    }
}

/// A wait for another caller's run.
pub(crate) struct TypedWait<'a, S: Face, K, V> {
    wait: Wait<'a, S>,
    _node: PhantomData<fn() -> (K, V)>,
}

impl<S: Face, K, V> TypedWait<'_, S, K, V> {
    /// Parks the thread until the run ends. Returns whether the caller has its value, or must look
    /// again.
    pub(crate) fn park(self, retry: &mut RetryState, taker: &mut impl Take<V>) -> bool {
        S::joined(self.wait.store(), self.wait.park(retry), Erased::<_, K, V>::new(taker))
    }

    /// Parks the thread until the run has ended, for a caller that takes nothing of it.
    pub(crate) fn park_until_end(self, retry: &mut ExclusiveRetry) {
        self.wait.park_until_end(retry);
    }

    /// As [`park_until_end`](Self::park_until_end), for tasks.
    pub(crate) async fn wait_until_end(self, retry: &mut ExclusiveRetry) {
        self.wait.wait_until_end(retry).await;
    }

    /// [`park`](Self::park) for tasks.
    pub(crate) async fn wait_async(self, retry: &mut RetryState, taker: &mut impl Take<V>) -> bool {
        let (store, result) = (self.wait.store(), self.wait.wait_async(retry).await);
        S::joined(store, result, Erased::<_, K, V>::new(taker))
    }
}

/// Result of asking for an exclusive run, as [`BeginExclusive`].
pub(crate) enum TypedBegin<'a, S: Face, K, V> {
    Begun(TypedGuard<'a, S, K, V>),
    Wait(TypedWait<'a, S, K, V>),
    Cycle,
}

/// The guard of a run that computes one entry of these types. Dropping it abandons the run.
pub(crate) struct TypedGuard<'a, S: Face, K, V> {
    guard: RunGuard<'a, S>,
    _node: PhantomData<fn() -> (K, V)>,
}

impl<'a, S: Face, K, V> TypedGuard<'a, S, K, V> {
    #[inline(always)]
    fn new(guard: RunGuard<'a, S>) -> Self {
        Self { guard, _node: PhantomData }
    }

    /// Returns a guard without a run, for a call that computes without the cache.
    #[inline(always)]
    pub(crate) fn bypass() -> Self {
        Self::new(RunGuard::bypass())
    }

    /// Returns the guard of a run that may continue on another thread.
    pub(crate) fn into_async(self) -> Self {
        Self::new(self.guard.into_async())
    }

    pub(crate) fn id(&self) -> Option<RunId> {
        self.guard.id()
    }

    /// The key; `None` for a guard without a run.
    pub(crate) fn key(&self) -> Option<&K> {
        // SAFETY: an unpublished entry of these types, which has its key; it stays as long as the
        // run, which the guard owns.
        self.guard.entry().map(|entry| unsafe { entry.node::<K, V>() }.key())
    }

    /// Ends the run with this value.
    #[inline]
    pub(crate) fn complete(self, value: &mut impl Produce<K, V>) -> Settled {
        self.guard.complete(Erased::<_, K, V>::new(value))
    }

    /// Closes the run to later callers. Returns whether it has been invalidated.
    pub(crate) fn close(&self) -> bool {
        self.guard.close()
    }

    /// Moves the guard out, and leaves one without a run.
    pub(crate) fn take(&mut self) -> Self {
        Self::new(self.guard.take())
    }

    /// Counts the run as answered by the level behind the store.
    pub(crate) fn count_level_hit(&self) {
        self.guard.count_level_hit();
    }
}

impl<'a, S: Face, K, V, M: Multiplicity> Typed<'a, S, K, V, M> {
    /// Looks the key up on the fast path. On a hit, returns what `then` makes of the value;
    /// otherwise the version that may prove the key's absence.
    #[inline(always)]
    pub(crate) fn find_fast<T>(
        self,
        hash: ShortHash,
        matches: impl FnOnce(&K) -> bool,
        then: impl FnOnce(&V) -> T,
    ) -> Result<T, Option<u64>> {
        let hit = self.store.find_fast(hash, self.entry_type, M::SOLE)?;
        // SAFETY: an entry of this type in this store; it is protected, and was found alive, so it
        // has its value.
        let (key, value) = unsafe { hit.entry().key_and_value() };
        if matches(key) && hit.record_hit() { Ok(then(value)) } else { Err(None) }
    }

    /// Returns what `then` makes of the value, found by the full look-up. Does not update
    /// statistics or recency.
    pub(crate) fn find<T>(
        self,
        hash: ShortHash,
        matches: impl Fn(&K) -> bool,
        then: impl FnOnce(&V) -> T,
    ) -> Option<T> {
        let found = self.find_full(hash, matches)?;
        // SAFETY: found as an entry of this type, alive and published with its value; `found`
        // protects it.
        Some(then(unsafe { found.entry().node::<K, V>().value() }))
    }

    /// Returns the time until the entry expires, if there is one and it can expire.
    pub(crate) fn expires_in(self, hash: ShortHash, matches: impl Fn(&K) -> bool) -> Option<Duration> {
        S::expires_in(&self.find_full(hash, matches)?)
    }

    /// Returns what a write to this key would replace.
    pub(crate) fn replaced(self, hash: ShortHash, matches: impl Fn(&K) -> bool) -> Replaced {
        match self.find_full(hash, matches) {
            Some(found) => Replaced::Entry { left: S::expires_in(&found) },
            None => Replaced::Nothing,
        }
    }

    fn find_full(self, hash: ShortHash, mut matches: impl Fn(&K) -> bool) -> Option<Found<'a, S>> {
        S::find(self.store, hash, *self.entry_type, Erased::<_, K, V>::new(&mut matches))
    }

    /// Finishes a look-up that no load follows, after its fast part found nothing: counts a hit or
    /// a miss. Returns whether the caller has taken the value.
    pub(crate) fn get(self, hash: ShortHash, version: Option<u64>, finder: &mut (impl Match<K> + Take<V>)) -> bool {
        S::get(self.store, hash, *self.entry_type, version, Erased::<_, K, V>::new(finder))
    }

    /// Handles a call that [`find_fast`](Self::find_fast) did not answer, and waits for another
    /// caller's run if there is one. If this returns no guard and the caller has not taken a value,
    /// it must compute without the cache.
    #[inline(always)]
    pub(crate) fn miss(
        self,
        hash: ShortHash,
        version: Option<u64>,
        ask: &mut impl Ask<K, V>,
    ) -> Option<TypedGuard<'a, S, K, V>> {
        let started = S::miss(self.store, hash, self.entry_type, version, Erased::new(ask))?;
        Some(TypedGuard::new(RunGuard::new(self.store, started)))
    }

    /// One step of [`miss`](Self::miss); does not wait.
    pub(crate) fn begin(
        self,
        hash: ShortHash,
        version: Option<u64>,
        ask: &mut impl Ask<K, V>,
        retry: &RetryState,
    ) -> Answer<(), TypedGuard<'a, S, K, V>, TypedWait<'a, S, K, V>> {
        match S::begin(self.store, hash, *self.entry_type, version, Erased::new(ask), retry) {
            Answer::Ready(()) => Answer::Ready(()),
            Answer::Load(started) => Answer::Load(self.guard(started)),
            Answer::Wait(wait) => Answer::Wait(TypedWait { wait, _node: PhantomData }),
        }
    }

    fn guard(self, started: Option<Started<'a>>) -> TypedGuard<'a, S, K, V> {
        started.map_or_else(TypedGuard::bypass, |started| TypedGuard::new(RunGuard::new(self.store, started)))
    }

    /// Starts a run that replaces the entry, if there is one.
    pub(crate) fn refresh(self, hash: ShortHash, ask: &mut impl Ask<K, V>) -> TypedGuard<'a, S, K, V> {
        self.guard(S::refresh(self.store, hash, *self.entry_type, Erased::new(ask)))
    }

    /// Starts an exclusive run, and shows the old value to the caller, which owns its key.
    pub(crate) fn begin_exclusive(
        self,
        hash: ShortHash,
        ask: &mut impl Ask<K, V>,
        retry: &ExclusiveRetry,
    ) -> TypedBegin<'a, S, K, V> {
        match S::begin_exclusive(self.store, hash, *self.entry_type, Erased::new(ask), retry) {
            BeginExclusive::Begun(started) => TypedBegin::Begun(TypedGuard::new(RunGuard::new(self.store, started))),
            BeginExclusive::Wait(wait) => TypedBegin::Wait(TypedWait { wait, _node: PhantomData }),
            BeginExclusive::Cycle => TypedBegin::Cycle,
        }
    }

    pub(crate) fn put(self, hash: ShortHash, ask: &mut impl Ask<K, V>, terms: &mut WriteTerms) -> bool {
        S::put(self.store, hash, *self.entry_type, Erased::new(ask), terms)
    }

    /// Removes an entry, and shows its value to `see` before it is dropped. Returns whether there
    /// was one.
    pub(crate) fn remove(self, hash: ShortHash, mut matches: impl Fn(&K) -> bool, see: &mut dyn FnMut(&V)) -> bool {
        S::remove(self.store, hash, *self.entry_type, Erased::<_, K, V>::new(&mut matches), &mut |entry| {
            // SAFETY: an entry of this type that was alive; it is protected.
            see(unsafe { entry.node::<K, V>().value() });
        })
    }
}
