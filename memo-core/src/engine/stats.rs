//! Counting, exactly and without a line that all threads write.
//!
//! Hits are counted by each thread for itself ([`ThreadCounters`]), because every hit counts; the rest happens on slow paths and has one counter each.
//! `clear` never writes a counter: it remembers where each one stood, so that no count that runs meanwhile is lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use super::sharing::{FastGuard, HitCounting, Local, LocalReadGuard, Shared, Sharing};
use crate::clock::nanos;
use crate::info::CacheInfo;
use crate::sync::{Mutex, MutexGuard, PoisonError};
use crate::table::hazard;
use crate::table::thread_counters::ThreadCounters;

/// One run in this many is timed: two clock readings cost more than a miss may.
const TIMED: u64 = 64;

/// The counts of one store.
pub(crate) struct Stats<S: Sharing> {
    readers: S::HitCounting,
    counts: [AtomicU64; COUNTS],
    baseline: Mutex<Snapshot>,
    /// Entries and weight now, for those who may not look into the store itself: written under its lock.
    size: AtomicU64,
    weight: AtomicU64,
}

/// What is counted besides hits.
#[derive(Clone, Copy)]
pub(crate) enum Counter {
    Miss,
    Coalesced,
    Bypassed,
    Eviction,
    Expiration,
    Refresh,
    Error,
    /// Timed runs and their nanoseconds.
    Timed,
    TimedNanos,
}
const COUNTS: usize = Counter::TimedNanos as usize + 1;

/// All counts at one moment.
#[derive(Clone, Copy, Default)]
struct Snapshot {
    counts: [u64; COUNTS],
    hits: u64,
    /// Look-ups that found nothing, and computed nothing.
    failed_lookups: u64,
}

impl<S: Sharing> Stats<S> {
    pub(crate) fn new() -> Self {
        Self {
            readers: S::HitCounting::default(),
            counts: Default::default(),
            baseline: Mutex::default(),
            size: AtomicU64::new(0),
            weight: AtomicU64::new(0),
        }
    }

    /// What this reader counts with, if that is at hand.
    #[inline(always)]
    pub(crate) fn counters_fast<'t>(
        &'t self,
        serial: u64,
        reading: &'t S::FastGuard<'_>,
    ) -> Option<&'t ThreadCounters> {
        reading.counters(serial, &self.readers)
    }

    /// The store's number, for [`counters_fast`](Self::tally_quickly).
    pub(crate) fn serial(&self) -> u64 {
        self.readers.serial()
    }

    /// What this reader counts with.
    pub(crate) fn counters<'a>(&'a self, reading: &'a S::ReadGuard<'_>) -> &'a ThreadCounters {
        self.readers.counters(reading)
    }

    pub(crate) fn count(&self, what: Counter) {
        S::count(&self.counts[what as usize]);
    }

    /// Counts what is counted under the store's lock only: misses, evictions, expirations, refreshes.
    pub(crate) fn count_locked(&self, what: Counter) {
        let counter = &self.counts[what as usize];
        counter.store(counter.load(Relaxed) + 1, Relaxed);
    }

    /// Hits since the store was made, cleared or not: what policies may build on.
    pub(crate) fn all_hits(&self) -> u64 {
        self.readers.sums().0
    }

    /// Whether the next run is one to time.
    pub(crate) fn times_next_run(&self) -> bool {
        self.counts[Counter::Miss as usize].load(Relaxed).is_multiple_of(TIMED)
    }

    /// So many runs took this long together.
    pub(crate) fn timed(&self, (elapsed, runs): (Duration, u64)) {
        self.counts[Counter::Timed as usize].fetch_add(runs, Relaxed);
        self.counts[Counter::TimedNanos as usize].fetch_add(nanos(elapsed), Relaxed);
    }

    pub(crate) fn set_size(&self, entries: usize, weight: u64) {
        self.size.store(entries as u64, Relaxed);
        self.weight.store(weight, Relaxed);
    }

    /// All but the bounds, which are the store's.
    pub(crate) fn info(&self) -> CacheInfo {
        let since = self.now().since(&self.baseline());
        CacheInfo {
            hits: since.hits,
            misses: since.of(Counter::Miss) + since.failed_lookups,
            currsize: usize::try_from(self.size.load(Relaxed)).unwrap_or(usize::MAX),
            coalesced: since.of(Counter::Coalesced),
            bypassed: since.of(Counter::Bypassed),
            evictions: since.of(Counter::Eviction),
            expirations: since.of(Counter::Expiration),
            refreshes: since.of(Counter::Refresh),
            errors: since.of(Counter::Error),
            weight: self.weight.load(Relaxed),
            load_time: since.load_time(),
            ..CacheInfo::default()
        }
    }

    fn now(&self) -> Snapshot {
        let (hits, failed_lookups) = self.readers.sums();
        Snapshot { counts: self.counts.each_ref().map(|count| count.load(Relaxed)), hits, failed_lookups }
    }

    fn baseline(&self) -> MutexGuard<'_, Snapshot> {
        self.baseline.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From here on everything counts from zero.
    pub(crate) fn clear(&self) {
        let now = self.now();
        *self.baseline() = now;
    }
}

