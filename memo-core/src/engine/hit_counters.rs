//! The hit counters of one store: of one thread, or one set for each thread that used it.
//!
//! Every hit counts, so each thread has its own [counters](ThreadCounters), which no other thread
//! writes: no cache line is written by two threads.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::sync::{Mutex, MutexGuard, PoisonError};
use crate::table::hazard::HazardGuard;
use crate::table::thread_counters::ThreadCounters;

/// The counters of a store that one thread uses.
pub struct SingleThread(ThreadCounters);

impl Default for SingleThread {
    fn default() -> Self {
        Self(ThreadCounters::new(0, 1))
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
    living: Vec<Arc<ThreadCounters>>,
    /// Hits and misses of threads that have ended.
    ended: (u64, u64),
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
        self.list().living.iter().for_each(|counters| counters.abandon());
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
    fn join(&self, tag: u8) -> Arc<ThreadCounters> {
        let joined = Arc::new(ThreadCounters::new(self.serial, tag));
        let mut list = self.list();
        list.fold_ended();
        // Most stores are used by few threads.
        if list.living.is_empty() {
            list.living.reserve_exact(1);
        }
        list.living.push(joined.clone());
        joined
    }
}

impl CounterList {
    fn fold_ended(&mut self) {
        let ended = &mut self.ended;
        self.living.retain(|counters| {
            let gone = counters.has_ended();
            if gone {
                ended.0 += counters.hits();
                ended.1 += counters.misses();
            }
            !gone
        });
    }
}
