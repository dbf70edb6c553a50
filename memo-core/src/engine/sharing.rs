//! How a store is shared: by all threads, or not at all.
//!
//! The engine is written once. A [`Sharing`] gives it the fitting pointer, lock, counters and read
//! guards: atomics and [hazard pointers](crate::table::hazard) for [`Shared`](super::Shared), plain
//! cells for [`Local`](super::Local).

use std::ops::{Deref, DerefMut};
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use crate::info::RemovalCause;
use crate::table::hazard::Protected;
use crate::table::thread_counters::ThreadCounters;
use crate::table::{Attachment, EntryRef, Head};

/// Implemented by [`Shared`](super::Shared) and [`Local`](super::Local) only: the engine depends on
/// their details.
pub trait Sharing: sealed::Sealed {
    /// A reference-counted pointer.
    type Ref<T: ?Sized>: Deref<Target = T> + Clone;

    #[doc(hidden)]
    fn share<T>(value: T) -> Self::Ref<T>;
    /// Adds one to a counter that every thread of this sharing may add to.
    #[doc(hidden)]
    fn count(counter: &AtomicU64);
}

mod sealed {
    use super::{
        Attachment, Deref, Duration, EntryRef, FastReader, HitCounting, Lock, Protected, Reader, RemovalCause,
    };

    /// The part of a sharing that only the engine needs.
    #[expect(unnameable_types, reason = "that is what sealed means")]
    pub trait Sealed: Sized + 'static {
        /// Mutual exclusion of writers.
        type Lock<T>: Lock<T>;
        /// A removal observer.
        type Observer: Deref<Target: Fn(EntryRef<'_>, RemovalCause)>;
        /// A weigher of entries. It gets pointers to the key and the value.
        type Weigher: Deref<Target: Fn(*const (), *const ()) -> u64>;
        /// A rule for times to live. It gets pointers to the key and the value, and the time that
        /// is left.
        type TtlRule: Deref<Target: Fn(*const (), *const (), Option<Duration>) -> Option<Duration>>;
        /// A predicate over entries that the store may keep. It gets the attachment of the entry's
        /// type.
        type Predicate: Deref<Target: Fn(EntryRef<'_>, Attachment) -> bool> + Clone;
        /// The store's record of its readers.
        type Readers: Default;
        /// A read in progress.
        type ReadGuard<'a>: Reader;
        /// A read in progress in the common case, at the least cost.
        type FastGuard<'a>: FastReader<'a, Self>;
        /// Hit counters.
        type Counting: HitCounting<Self>;
        /// Retired entries that may wait before the engine scans the readers' hazards: a scan costs
        /// a barrier.
        const BATCH: usize;
        /// As [`BATCH`](Self::BATCH), for entries without a destructor, whose removal has no
        /// visible effect.
        const PLAIN_BATCH: usize;
        /// Whether a thread may block until a run ends: another thread can end it.
        const MAY_PARK: bool;

        /// Begins a read in the store with this scan tag, in the common case only.
        fn read_fast(readers: &Self::Readers, scan_tag: usize) -> Option<Self::FastGuard<'_>>;
        /// Begins a read in the store with this scan tag.
        fn read(readers: &Self::Readers, scan_tag: usize) -> Self::ReadGuard<'_>;
        /// Whether a scan of the readers' hazards takes no barrier that costs as much as several
        /// misses.
        fn scans_cheaply() -> bool;
        /// The addresses that readers protect.
        fn protected(readers: &Self::Readers) -> Protected;
    }
}
pub(crate) use sealed::Sealed as Private;

/// A lock without poisoning: no user code runs while it is held.
pub trait Lock<T> {
    type Guard<'a>: DerefMut<Target = T>
    where
        Self: 'a;

    fn new(value: T) -> Self;
    fn lock(&self) -> Self::Guard<'_>;
    fn get_mut(&mut self) -> &mut T;
    /// Lets a thread that waits have the lock, between two holdings of it by this thread.
    fn give_way(&self);
}

/// A read in progress; it ends when this is dropped.
pub trait Reader {
    /// Keeps the entry at this address from being reclaimed, if it is found alive after this call.
    fn protect(&self, head: *const Head);
    /// Whether the coarse clock is to be checked; then it is not any more.
    fn take_clock_check(&self) -> bool;
}

/// A read in progress in the common case; it ends when this is dropped.
pub trait FastReader<'a, S: Private> {
    /// As for [`Reader`].
    fn protect(&self, head: *const Head);
    /// Counts a hit on an entry that can expire. Returns whether the coarse clock is to be checked,
    /// which the slow path does.
    fn count_for_clock_check(&self) -> bool;
    /// Returns this thread's counters for the store with this [serial number](HitCounting::serial),
    /// if they are at hand.
    fn counters<'t>(&'t self, serial: u64, counting: &'t S::Counting) -> Option<&'t ThreadCounters>;
}

/// The hit counters of a store.
pub trait HitCounting<S: Private>: Default {
    /// A number that no other store ever had, where readers identify stores by number.
    fn serial(&self) -> u64;
    /// Returns the counters of this reader's thread.
    fn counters<'a>(&'a self, reading: &'a S::ReadGuard<'_>) -> &'a ThreadCounters;
    /// Returns the sums over all threads so far: hits, and misses of look-ups that no load follows.
    fn sums(&self) -> (u64, u64);
}
