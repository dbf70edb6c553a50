//! Counting, exactly and without a line that all threads write.
//!
//! Hits are counted by each thread for itself ([`Tally`]), because every hit counts; the rest happens on slow paths and has one counter each.
//! `clear` never writes a counter: it remembers where each one stood, so that no count that runs meanwhile is lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use super::scope::{Counting, Local, LocalReading, Quick, Scope, Shared};
use crate::clock::nanos;
use crate::info::CacheInfo;
use crate::sync::{Mutex, MutexGuard, PoisonError};
use crate::table::hazard;
use crate::table::tally::Tally;

/// One run in this many is timed: two clock readings cost more than a miss may.
const TIMED: u64 = 64;

/// The counts of one store.
pub(crate) struct Stats<S: Scope> {
    readers: S::Counting,
    counts: [AtomicU64; COUNTS],
    baseline: Mutex<Sums>,
    /// Entries and weight now, for those who may not look into the store itself: written under its lock.
    size: AtomicU64,
    weight: AtomicU64,
}

/// What is counted besides hits.
#[derive(Clone, Copy)]
pub(crate) enum Count {
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
const COUNTS: usize = Count::TimedNanos as usize + 1;

/// All counts at one moment.
#[derive(Clone, Copy, Default)]
struct Sums {
    counts: [u64; COUNTS],
    hits: u64,
    /// Look-ups that found nothing, and computed nothing.
    fruitless: u64,
}

impl<S: Scope> Stats<S> {
    pub(crate) fn new() -> Self {
        Self {
            readers: S::Counting::default(),
            counts: Default::default(),
            baseline: Mutex::default(),
            size: AtomicU64::new(0),
            weight: AtomicU64::new(0),
        }
    }

    /// What this reader counts with, if that is at hand.
    #[inline(always)]
    pub(crate) fn tally_quickly<'t>(&'t self, serial: u64, reading: &'t S::Quick<'_>) -> Option<&'t Tally> {
        reading.tally(serial, &self.readers)
    }

    /// The store's number, for [`tally_quickly`](Self::tally_quickly).
    pub(crate) fn serial(&self) -> u64 {
        self.readers.serial()
    }

    /// What this reader counts with.
    pub(crate) fn tally<'a>(&'a self, reading: &'a S::Reading<'_>) -> &'a Tally {
        self.readers.tally(reading)
    }

    pub(crate) fn count(&self, what: Count) {
        S::count(&self.counts[what as usize]);
    }

    /// Counts what is counted under the store's lock only: misses, evictions, expirations, refreshes.
    pub(crate) fn count_locked(&self, what: Count) {
        let counter = &self.counts[what as usize];
        counter.store(counter.load(Relaxed) + 1, Relaxed);
    }

    /// Hits since the store was made, cleared or not: what policies may build on.
    pub(crate) fn all_hits(&self) -> u64 {
        self.readers.sums().0
    }

    /// Whether the next run is one to time.
    pub(crate) fn times_next_run(&self) -> bool {
        self.counts[Count::Miss as usize].load(Relaxed).is_multiple_of(TIMED)
    }

    /// So many runs took this long together.
    pub(crate) fn timed(&self, (elapsed, runs): (Duration, u64)) {
        self.counts[Count::Timed as usize].fetch_add(runs, Relaxed);
        self.counts[Count::TimedNanos as usize].fetch_add(nanos(elapsed), Relaxed);
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
            misses: since.of(Count::Miss) + since.fruitless,
            currsize: usize::try_from(self.size.load(Relaxed)).unwrap_or(usize::MAX),
            coalesced: since.of(Count::Coalesced),
            bypassed: since.of(Count::Bypassed),
            evictions: since.of(Count::Eviction),
            expirations: since.of(Count::Expiration),
            refreshes: since.of(Count::Refresh),
            errors: since.of(Count::Error),
            weight: self.weight.load(Relaxed),
            load_time: since.load_time(),
            ..CacheInfo::default()
        }
    }

    fn now(&self) -> Sums {
        let (hits, fruitless) = self.readers.sums();
        Sums { counts: self.counts.each_ref().map(|count| count.load(Relaxed)), hits, fruitless }
    }

    fn baseline(&self) -> MutexGuard<'_, Sums> {
        self.baseline.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From here on everything counts from zero.
    pub(crate) fn clear(&self) {
        let now = self.now();
        *self.baseline() = now;
    }
}

impl Sums {
    fn since(&self, before: &Self) -> Self {
        let mut since = *self;
        for (count, before) in since.counts.iter_mut().zip(before.counts) {
            *count = count.saturating_sub(before);
        }
        since.hits = self.hits.saturating_sub(before.hits);
        since.fruitless = self.fruitless.saturating_sub(before.fruitless);
        since
    }

    fn of(&self, what: Count) -> u64 {
        self.counts[what as usize]
    }

    /// The mean of the timed runs, times all runs.
    fn load_time(&self) -> Duration {
        let timed = u128::from(self.of(Count::Timed).max(1));
        let sum = u128::from(self.of(Count::TimedNanos)) * u128::from(self.of(Count::Miss)) / timed;
        Duration::from_nanos(u64::try_from(sum).unwrap_or(u64::MAX))
    }
}

/// A store that one thread uses.
pub struct Alone(Tally);

impl Default for Alone {
    fn default() -> Self {
        Self(Tally::new(0, 1))
    }
}

impl Alone {
    #[inline(always)]
    pub(super) fn one(&self) -> &Tally {
        &self.0
    }
}

impl Counting<Local> for Alone {
    fn serial(&self) -> u64 {
        0
    }

    fn tally<'a>(&'a self, _: &'a LocalReading<'_>) -> &'a Tally {
        &self.0
    }

    fn sums(&self) -> (u64, u64) {
        (self.0.hits(), self.0.misses())
    }
}

/// The threads that have used a store.
pub struct Threads {
    /// Where threads keep their tallies for this store. Numbers are used again, serials are not.
    number: usize,
    serial: u64,
    tallies: Mutex<Tallies>,
}

#[derive(Default)]
struct Tallies {
    living: Vec<Arc<Tally>>,
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

impl Default for Threads {
    fn default() -> Self {
        let mut numbers = numbers();
        numbers.serial += 1;
        let number = numbers.free.pop().unwrap_or_else(|| {
            numbers.next += 1;
            numbers.next - 1
        });
        Self { number, serial: numbers.serial, tallies: Mutex::default() }
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        numbers().free.push(self.number);
    }
}

impl Threads {
    fn tallies(&self) -> MutexGuard<'_, Tallies> {
        self.tallies.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cold]
    fn join(&self, tag: u8) -> Arc<Tally> {
        let tally = Arc::new(Tally::new(self.serial, tag));
        let mut tallies = self.tallies();
        tallies.fold_ended();
        tallies.living.push(tally.clone());
        tally
    }
}

impl Tallies {
    fn fold_ended(&mut self) {
        let ended = &mut self.ended;
        self.living.retain(|tally| {
            let gone = tally.has_ended();
            if gone {
                ended.0 += tally.hits();
                ended.1 += tally.misses();
            }
            !gone
        });
    }
}

impl Counting<Shared> for Threads {
    fn serial(&self) -> u64 {
        self.serial
    }

    fn tally<'a>(&'a self, reading: &'a hazard::Reading) -> &'a Tally {
        reading.tally(self.number, self.serial, |tag| self.join(tag))
    }

    fn sums(&self) -> (u64, u64) {
        let tallies = self.tallies();
        tallies
            .living
            .iter()
            .fold(tallies.ended, |(hits, misses), tally| (hits + tally.hits(), misses + tally.misses()))
    }
}
