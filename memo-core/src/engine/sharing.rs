//! Who shares a store: all threads, or one.
//!
//! The engine is written once. A [`Sharing`] gives it the pointer, the lock, the counters and the
//! read guards that fit: atomics and [hazard pointers](crate::table::hazard) for
//! [`Shared`](super::Shared), plain cells for [`Local`](super::Local).

use std::ops::{Deref, DerefMut};
use std::sync::atomic::AtomicU64;

use crate::info::RemovalCause;
use crate::table::hazard::Protected;
use crate::table::thread_counters::ThreadCounters;
use crate::table::{EntryRef, Head};

/// One of [`Shared`](super::Shared) and [`Local`](super::Local). Sealed: the engine depends on
/// their details.
pub trait Sharing: sealed::Sealed {
    /// A counted pointer.
    type Ref<T: ?Sized>: Deref<Target = T> + Clone;

    #[doc(hidden)]
    fn share<T>(value: T) -> Self::Ref<T>;
    /// Adds one to a counter that every thread of this sharing may add to.
    #[doc(hidden)]
    fn count(counter: &AtomicU64);
}

mod sealed {
    use super::{Deref, EntryRef, FastReader, HitCounting, Lock, Protected, Reader, RemovalCause};

    /// What only the engine needs to know.
    #[expect(unnameable_types, reason = "that is what sealed means")]
    pub trait Sealed: Sized + 'static {
        /// Mutual exclusion of writers.
        type Lock<T>: Lock<T>;
        /// A removal observer.
        type Observer: Deref<Target: Fn(EntryRef<'_>, RemovalCause)>;
        /// A weigher of entries, told pointers to key and value.
        type Weigher: Deref<Target: Fn(*const (), *const ()) -> u64>;
        /// What a store keeps of its readers.
        type Readers: Default;
        /// A read in progress.
        type ReadGuard<'a>: Reader;
        /// A read in progress in the usual case, at the least cost.
        type FastGuard<'a>: FastReader<'a, Self>;
        /// Hit counters.
        type Counting: HitCounting<Self>;
        /// Retired entries that may wait before the engine looks for readers: looking costs a
        /// barrier.
        const BATCH: usize;
        /// The same for entries without anything to drop, whose removal has no visible effect.
        const PLAIN_BATCH: usize;

        /// Begins to read in the store with this scan tag, if this is the usual case.
        fn read_fast(readers: &Self::Readers, scan_tag: usize) -> Option<Self::FastGuard<'_>>;
        /// Begins to read in the store with this scan tag.
        fn read(readers: &Self::Readers, scan_tag: usize) -> Self::ReadGuard<'_>;
        /// The addresses that readers protect.
        fn protected(readers: &Self::Readers) -> Protected;
    }
}
pub(crate) use sealed::Sealed as Private;

/// A lock that is never poisoned: no user code runs while it is held.
pub trait Lock<T> {
    type Guard<'a>: DerefMut<Target = T>
    where
        Self: 'a;

    fn new(value: T) -> Self;
    fn lock(&self) -> Self::Guard<'_>;
    fn get_mut(&mut self) -> &mut T;
}

/// A read in progress, until it is dropped.
pub trait Reader {
    /// Keeps the entry at this address from being reclaimed, if it is found alive after this.
    fn protect(&self, head: *const Head);
}

/// A read in progress in the usual case, until it is dropped.
pub trait FastReader<'a, S: Private> {
    /// As for [`Reader`].
    fn protect(&self, head: *const Head);
    /// This thread's counters in the store of this [serial number](HitCounting::serial), if they
    /// are at hand.
    fn counters<'t>(&'t self, serial: u64, counting: &'t S::Counting) -> Option<&'t ThreadCounters>;
}

/// Counts the hits of a store.
pub trait HitCounting<S: Private>: Default {
    /// Tells the store from every other store that ever existed, where readers go by that.
    fn serial(&self) -> u64;
    /// The counters of this reader's thread.
    fn counters<'a>(&'a self, reading: &'a S::ReadGuard<'_>) -> &'a ThreadCounters;
    /// Hits, and look-ups without a load that found nothing, of all threads so far.
    fn sums(&self) -> (u64, u64);
}
