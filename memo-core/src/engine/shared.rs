//! The sharing of a store that all threads use: atomics, a spin lock and hazard pointers.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use super::hit_counters::PerThread;
use super::sharing::{FastReader, HitCounting, Lock, Private, Reader, Sharing};
use crate::info::RemovalCause;
use crate::table::hazard::{self, FastHazardGuard, HazardGuard, Protected};
use crate::table::lock::{SpinGuard, SpinLock};
use crate::table::thread_counters::ThreadCounters;
use crate::table::{Attachment, EntryRef, Head};

/// The sharing of a store that all threads use.
#[derive(Debug)]
pub enum Shared {}

impl Sharing for Shared {
    type Ref<T: ?Sized> = Arc<T>;

    fn share<T>(value: T) -> Arc<T> {
        Arc::new(value)
    }

    #[inline]
    fn count(counter: &AtomicU64) {
        counter.fetch_add(1, Relaxed);
    }
}

impl Private for Shared {
    type Lock<T> = SpinLock<T>;
    type Observer = Box<dyn Fn(EntryRef<'_>, RemovalCause) + Send + Sync>;
    type Weigher = Box<dyn Fn(*const (), *const ()) -> u64 + Send + Sync>;
    type TtlRule = Box<dyn Fn(*const (), *const (), Option<Duration>) -> Option<Duration> + Send + Sync>;
    type Predicate = Arc<dyn Fn(EntryRef<'_>, Attachment) -> bool + Send + Sync>;
    type Readers = ();
    type ReadGuard<'a> = HazardGuard;
    type FastGuard<'a> = FastHazardGuard;
    type Counting = PerThread;
    const BATCH: usize = 64;
    const PLAIN_BATCH: usize = 64;
    const MAY_PARK: bool = true;

    #[inline(always)]
    fn read_fast((): &(), scan_tag: usize) -> Option<FastHazardGuard> {
        hazard::read_fast(scan_tag)
    }

    fn read((): &(), scan_tag: usize) -> HazardGuard {
        hazard::read(scan_tag)
    }

    fn scans_cheaply() -> bool {
        hazard::scans_cheaply()
    }

    fn protected((): &()) -> Protected {
        hazard::protected()
    }
}

impl Reader for HazardGuard {
    fn protect(&self, head: *const Head) {
        self.protect(head);
    }

    fn take_clock_check(&self) -> bool {
        self.take_clock_check()
    }
}

impl FastReader<'_, Shared> for FastHazardGuard {
    #[inline(always)]
    fn protect(&self, head: *const Head) {
        self.protect(head);
    }

    #[inline(always)]
    fn count_for_clock_check(&self) -> bool {
        self.count_for_clock_check()
    }

    #[inline(always)]
    fn counters<'t>(&'t self, serial: u64, _: &'t PerThread) -> Option<&'t ThreadCounters> {
        self.recent_counters(serial)
    }
}

impl HitCounting<Shared> for PerThread {
    fn serial(&self) -> u64 {
        self.serial()
    }

    fn counters<'a>(&'a self, reading: &'a HazardGuard) -> &'a ThreadCounters {
        self.counters(reading)
    }

    fn sums(&self) -> (u64, u64) {
        self.sums()
    }
}

impl<T> Lock<T> for SpinLock<T> {
    type Guard<'a>
        = SpinGuard<'a, T>
    where
        T: 'a;

    fn new(value: T) -> Self {
        Self::new(value)
    }

    #[inline]
    fn lock(&self) -> SpinGuard<'_, T> {
        self.lock()
    }

    fn get_mut(&mut self) -> &mut T {
        self.get_mut()
    }

    fn give_way(&self) {
        self.give_way();
    }
}
