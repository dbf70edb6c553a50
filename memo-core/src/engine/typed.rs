//! The typed face of a store: the one place that knows which Rust types an entry has. Everything above it is safe code.
//!
//! A [`Typed`] stands for "entries of this type in this store are nodes of `K` and `V`". It is made where that is established: for a
//! function's store by a look-up of the type, for a store of one type together with the store itself. From then on the engine shows the
//! callbacks below only entries of that type, since it is asked for that type alone.

use std::any::{Any, TypeId};
use std::marker::PhantomData;
use std::ptr;
use std::time::Duration;

use super::answer::Answer;
use super::callbacks::{Computed, RunFailure, Taker, WriteValue};
use super::face::Face;
use super::local::Local;
use super::owned::OwnedStore;
use super::run::{Request, Started};
use super::run_guard::RunGuard;
use super::shared::Shared;
use super::sharing::Sharing;
use super::store::Store;
use super::wait::{RetryState, Wait};
use super::write_terms::{Settled, WriteTerms};
use crate::config::Config;
use crate::flight::RunId;
use crate::info::RemovalCause;
use crate::table::{EntryRef, EntryType, EntryVtable, Head, Node, ShortHash};

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
    store: &'a Store<S>,
    /// Behind a reference, so that it is read when it is needed.
    entry_type: &'a EntryType,
    _node: PhantomData<fn() -> (K, V, M)>,
}

impl<S: Sharing, K, V, M> Clone for Typed<'_, S, K, V, M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S: Sharing, K, V, M> Copy for Typed<'_, S, K, V, M> {}

/// What a caller makes of a value, in its own type.
pub(crate) trait Take<V> {
    /// Takes what it needs of the value.
    fn take(&mut self, value: &V);
    /// Takes what a run without a value left for its waiters. Says whether it could.
    fn take_failure(&mut self, failure: &(dyn Any + Send + Sync)) -> bool {
        let _ = failure;
        false
    }
}

/// A caller's key and what it makes of a value, in its own types.
pub(crate) trait Ask<K, V>: Take<V> {
    /// Whether this is the key.
    fn matches(&self, key: &K) -> bool;
    /// Owns the key.
    fn own(&mut self);
    fn is_owned(&self) -> bool;
    /// Gives up the owned key. Once at most, after [`own`](Self::own).
    fn take_key(&mut self) -> Option<K>;
    /// Gives up the value that comes with the key, if there is one.
    fn take_value(&mut self) -> Option<V> {
        None
    }
}

/// A computed value, in its own types.
pub(crate) trait Produce<K, V> {
    /// What is to be cached of it, and on which terms.
    fn produce(&mut self, key: &K, terms: &mut WriteTerms) -> Option<V>;

    /// What is to become of a run of which nothing is cached.
    fn failure(&mut self) -> RunFailure;
}

/// A caller as the engine sees it.
#[repr(transparent)]
struct Erased<C, K, V> {
    caller: C,
    _node: PhantomData<fn() -> (K, V)>,
}

impl<C, K, V> Erased<C, K, V> {
    #[inline(always)]
    fn new(caller: &mut C) -> &mut Self {
        // SAFETY: transparent, so it has the layout of the caller; both borrow it mutably, one after the other.
        unsafe { &mut *ptr::from_mut(caller).cast() }
    }
}

impl<C: Ask<K, V>, K, V> Request for Erased<C, K, V> {
    #[inline]
    fn is(&self, entry: EntryRef<'_>) -> bool {
        // SAFETY: the engine shows entries of the type that it was asked for; their keys are there.
        self.caller.matches(unsafe { entry.node::<K, V>() }.key())
    }

    #[inline]
    fn own(&mut self) {
        self.caller.own();
    }

    #[inline]
    fn is_owned(&self) -> bool {
        self.caller.is_owned()
    }

    #[inline]
    unsafe fn write(&mut self, cell: *mut Head) {
        if let Some(key) = self.caller.take_key() {
            // SAFETY: by contract.
            unsafe { Node::<K, V>::write_key(cell, key) };
        }
        if let Some(value) = self.caller.take_value() {
            // SAFETY: by contract.
            unsafe { Node::<K, V>::write_value(cell, value) };
        }
    }
}

impl<C: Take<V>, K, V> Taker for Erased<C, K, V> {
    #[inline]
    unsafe fn take(&mut self, entry: EntryRef<'_>) {
        // SAFETY: by contract.
        self.caller.take(unsafe { entry.node::<K, V>().value() });
    }

    #[inline]
    fn take_failure(&mut self, failure: &(dyn Any + Send + Sync)) -> bool {
        self.caller.take_failure(failure)
    }
}

