//! Exact statistics of a store, without a cache line that all threads write.
//!
//! Each thread counts its own hits ([`hit_counters`](super::hit_counters)), because every hit
//! counts. All other events happen on slow paths and have one counter each. `clear` never writes a
//! counter: it records where each one stood, so no concurrent count is lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use smallvec::SmallVec;

use super::sharing::{FastReader, HitCounting, Sharing};
use crate::info::{CacheInfo, Counter};
use crate::sync::{Mutex, MutexGuard, PoisonError};
use crate::system_clock::nanos;
use crate::table::thread_counters::ThreadCounters;

/// In the long run one run in this many is timed: two readings of the clock cost more than a miss
/// should.
const TIMED: u64 = 256;

/// The statistics of one store.
pub(crate) struct Stats<S: Sharing> {
    hits: S::Counting,
    counters: [AtomicU64; Counter::COUNT],
    /// Where the counters stood at the last reset.
    baseline: Mutex<Option<Box<Totals>>>,
    /// Whether the first of the runs since the last reset has been timed.
    has_first: AtomicBool,
    stripes: SmallVec<[Arc<StripeStats>; 1]>,
}

/// The statistics of one stripe. Written under its lock, readable without it.
#[derive(Default)]
pub(super) struct StripeStats {
    counters: [AtomicU64; Counter::COUNT],
    /// The number of the run at which the counters were reset, and of the next run to be timed.
    first_run: AtomicU64,
    next_timed: AtomicU64,
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

    /// Counts a miss that starts a run. Returns whether the run is to be timed.
    pub(super) fn count_run(&self) -> bool {
        let counter = &self.counters[Counter::Miss as usize];
        let run = counter.load(Relaxed);
        counter.store(run + 1, Relaxed);
        run >= self.next_timed.load(Relaxed) && self.times(run)
    }

    /// Chooses the run to be timed after this one: runs double between two of them, up to
    /// [`TIMED`], so that each stands for as many as went before it. Returns `true`.
    #[cold]
    fn times(&self, run: u64) -> bool {
        let before = run.saturating_sub(self.first_run.load(Relaxed));
        self.next_timed.store(run + before.clamp(1, TIMED), Relaxed);
        true
    }

    /// Times the next run as the first one.
    fn reset_timing(&self) {
        let run = self.counters[Counter::Miss as usize].load(Relaxed);
        self.first_run.store(run, Relaxed);
        self.next_timed.store(run, Relaxed);
    }

    pub(super) fn set_size(&self, entries: usize, weight: u64) {
        self.size.store(entries as u64, Relaxed);
        self.weight.store(weight, Relaxed);
    }
}

/// All counters at one moment.
#[derive(Clone, Copy, Default)]
struct Totals {
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
            has_first: AtomicBool::new(false),
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
        let counter = |what: Counter| &self.counters[what as usize];
        let (of_runs, of_nanos) = if self.has_first.load(Relaxed) {
            (Counter::TimedRuns, Counter::TimedNanos)
        } else {
            self.has_first.store(true, Relaxed);
            (Counter::FirstRuns, Counter::FirstNanos)
        };
        counter(of_runs).fetch_add(runs, Relaxed);
        counter(of_nanos).fetch_add(nanos(elapsed), Relaxed);
    }

    /// Returns the statistics without the bounds, which the store adds. Takes no lock of the store
    /// and runs no user code.
    pub(crate) fn info(&self) -> CacheInfo {
        let now = self.now();
        let since = self.baseline().as_ref().map_or(now, |before| now.since(before));
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

    fn now(&self) -> Totals {
        let (hits, failed_lookups) = self.hits.sums();
        let counters =
            std::array::from_fn(|what| self.counters[what].load(Relaxed) + self.sum(|stripe| &stripe.counters[what]));
        Totals { counters, hits, failed_lookups }
    }

    fn baseline(&self) -> MutexGuard<'_, Option<Box<Totals>>> {
        self.baseline.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Resets all statistics to zero.
    pub(super) fn clear(&self) {
        let now = self.now();
        *self.baseline() = Some(Box::new(now));
        self.has_first.store(false, Relaxed);
        self.stripes.iter().for_each(|stripe| stripe.reset_timing());
    }
}

impl Totals {
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

    /// Returns the time of the first run, and for the other runs the mean time of the timed ones.
    fn load_time(&self) -> Duration {
        let of = |what| u128::from(self.of(what));
        let later = of(Counter::Miss).saturating_sub(of(Counter::FirstRuns));
        // Nothing is known of the others: as the first.
        let (nanos, runs) = match of(Counter::TimedRuns) {
            0 => (of(Counter::FirstNanos), of(Counter::FirstRuns).max(1)),
            runs => (of(Counter::TimedNanos), runs),
        };
        let sum = of(Counter::FirstNanos) + nanos * later / runs;
        Duration::from_nanos(u64::try_from(sum).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Stats;
    use crate::engine::Shared;
    use crate::info::Counter;

    /// Counts runs of a store, each of which takes as long as `takes` says of its number. Returns
    /// the numbers of those that were timed.
    fn run(stats: &Stats<Shared>, runs: u64, takes: impl Fn(u64) -> Duration) -> Vec<u64> {
        let stripe = stats.stripe(0);
        let timed = (0..runs).filter(|&run| {
            let timed = stripe.count_run();
            if timed {
                stats.timed((takes(run), 1));
            }
            timed
        });
        timed.collect()
    }

    #[test]
    fn ever_fewer_runs_are_timed_and_anew_after_a_reset() {
        let stats = Stats::<Shared>::new(1);
        for _ in 0..2 {
            let timed = run(&stats, 600, |_| Duration::from_millis(2));
            assert_eq!(timed, [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512]);
            assert_eq!(stats.info().load_time, Duration::from_millis(1200));
            stats.clear();
            assert_eq!(stats.info().load_time, Duration::ZERO);
        }
    }

    #[test]
    fn a_slow_first_run_does_not_stand_for_the_others() {
        let stats = Stats::<Shared>::new(1);
        let first_slow = |run| if run == 0 { Duration::from_secs(10) } else { Duration::from_millis(1) };
        for runs in [1, 2, 3, 1000] {
            run(&stats, runs, first_slow);
            assert_eq!(stats.info().load_time, Duration::from_millis(10_000 + runs - 1));
            stats.clear();
        }
    }

    /// As a recursive function has it.
    #[test]
    fn runs_inside_of_the_first_one_take_no_time_of_their_own() {
        let stats = Stats::<Shared>::new(1);
        run(&stats, 1, |_| Duration::ZERO);
        stats.clear();
        (0..100).for_each(|_| stats.stripe(0).count(Counter::Miss));
        stats.timed((Duration::from_secs(1), 100));
        assert_eq!(stats.info().load_time, Duration::from_secs(1));
        stats.stripe(0).count(Counter::Miss);
        assert_eq!(stats.info().load_time, Duration::from_millis(1010), "one more is taken to be as the first");
    }
}