impl Snapshot {
    fn since(&self, before: &Self) -> Self {
        let mut since = *self;
        for (count, before) in since.counts.iter_mut().zip(before.counts) {
            *count = count.saturating_sub(before);
        }
        since.hits = self.hits.saturating_sub(before.hits);
        since.failed_lookups = self.failed_lookups.saturating_sub(before.failed_lookups);
        since
    }

    fn of(&self, what: Counter) -> u64 {
        self.counts[what as usize]
    }

    /// The mean of the timed runs, times all runs.
    fn load_time(&self) -> Duration {
        let timed = u128::from(self.of(Counter::Timed).max(1));
        let sum = u128::from(self.of(Counter::TimedNanos)) * u128::from(self.of(Counter::Miss)) / timed;
        Duration::from_nanos(u64::try_from(sum).unwrap_or(u64::MAX))
    }
}

/// A store that one thread uses.
pub struct SingleThread(ThreadCounters);

impl Default for SingleThread {
    fn default() -> Self {
        Self(ThreadCounters::new(0, 1))
    }
}

impl SingleThread {
    #[inline(always)]
    pub(super) fn one(&self) -> &ThreadCounters {
        &self.0
    }
}

impl HitCounting<Local> for SingleThread {
    fn serial(&self) -> u64 {
        0
    }

    fn counters<'a>(&'a self, _: &'a LocalReadGuard<'_>) -> &'a ThreadCounters {
        &self.0
    }

    fn sums(&self) -> (u64, u64) {
        (self.0.hits(), self.0.misses())
    }
}

/// The threads that have used a store.
pub struct PerThread {
    /// Where threads keep their tallies for this store. Numbers are used again, serials are not.
    number: usize,
    serial: u64,
    counters: Mutex<CounterList>,
}

#[derive(Default)]
struct CounterList {
    living: Vec<Arc<ThreadCounters>>,
    /// Hits and misses of threads that ended.
    ended: (u64, u64),
}

/// Numbers for stores.
static NUMBERS: Mutex<Numbers> = Mutex::new(Numbers { free: Vec::new(), next: 0, serial: 0 });

struct Numbers {
    free: Vec<usize>,
    next: usize,
    serial: u64,
}

fn numbers() -> MutexGuard<'static, Numbers> {
    NUMBERS.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Default for PerThread {
    fn default() -> Self {
        let mut numbers = numbers();
        numbers.serial += 1;
        let number = numbers.free.pop().unwrap_or_else(|| {
            numbers.next += 1;
            numbers.next - 1
        });
        Self { number, serial: numbers.serial, counters: Mutex::default() }
    }
}

impl Drop for PerThread {
    fn drop(&mut self) {
        numbers().free.push(self.number);
    }
}

impl PerThread {
    fn counters(&self) -> MutexGuard<'_, CounterList> {
        self.counters.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cold]
    fn join(&self, tag: u8) -> Arc<ThreadCounters> {
        let joined = Arc::new(ThreadCounters::new(self.serial, tag));
        let mut list = self.counters();
        list.fold_ended();
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

impl HitCounting<Shared> for PerThread {
    fn serial(&self) -> u64 {
        self.serial
    }

    fn counters<'a>(&'a self, reading: &'a hazard::ReadGuard) -> &'a ThreadCounters {
        reading.counters(self.number, self.serial, |tag| self.join(tag))
    }

    fn sums(&self) -> (u64, u64) {
        let counters = self.counters();
        counters
            .living
            .iter()
            .fold(counters.ended, |(hits, misses), counters| (hits + counters.hits(), misses + counters.misses()))
    }
}