impl<P: Produce<K, V>, K, V> WriteValue for Erased<P, K, V> {
    #[inline]
    unsafe fn write(&mut self, entry: EntryRef<'_>, terms: &mut WriteTerms) -> Computed {
        // SAFETY: by contract.
        let key = unsafe { entry.node::<K, V>() }.key();
        let Some(value) = self.caller.produce(key, terms) else { return Computed::Nothing };
        // SAFETY: by contract.
        unsafe { Node::<K, V>::write_value(entry.as_ptr(), value) };
        Computed::Value
    }

    fn failure(&mut self) -> RunFailure {
        self.caller.failure()
    }
}

impl<'a, S: Face, K: 'static, V: 'static> Typed<'a, S, K, V, Several> {
    /// Entries of these types in a store that may have several. `vtable` is `EntryVtable::new::<K, V>()`, perhaps with an attachment.
    ///
    /// # Safety
    ///
    /// The vtable is of these types.
    #[inline(always)]
    pub(crate) unsafe fn of_any(store: &'a Store<S>, vtable: &'static EntryVtable) -> Self {
        let entry_type = match store.first_type(TypeId::of::<Node<K, V>>()) {
            Some(entry_type) => entry_type,
            // Asked for once more, so that it need not lie in memory for this call.
            None => S::entry_type(store, TypeId::of::<Node<K, V>>(), vtable),
        };
        Self { store, entry_type, _node: PhantomData }
    }
}

/// An observer of entries of these types, in the form that an untyped store keeps.
pub(crate) struct ObserverOf<S: Sharing, K, V>(S::Observer, PhantomData<fn(&K, &V)>);

/// A weigher of these types, in the form that an untyped store keeps.
pub(crate) struct WeigherOf<S: Sharing, K, V>(S::Weigher, PhantomData<fn(&K, &V)>);

/// # Safety
///
/// The entry is of these types, and its value is there.
unsafe fn observe<K, V>(entry: EntryRef<'_>, cause: RemovalCause, hear: &impl Fn(&K, &V, RemovalCause)) {
    // SAFETY: by contract.
    let (node, value) = unsafe { (entry.node::<K, V>(), entry.node::<K, V>().value()) };
    hear(node.key(), value, cause);
}

/// # Safety
///
/// The pointers are to a key and a value of these types.
unsafe fn weigh<K, V>(key: *const (), value: *const (), weigher: &impl Fn(&K, &V) -> u64) -> u64 {
    // SAFETY: by contract.
    unsafe { weigher(&*key.cast(), &*value.cast()) }
}

macro_rules! erased {
    ($($Sharing:ty: [$($bounds:tt)*];)*) => { $(
        impl<K, V> ObserverOf<$Sharing, K, V> {
            pub(crate) fn new(hear: impl Fn(&K, &V, RemovalCause) $($bounds)* + 'static) -> Self {
                // SAFETY: it goes into a store of these types ([`SoleTypeStore::new`]), and observers are shown entries that were live.
                Self(Box::new(move |entry, cause| unsafe { observe(entry, cause, &hear) }), PhantomData)
            }
        }

        impl<K, V> WeigherOf<$Sharing, K, V> {
            pub(crate) fn new(weigher: impl Fn(&K, &V) -> u64 $($bounds)* + 'static) -> Self {
                // SAFETY: it goes into a store of these types, and [`SoleTypeStore::weigh`] shows it references of these types.
                Self(Box::new(move |key, value| unsafe { weigh(key, value, &weigher) }), PhantomData)
            }
        }
    )* };
}
erased! {
    Shared: [+ Send + Sync];
    Local: [];
}

/// A store whose entries are all of one type, which its owner knows.
pub(crate) struct SoleTypeStore<S: Face> {
    store: OwnedStore<S>,
    weigher: Option<S::Weigher>,
}

impl<S: Face> SoleTypeStore<S> {
    /// The set-up must have been checked.
    pub(crate) fn new<K, V>(
        config: Config,
        observers: Vec<ObserverOf<S, K, V>>,
        weigher: Option<WeigherOf<S, K, V>>,
    ) -> Self {
        let observers = observers.into_iter().map(|observer| observer.0).collect();
        let store = OwnedStore::new(config, Some(const { &EntryVtable::new::<K, V>() }), observers);
        Self { store, weigher: weigher.map(|weigher| weigher.0) }
    }

    #[inline(always)]
    pub(crate) fn store(&self) -> &OwnedStore<S> {
        &self.store
    }

