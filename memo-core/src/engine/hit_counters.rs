//! The hit counters of one store: of one thread, or one set for each thread that used it.
//!
//! Every hit counts, so each thread has its own [counters](ThreadCounters), which no other thread
//! writes: no cache line is written by two threads.

use std::ops::Deref;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::sync::{Mutex, MutexGuard, PoisonError};
use crate::table::hazard::{CountingStores, HazardGuard};
use crate::table::thread_counters::ThreadCounters;

/// The counters of a store that one thread uses.
pub struct SingleThread(ThreadCounters);

impl Default for SingleThread {
    fn default() -> Self {
        Self(ThreadCounters::new(1))
    }
}

impl SingleThread {
    #[inline(always)]
    pub(super) fn counters(&self) -> &ThreadCounters {
        &self.0
    }
}

/// The counters of all threads that have used a store.
pub struct PerThread {
    /// Under this number threads keep their counters for this store. No other store ever has it.
    serial: u64,
    counters: Mutex<CounterList>,
}

#[derive(Default)]
struct CounterList {
    living: Vec<OwnCounters>,
    /// Hits and misses of threads that have ended.
    ended: (u64, u64),
    /// Whether any thread ever had counters here.
    has_joined: bool,
}

/// The counters of one thread, which has a pointer to them: until it ends, or the store is dropped.
struct OwnCounters(NonNull<ThreadCounters>);

// SAFETY: what a box of counters is, which are atomic.
unsafe impl Send for OwnCounters {}

impl OwnCounters {
    fn new(tag: u8) -> Self {
        Self(NonNull::from(Box::leak(Box::new(ThreadCounters::new(tag)))))
    }
}

impl Deref for OwnCounters {
    type Target = ThreadCounters;

    fn deref(&self) -> &ThreadCounters {
        // SAFETY: allocated in `new`, and freed in `drop` only.
        unsafe { self.0.as_ref() }
    }
}

impl Drop for OwnCounters {
    fn drop(&mut self) {
        // SAFETY: made of a box. Their thread has ended, or no thread reads in this store any more
        // and it is no longer among the `CountingStores`: nobody uses the thread's pointer.
        drop(unsafe { Box::from_raw(self.0.as_ptr()) });
    }
}

impl Default for PerThread {
    fn default() -> Self {
        /// The last serial number. No store has 0.
        static LAST: AtomicU64 = AtomicU64::new(0);
        Self { serial: LAST.fetch_add(1, Relaxed) + 1, counters: Mutex::default() }
    }
}

impl Drop for PerThread {
    fn drop(&mut self) {
        if self.list().has_joined {
            CountingStores::remove(self.serial);
        }
    }
}

impl PerThread {
    pub(super) fn serial(&self) -> u64 {
        self.serial
    }

    pub(super) fn counters<'a>(&'a self, reading: &'a HazardGuard) -> &'a ThreadCounters {
        reading.counters(self.serial, |tag| self.join(tag))
    }

    pub(super) fn sums(&self) -> (u64, u64) {
        let list = self.list();
        list.living
            .iter()
            .fold(list.ended, |(hits, misses), counters| (hits + counters.hits(), misses + counters.misses()))
    }

    fn list(&self) -> MutexGuard<'_, CounterList> {
        self.counters.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cold]
    fn join(&self, tag: u8) -> NonNull<ThreadCounters> {
        let joined = OwnCounters::new(tag);
        let pointer = joined.0;
        let mut list = self.list();
        let ended = list.fold_ended();
        // Its lock is held by a thread that ends until it no longer uses its counters.
        CountingStores::add(self.serial);
        drop(ended);
        if !list.has_joined {
            list.has_joined = true;
            // Most stores are used by few threads.
            list.living.reserve_exact(1);
        }
        list.living.push(joined);
        pointer
    }
}

impl CounterList {
    /// Keeps the sums of the threads that have ended, and returns their counters.
    fn fold_ended(&mut self) -> Vec<OwnCounters> {
        let gone: Vec<_> = self.living.extract_if(.., |counters| counters.has_ended()).collect();
        for counters in &gone {
            self.ended.0 += counters.hits();
            self.ended.1 += counters.misses();
        }
        gone
    }
}
