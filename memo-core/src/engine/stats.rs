//! Exact statistics of a store, without a cache line that all threads write.
//!
//! Each thread counts its own hits ([`hit_counters`](super::hit_counters)), because every hit
//! counts. All other events happen on slow paths and have one counter each. `clear` never writes a
//! counter: it records where each one stood, so no concurrent count is lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use super::sharing::{FastReader, HitCounting, Sharing};
use crate::info::{CacheInfo, Counter};
use crate::sync::{Mutex, MutexGuard, PoisonError};
use crate::system_clock::nanos;
use crate::table::thread_counters::ThreadCounters;

/// One run in this many is timed: two readings of the clock cost more than a miss should.
const TIMED: u64 = 64;

/// The statistics of one store.
pub(crate) struct Stats<S: Sharing> {
    hits: S::Counting,
    counters: [AtomicU64; Counter::COUNT],
    baseline: Mutex<Snapshot>,
    stripes: Box<[Arc<StripeStats>]>,
}

/// The statistics of one stripe. Written under its lock, readable without it.
#[derive(Default)]
pub(super) struct StripeStats {
    counters: [AtomicU64; Counter::COUNT],
    /// The current number of entries, and their weight.
    size: AtomicU64,
    weight: AtomicU64,
}

impl StripeStats {
    /// Counts an event that only happens under the stripe's lock: a miss, an eviction, an
    /// expiration, a refresh.
    pub(super) fn count(&self, what: Counter) {
        let counter = &self.counters[what as usize];
        counter.store(counter.load(Relaxed) + 1, Relaxed);
    }

    /// Whether the next run is to be timed.
    pub(super) fn times_next_run(&self) -> bool {
        self.counters[Counter::Miss as usize].load(Relaxed).is_multiple_of(TIMED)
    }

    pub(super) fn set_size(&self, entries: usize, weight: u64) {
        self.size.store(entries as u64, Relaxed);
        self.weight.store(weight, Relaxed);
    }
}

/// All counters at one moment.
#[derive(Clone, Copy, Default)]
struct Snapshot {
    counters: [u64; Counter::COUNT],
    hits: u64,
    /// Misses of look-ups that no load follows.
    failed_lookups: u64,
}

impl<S: Sharing> Stats<S> {
    pub(super) fn new(stripes: usize) -> Self {
        Self {
            hits: S::Counting::default(),
            counters: Default::default(),
            baseline: Mutex::default(),
            stripes: std::iter::repeat_with(Arc::default).take(stripes).collect(),
        }
    }

    /// Returns the statistics of the stripe with this number.
    pub(super) fn stripe(&self, number: usize) -> Arc<StripeStats> {
        self.stripes[number].clone()
    }

    /// Returns the counters of this reader's thread, if they are at hand.
    #[inline(always)]
    pub(super) fn counters_fast<'t>(
        &'t self,
        serial: u64,
        reading: &'t S::FastGuard<'_>,
    ) -> Option<&'t ThreadCounters> {
        reading.counters(serial, &self.hits)
    }

    /// The store's serial number, for [`counters_fast`](Self::counters_fast).
    pub(super) fn serial(&self) -> u64 {
        self.hits.serial()
    }

    /// Returns the counters of this reader's thread.
    pub(super) fn counters<'a>(&'a self, reading: &'a S::ReadGuard<'_>) -> &'a ThreadCounters {
        self.hits.counters(reading)
    }

    pub(super) fn count(&self, what: Counter) {
        S::count(&self.counters[what as usize]);
    }

    /// Returns the hits since the store was made, whether it was cleared or not. Policies rely on
    /// that.
    pub(super) fn all_hits(&self) -> u64 {
        self.hits.sums().0
    }

    /// Adds the time that this many runs took together.
    pub(super) fn timed(&self, (elapsed, runs): (Duration, u64)) {
        self.counters[Counter::TimedRuns as usize].fetch_add(runs, Relaxed);
        self.counters[Counter::TimedNanos as usize].fetch_add(nanos(elapsed), Relaxed);
    }

    /// Returns the statistics without the bounds, which the store adds. Takes no lock of the store
    /// and runs no user code.
    pub(crate) fn info(&self) -> CacheInfo {
        let since = self.now().since(&self.baseline());
        let info = CacheInfo::of_counters(&since.counters);
        CacheInfo {
            hits: since.hits,
            // A run that a level behind the store answered was counted as a miss when it began.
            misses: info.misses - info.level_hits.min(info.misses) + since.failed_lookups,
            currsize: usize::try_from(self.sum(|stripe| &stripe.size)).unwrap_or(usize::MAX),
            weight: self.sum(|stripe| &stripe.weight),
            load_time: since.load_time(),
            ..info
        }
    }

    fn sum(&self, of: impl Fn(&StripeStats) -> &AtomicU64) -> u64 {
        self.stripes.iter().map(|stripe| of(stripe).load(Relaxed)).fold(0, u64::saturating_add)
    }

    fn now(&self) -> Snapshot {
        let (hits, failed_lookups) = self.hits.sums();
        let counters =
            std::array::from_fn(|what| self.counters[what].load(Relaxed) + self.sum(|stripe| &stripe.counters[what]));
        Snapshot { counters, hits, failed_lookups }
    }

    fn baseline(&self) -> MutexGuard<'_, Snapshot> {
        self.baseline.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Resets all statistics to zero.
    pub(super) fn clear(&self) {
        let now = self.now();
        *self.baseline() = now;
    }
}

impl Snapshot {
    fn since(&self, before: &Self) -> Self {
        let mut since = *self;
        for (counter, before) in since.counters.iter_mut().zip(before.counters) {
            *counter = counter.saturating_sub(before);
        }
        since.hits = self.hits.saturating_sub(before.hits);
        since.failed_lookups = self.failed_lookups.saturating_sub(before.failed_lookups);
        since
    }

    fn of(&self, what: Counter) -> u64 {
        self.counters[what as usize]
    }

    /// Returns the mean time of the timed runs, times the number of all runs.
    fn load_time(&self) -> Duration {
        let timed = u128::from(self.of(Counter::TimedRuns).max(1));
        let sum = u128::from(self.of(Counter::TimedNanos)) * u128::from(self.of(Counter::Miss)) / timed;
        Duration::from_nanos(u64::try_from(sum).unwrap_or(u64::MAX))
    }
}
