//! Counting, exactly and without a line that all threads write.
//!
//! Hits are counted in stripes, one cache line each, because every hit counts; the rest happens on slow paths and has one counter each.
//! `clear` never writes a counter: it remembers where each one stood, so that no count that runs meanwhile is lost.

use std::marker::PhantomData;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::scope::Scope;
use crate::clock::nanos;
use crate::info::CacheInfo;

/// Enough for the threads of a desktop to rarely meet, and 512 bytes in all.
const STRIPES: usize = 8;
/// One run in this many is timed: two clock readings cost more than a miss may.
const TIMED: u64 = 64;

#[derive(Default)]
#[repr(align(64))]
struct Stripe(AtomicU64);

/// The counts of one store.
pub(crate) struct Stats<S> {
    hits: [Stripe; STRIPES],
    counts: [AtomicU64; COUNTS],
    baseline: Mutex<[u64; COUNTS + 1]>,
    /// Entries and weight now, for those who may not look into the store itself: written under its lock.
    size: AtomicU64,
    weight: AtomicU64,
    _scope: PhantomData<fn() -> S>,
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

impl<S: Scope> Stats<S> {
    pub(crate) fn new() -> Self {
        Self {
            hits: Default::default(),
            counts: Default::default(),
            baseline: Mutex::new([0; COUNTS + 1]),
            size: AtomicU64::new(0),
            weight: AtomicU64::new(0),
            _scope: PhantomData,
        }
    }

    #[inline]
    pub(crate) fn hit(&self) {
        S::count(&self.hits[S::stripe() % STRIPES].0);
    }

    pub(crate) fn count(&self, what: Count) {
        S::count(&self.counts[what as usize]);
    }

    /// Hits since the store was made, cleared or not: what policies may build on.
    pub(crate) fn all_hits(&self) -> u64 {
        self.hits.iter().map(|stripe| stripe.0.load(Relaxed)).sum()
    }

    /// Whether the run that begins now is one to time.
    pub(crate) fn times_this_run(&self) -> bool {
        self.counts[Count::Miss as usize].load(Relaxed) % TIMED == 1
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
        let totals = self.totals();
        CacheInfo {
            hits: totals.hits(),
            misses: totals.of(Count::Miss),
            currsize: usize::try_from(self.size.load(Relaxed)).unwrap_or(usize::MAX),
            coalesced: totals.of(Count::Coalesced),
            bypassed: totals.of(Count::Bypassed),
            evictions: totals.of(Count::Eviction),
            expirations: totals.of(Count::Expiration),
            refreshes: totals.of(Count::Refresh),
            errors: totals.of(Count::Error),
            weight: self.weight.load(Relaxed),
            load_time: totals.load_time(),
            ..CacheInfo::default()
        }
    }

    fn now(&self) -> [u64; COUNTS + 1] {
        let mut all = [0; COUNTS + 1];
        for (sum, count) in all.iter_mut().zip(&self.counts) {
            *sum = count.load(Relaxed);
        }
        all[COUNTS] = self.all_hits();
        all
    }

    /// From here on everything counts from zero.
    pub(crate) fn clear(&self) {
        let now = self.now();
        *self.baseline.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }

    fn totals(&self) -> Totals {
        let baseline = *self.baseline.lock().unwrap_or_else(PoisonError::into_inner);
        let mut since = self.now();
        for (count, before) in since.iter_mut().zip(baseline) {
            *count = count.wrapping_sub(before);
        }
        Totals(since)
    }
}

/// Counts since the last clear.
struct Totals([u64; COUNTS + 1]);

impl Totals {
    fn hits(&self) -> u64 {
        self.0[COUNTS]
    }

    fn of(&self, what: Count) -> u64 {
        self.0[what as usize]
    }

    /// The mean of the timed runs, times all runs.
    fn load_time(&self) -> Duration {
        let timed = u128::from(self.of(Count::Timed).max(1));
        let sum = u128::from(self.of(Count::TimedNanos)) * u128::from(self.of(Count::Miss)) / timed;
        Duration::from_nanos(u64::try_from(sum).unwrap_or(u64::MAX))
    }
}