    /// # Safety
    ///
    /// The store was made with these types.
    #[inline(always)]
    pub(crate) unsafe fn typed<K, V>(&self) -> Typed<'_, S, K, V, Sole> {
        Typed { store: &self.store, entry_type: self.store.sole_type(), _node: PhantomData }
    }

    /// What an entry weighs; 0 without a weigher.
    ///
    /// # Safety
    ///
    /// As above.
    pub(crate) unsafe fn weigh<K, V>(&self, key: &K, value: &V) -> u64 {
        let pointers = (ptr::from_ref(key).cast(), ptr::from_ref(value).cast());
        self.weigher.as_ref().map_or(0, |weigher| weigher(pointers.0, pointers.1))
    }
}

/// A run of another caller, to wait for.
pub(crate) struct TypedWait<'a, S: Face, K, V> {
    wait: Wait<'a, S>,
    _node: PhantomData<fn() -> (K, V)>,
}

impl<S: Face, K, V> TypedWait<'_, S, K, V> {
    /// Parks the thread. Says whether the caller has its value, or must look again.
    pub(crate) fn park(self, retry: &mut RetryState, taker: &mut impl Take<V>) -> bool {
        S::joined(self.wait.store(), self.wait.park(retry), Erased::<_, K, V>::new(taker))
    }

    /// The same as a task.
    pub(crate) async fn wait_async(self, retry: &mut RetryState, taker: &mut impl Take<V>) -> bool {
        let (store, result) = (self.wait.store(), self.wait.wait_async(retry).await);
        S::joined(store, result, Erased::<_, K, V>::new(taker))
    }
}

/// The right to compute the value of one entry of these types.
pub(crate) struct TypedGuard<'a, S: Face, K, V> {
    guard: RunGuard<'a, S>,
    _node: PhantomData<fn() -> (K, V)>,
}

impl<'a, S: Face, K, V> TypedGuard<'a, S, K, V> {
    #[inline(always)]
    fn new(guard: RunGuard<'a, S>) -> Self {
        Self { guard, _node: PhantomData }
    }

    /// Of a call that computes without the cache.
    #[inline(always)]
    pub(crate) fn bypass() -> Self {
        Self::new(RunGuard::bypass())
    }

    /// Of a run that may go on on another thread.
    pub(crate) fn into_async(self) -> Self {
        Self::new(self.guard.into_async())
    }

    pub(crate) fn id(&self) -> Option<RunId> {
        self.guard.id()
    }

    /// The key, where a run is in flight.
    pub(crate) fn key(&self) -> Option<&K> {
        // SAFETY: an unpublished entry of these types, its key there; it stays as long as the run, which the guard owns.
        self.guard.entry().map(|entry| unsafe { entry.node::<K, V>() }.key())
    }

    /// Ends the run with this value.
    #[inline]
    pub(crate) fn complete(self, value: &mut impl Produce<K, V>) -> Settled {
        self.guard.complete(Erased::<_, K, V>::new(value))
    }

    /// Closes the run to later callers. Says whether it has been invalidated.
    pub(crate) fn close(&self) -> bool {
        self.guard.close()
    }

    /// Takes the guard out, for a place that outlives it.
    pub(crate) fn take(&mut self) -> Self {
        Self::new(self.guard.take())
    }

    /// Counts the run as answered by the level behind the store.
    pub(crate) fn count_level_hit(&self) {
        self.guard.count_level_hit();
    }
}

impl<'a, S: Face, K, V, M: Multiplicity> Typed<'a, S, K, V, M> {
    /// A hit: what `then` makes of the value, if the entry is where nearly all are. Without one, the version that may prove its absence.
    #[inline(always)]
    pub(crate) fn find_fast<T>(
        self,
        hash: ShortHash,
        matches: impl FnOnce(&K) -> bool,
        then: impl FnOnce(&V) -> T,
    ) -> Result<T, Option<u64>> {
        let hit = self.store.find_fast(hash, self.entry_type, M::SOLE)?;
        // SAFETY: an entry of this type in this store; protected, and found alive.
        let node = unsafe { hit.entry().node::<K, V>() };
        if matches(node.key()) && hit.record_hit() {
            // SAFETY: it is published with its value.
            Ok(then(unsafe { node.value() }))
        } else {
            Err(None)
        }
    }

    /// What `then` makes of an entry, wherever it is. Neither counts nor updates recency.
    pub(crate) fn find<T>(self, hash: ShortHash, ask: &mut impl Ask<K, V>, then: impl FnOnce(&V) -> T) -> Option<T> {
        let found = S::find(self.store, hash, *self.entry_type, Erased::new(ask))?;
        // SAFETY: found as an entry of this type, alive, published with its value; protected by `found`.
        Some(then(unsafe { found.entry().node::<K, V>().value() }))
    }

    /// How long an entry still has, if it is there and can expire.
    pub(crate) fn expires_in(self, hash: ShortHash, ask: &mut impl Ask<K, V>) -> Option<Duration> {
        S::expires_in(&S::find(self.store, hash, *self.entry_type, Erased::new(ask))?)
    }

