//! Guards of a read: the [usual one](FastHazardGuard), which costs one store, and the [general
//! one](HazardGuard).

use std::cell::Cell;
use std::marker::PhantomData;
use std::sync::Arc;

use super::current;
use super::pool::PooledHazard;
use super::record::{Hazard, ThreadRecord};
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
    hazard: &'static Hazard,
    /// Not `Send`: the thread's counters are reached through it.
    _thread: PhantomData<*const ()>,
}

/// The usual read: the outermost of this thread, where a reader's barriers cost nothing. Otherwise
/// as [`HazardGuard`].
pub struct FastHazardGuard {
    hazard: &'static Hazard,
    _thread: PhantomData<*const ()>,
}

/// Begins a read in the store with this [scan tag](scan_tag), if one store instruction suffices for
/// that.
#[inline(always)]
pub(crate) fn read_fast(scan_tag: usize) -> Option<FastHazardGuard> {
    // SAFETY: records live for ever.
    let hazard = unsafe { &current::FAST.try_with(Cell::get).ok()?.as_ref()?.hazard };
    if hazard.address.load(Relaxed) != 0 {
        return None;
    }
    // Release: the reads of the entry protected before are over, also for a thread that sees this
    // value and missed the 0 before it.
    hazard.address.store(scan_tag, Release);
    barrier::compiler();
    Some(FastHazardGuard { hazard, _thread: PhantomData })
}

impl FastHazardGuard {
    /// See [`HazardGuard::protect`].
    #[inline(always)]
    pub(crate) fn protect(&self, node: *const Head) {
        // Release: the reads of the entry protected before are over.
        self.hazard.address.store(node.addr(), Release);
        barrier::compiler();
    }

    /// This thread's counters in the store with this serial, if its last hit was in that store.
    #[inline(always)]
    pub(crate) fn recent_counters(&self, serial: u64) -> Option<&ThreadCounters> {
        let (recent, counters) = self.hazard.recent.get();
        // SAFETY: as in `Hazard::counters`.
        if recent == serial { Some(unsafe { counters.as_ref() }) } else { None }
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
        _ => PooledHazard::acquire(),
    };
    hazard.record.set(record);
    // Release: as in `read_fast`; the previous owner's reads were over before the pool handed this
    // hazard pointer out.
    hazard.address.store(scan_tag, Release);
    barrier::light();
    HazardGuard { hazard, _thread: PhantomData }
}

impl HazardGuard {
    /// Keeps the entry at this address from being reclaimed, if it is found live *after* this.
    pub(crate) fn protect(&self, node: *const Head) {
        // Release: the reads of the entry protected before are over.
        self.hazard.address.store(node.addr(), Release);
        if self.hazard.fenced { barrier::light() } else { barrier::compiler() }
    }

    /// This thread's counters in the store with this number and serial. Numbers are reused, serials
    /// never are.
    pub(crate) fn counters(
        &self,
        number: usize,
        serial: u64,
        join: impl FnOnce(u8) -> Arc<ThreadCounters>,
    ) -> &ThreadCounters {
        // SAFETY: this is the thread that reads.
        unsafe { self.hazard.counters(number, serial, join) }
    }

    #[cold]
    #[inline(never)]
    fn release_pooled(&self) {
        // SAFETY: set when this read began; records live for ever.
        let record = unsafe { &*self.hazard.record.get() };
        self.hazard.forget_counters();
        PooledHazard::release(self.hazard);
        if current::has_ended() {
            record.release();
        }
    }
}

impl Drop for HazardGuard {
    fn drop(&mut self) {
        // Release: the reads of the protected entry are over.
        self.hazard.address.store(0, Release);
        if self.hazard.pooled {
            self.release_pooled();
        }
    }
}
