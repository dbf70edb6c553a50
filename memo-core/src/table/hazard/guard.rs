//! Guards of a read: the [usual one](FastHazardGuard), which costs one store, and the [general
//! one](HazardGuard).

use std::cell::Cell;
use std::ptr::NonNull;

use super::current;
use super::pool;
use super::reader_hazard::ReaderHazard;
use super::record::ThreadRecord;
use crate::sync::atomic::Ordering::{Relaxed, Release};
use crate::table::barrier;
use crate::table::node::Head;
use crate::table::thread_counters::ThreadCounters;

/// What a reader announces while it searches this store for its entry.
pub(crate) fn scan_tag<T>(store: *const T) -> usize {
    store.addr() | 1
}

/// A read in progress on this thread. Ends when dropped.
pub struct HazardGuard {
    hazard: ReaderHazard,
}

/// The usual read: the outermost of this thread, where a reader's barriers cost nothing. Otherwise
/// as [`HazardGuard`].
pub struct FastHazardGuard {
    hazard: ReaderHazard,
}

/// Begins a read in the store with this [scan tag](scan_tag), if one store instruction suffices for
/// that.
#[inline(always)]
pub(crate) fn read_fast(scan_tag: usize) -> Option<FastHazardGuard> {
    let hazard = &current::FAST.try_with(Cell::get).ok()??.hazard;
    if hazard.address.load(Relaxed) != 0 {
        return None;
    }
    // Release: the reads of the entry protected before are over, also for a thread that sees this
    // value and missed the 0 before it.
    hazard.address.store(scan_tag, Release);
    barrier::compiler();
    Some(FastHazardGuard { hazard: ReaderHazard::new(hazard) })
}

impl FastHazardGuard {
    /// See [`HazardGuard::protect`].
    #[inline(always)]
    pub(crate) fn protect(&self, node: *const Head) {
        // Release: the reads of the entry protected before are over.
        self.hazard.address.store(node.addr(), Release);
        barrier::compiler();
    }

    /// Counts a hit on an entry that can expire. Returns whether the coarse clock is to be checked.
    #[inline(always)]
    pub(crate) fn count_for_clock_check(&self) -> bool {
        self.hazard.clock_check.count()
    }

    /// This thread's counters in the store with this serial, if its last hit was in that store.
    #[inline(always)]
    pub(crate) fn recent_counters(&self, serial: u64) -> Option<&ThreadCounters> {
        self.hazard.recent_counters(serial)
    }
}

impl Drop for FastHazardGuard {
    #[inline(always)]
    fn drop(&mut self) {
        // Release: the reads of the protected entry are over.
        self.hazard.address.store(0, Release);
    }
}

/// Begins a read in the store with this [scan tag](scan_tag). Works in every case: the first read
/// of a thread, a nested one, one while the thread ends, one with real barriers.
#[inline(never)]
pub(crate) fn read(scan_tag: usize) -> HazardGuard {
    let current = current::record();
    // A thread whose locals have been dropped acquires a record for this read only.
    let record = current.unwrap_or_else(ThreadRecord::acquire);
    let hazard = match current {
        Some(record) if record.hazard.address.load(Relaxed) == 0 => &record.hazard,
        _ => pool::acquire(),
    };
    hazard.record.set(Some(record));
    // Release: as in `read_fast`; the previous owner's reads were over before the pool handed this
    // hazard pointer out.
    hazard.address.store(scan_tag, Release);
    barrier::light();
    HazardGuard { hazard: ReaderHazard::new(hazard) }
}

impl HazardGuard {
    /// Keeps the entry at this address from being reclaimed, if it is found live *after* this.
    pub(crate) fn protect(&self, node: *const Head) {
        // Release: the reads of the entry protected before are over.
        self.hazard.address.store(node.addr(), Release);
        if self.hazard.fenced { barrier::light() } else { barrier::compiler() }
    }

    /// Whether the coarse clock is to be checked; then it is not any more.
    pub(crate) fn take_clock_check(&self) -> bool {
        self.hazard.clock_check.take()
    }

    /// This thread's counters in the store with this serial.
    pub(crate) fn counters(&self, serial: u64, join: impl FnOnce(u8) -> NonNull<ThreadCounters>) -> &ThreadCounters {
        self.hazard.counters(serial, join)
    }

    #[cold]
    #[inline(never)]
    fn release_pooled(&self) {
        let record = self.hazard.record();
        self.hazard.forget_counters();
        pool::release(self.hazard.hazard());
        if current::has_ended() {
            record.release();
        }
    }
}

impl Drop for HazardGuard {
    fn drop(&mut self) {
        // Release: the reads of the protected entry are over.
        self.hazard.address.store(0, Release);
        if self.hazard.pooled.is_some() {
            self.release_pooled();
        }
    }
}