    /// A look-up that no load follows, and that found nothing where nearly all entries are. Says whether the caller has taken the value.
    pub(crate) fn get(self, hash: ShortHash, version: Option<u64>, ask: &mut impl Ask<K, V>) -> bool {
        S::get(self.store, hash, *self.entry_type, version, Erased::new(ask))
    }

    /// A call that found nothing where nearly all entries are. Waits for another caller's run. Without a guard, and if the caller has not
    /// taken a value after this, it has to compute without the cache.
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

    /// The same in one step, which does not wait.
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

    /// A run that replaces what is there.
    pub(crate) fn refresh(self, hash: ShortHash, ask: &mut impl Ask<K, V>) -> TypedGuard<'a, S, K, V> {
        self.guard(S::refresh(self.store, hash, *self.entry_type, Erased::new(ask)))
    }

    pub(crate) fn put(self, hash: ShortHash, ask: &mut impl Ask<K, V>, terms: &mut WriteTerms) -> bool {
        S::put(self.store, hash, *self.entry_type, Erased::new(ask), terms)
    }

    /// Removes an entry, and shows its value to `see` before it is dropped. Says whether there was one.
    pub(crate) fn remove(self, hash: ShortHash, ask: &mut impl Ask<K, V>, see: &mut dyn FnMut(&V)) -> bool {
        S::remove(self.store, hash, *self.entry_type, Erased::new(ask), &mut |entry| {
            // SAFETY: an entry of this type that was alive, and is protected.
            see(unsafe { entry.node::<K, V>().value() });
        })
    }
}

impl<S: Face, K, V> Typed<'_, S, K, V, Sole> {
    /// Calls `see` for each entry that has not expired.
    pub(crate) fn each(self, mut see: impl FnMut(&K, &V)) {
        S::each(self.store, &mut |entry, _| {
            // SAFETY: a live entry of a store whose entries are all of this type, pinned while it is seen.
            let node = unsafe { entry.node::<K, V>() };
            // SAFETY: as above; it was published with its value.
            see(node.key(), unsafe { node.value() });
        });
    }

    /// Keeps only the entries for which `keep` returns `true`.
    pub(crate) fn retain(self, mut keep: impl FnMut(&K, &V) -> bool) -> usize {
        S::retain(self.store, &mut |entry, _| {
            // SAFETY: as in `each`.
            let node = unsafe { entry.node::<K, V>() };
            // SAFETY: as in `each`.
            keep(node.key(), unsafe { node.value() })
        })
    }
}

/// How entries of one type are shown to code that does not know their types: as references to two trait objects.
pub(crate) struct ShowEntry<Key: ?Sized + 'static>(unsafe fn(EntryRef<'_>) -> (*const Key, *const dyn Any));

impl<Key: ?Sized + 'static> ShowEntry<Key> {
    /// Of entries of these types.
    pub(crate) const fn new<K: 'static, V: 'static, W: ViewEntry<K, V, Key>>() -> Self {
        /// # Safety
        ///
        /// The entry is of these types, alive when it was found, and protected.
        unsafe fn show<K: 'static, V: 'static, Key: ?Sized + 'static, W: ViewEntry<K, V, Key>>(
            entry: EntryRef<'_>,
        ) -> (*const Key, *const dyn Any) {
            // SAFETY: by contract.
            let (node, value) = unsafe { (entry.node::<K, V>(), entry.node::<K, V>().value()) };
            (W::key(node.key()), W::value(value))
        }
        Self(show::<K, V, Key, W>)
    }
}

/// How a key and a value are seen as trait objects.
pub(crate) trait ViewEntry<K, V, Key: ?Sized> {
    fn key(key: &K) -> &Key;
    fn value(value: &V) -> &dyn Any;
}

/// Removes every entry that `keep` refuses, of any type that was made with a [`ShowEntry`] attached; others stay. Returns their number.
pub(crate) fn retain_shown<S: Face, Key: ?Sized + 'static>(
    store: &Store<S>,
    keep: &mut dyn FnMut(&Key, &dyn Any) -> bool,
) -> usize {
    S::retain(store, &mut |entry, entry_type| {
        let attachment = S::attachment(store, entry_type);
        let Some(show) = attachment.and_then(|attachment| attachment.downcast_ref::<ShowEntry<Key>>()) else {
            return true;
        };
        // SAFETY: attached to the type of this entry, which is alive and pinned while it is seen.
        let (key, value) = unsafe {
            let (key, value) = (show.0)(entry);
            (&*key, &*value)
        };
        keep(key, value)
    })
}
