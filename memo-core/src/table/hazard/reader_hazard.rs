//! The hazard pointer of a read, on the thread that reads.

use std::marker::PhantomData;
use std::ops::Deref;
use std::ptr::NonNull;

use super::record::{Hazard, ThreadRecord};
use crate::sync::writes;
use crate::table::thread_counters::ThreadCounters;

/// A hazard pointer that this thread has acquired for a read: the right to what only the owner of a
/// hazard pointer touches. Not `Send`.
pub(super) struct ReaderHazard {
    hazard: &'static Hazard,
    _thread: PhantomData<*const ()>,
}

impl ReaderHazard {
    /// For a hazard pointer of this thread's record, or one that it has acquired from the pool.
    #[inline(always)]
    pub(super) fn new(hazard: &'static Hazard) -> Self {
        Self { hazard, _thread: PhantomData }
    }

    pub(super) fn hazard(&self) -> &'static Hazard {
        self.hazard
    }

    /// The record of this thread.
    pub(super) fn record(&self) -> &'static ThreadRecord {
        self.record.get().expect("set when the read began")
    }

    /// This thread's counters in the store with this serial, in which it reads, if its last hit was
    /// in that store.
    #[inline(always)]
    pub(super) fn recent_counters(&self, serial: u64) -> Option<&ThreadCounters> {
        let (recent, counters) = self.recent.get();
        // SAFETY: counters live as long as their store until the thread ends, and the store with
        // this serial lives: this thread reads in it.
        if recent == serial { Some(unsafe { counters.as_ref() }) } else { None }
    }

    /// This thread's counters in the store with this serial, in which it reads.
    #[inline]
    pub(super) fn counters(&self, serial: u64, join: impl FnOnce(u8) -> NonNull<ThreadCounters>) -> &ThreadCounters {
        match self.recent_counters(serial) {
            Some(counters) => counters,
            None => self.other_counters(serial, join),
        }
    }

    /// Slow path of [`counters`](Self::counters): the last hit was in another store.
    #[cold]
    #[inline(never)]
    fn other_counters(&self, serial: u64, join: impl FnOnce(u8) -> NonNull<ThreadCounters>) -> &ThreadCounters {
        let record = self.record();
        writes(record.counters.as_ptr());
        let mut all = record.counters.borrow_mut();
        let counters = all.get_or_join(serial, || join(record.tag));
        self.recent.set((serial, counters));
        self.recent_counters(serial).expect("set just now")
    }
}

impl Deref for ReaderHazard {
    type Target = Hazard;

    #[inline(always)]
    fn deref(&self) -> &Hazard {
        self.hazard
    }
}
