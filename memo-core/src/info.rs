//! What a cache tells about itself.

use std::fmt;
use std::time::Duration;

/// How a cache has done so far.
///
/// Displays as Python's `functools` does: `CacheInfo(hits=8, misses=11, maxsize=128, currsize=11)`; `maxsize=None` where there is no bound in
/// entries. Every call is exactly one of `hits`, `misses`, `coalesced`, `bypassed`. Clearing the cache sets all counts to zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CacheInfo {
    /// Calls answered from the cache.
    pub hits: u64,
    /// Calls that ran the function because the cache had no answer.
    pub misses: u64,
    /// The bound in entries, if there is one.
    pub maxsize: Option<usize>,
    /// Entries in the cache now; expired ones do not count.
    pub currsize: usize,
    /// Calls that waited for another call's run of the same key and took its result.
    pub coalesced: u64,
    /// Calls that ran the function without using the cache: `when` said so, or they asked for a key that they were computing themselves.
    pub bypassed: u64,
    /// Entries that left to make room.
    pub evictions: u64,
    /// Entries that left because their time was over.
    pub expirations: u64,
    /// Runs forced by `refresh`, with an entry in the cache or not.
    pub refreshes: u64,
    /// Runs that ended in an `Err` that was not kept, or in a panic, or were cancelled.
    pub errors: u64,
    /// The sum of the entries' weights; 0 where the cache is not weighted.
    pub weight: u64,
    /// The bound in weight, if there is one.
    pub max_weight: Option<u64>,
    /// Time spent computing. An estimate: the first run and then one in 64 is timed, and the sum scaled.
    pub load_time: Duration,
}

impl CacheInfo {
    /// Hits and coalesced calls among all calls that asked the cache: 0.0 to 1.0, and 0.0 before the first call.
    #[must_use]
    pub fn hit_rate(&self) -> f64 {
        let served = self.hits + self.coalesced;
        let all = served + self.misses;
        #[expect(clippy::cast_precision_loss, reason = "a rate")]
        if all == 0 { 0.0 } else { served as f64 / all as f64 }
    }

    /// What the hits would have cost as misses: an estimate from [`load_time`](Self::load_time).
    #[must_use]
    pub fn time_saved(&self) -> Duration {
        if self.misses == 0 {
            return Duration::ZERO;
        }
        let saved = self.load_time.as_nanos() * u128::from(self.hits) / u128::from(self.misses);
        Duration::from_nanos(u64::try_from(saved).unwrap_or(u64::MAX))
    }

    /// The two caches seen as one, for caches that live once per thread.
    pub(crate) fn plus(self, other: Self) -> Self {
        Self {
            hits: self.hits + other.hits,
            misses: self.misses + other.misses,
            maxsize: self.maxsize.or(other.maxsize),
            currsize: self.currsize + other.currsize,
            coalesced: self.coalesced + other.coalesced,
            bypassed: self.bypassed + other.bypassed,
            evictions: self.evictions + other.evictions,
            expirations: self.expirations + other.expirations,
            refreshes: self.refreshes + other.refreshes,
            errors: self.errors + other.errors,
            weight: self.weight + other.weight,
            max_weight: self.max_weight.or(other.max_weight),
            load_time: self.load_time + other.load_time,
        }
    }
}

impl fmt::Display for CacheInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { hits, misses, maxsize, currsize, .. } = self;
        write!(f, "CacheInfo(hits={hits}, misses={misses}, maxsize={}, currsize={currsize})", OrNone(*maxsize))
    }
}

/// How a cache was set up. Displays as Python's `cache_parameters()` does, with what differs from the defaults added.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct CacheParameters {
    /// The bound in entries.
    pub maxsize: Option<usize>,
    /// Whether entries are kept apart by type (the word `typed`).
    pub typed: bool,
    /// `lru`, `lfu`, `fifo`, `random`, `max`, or `unbounded`.
    pub policy: &'static str,
    /// The bound in weight.
    pub max_weight: Option<u64>,
    /// The time to live of every entry; `None` where there is none or each entry has its own.
    pub ttl: Option<Duration>,
    /// The time to idle.
    pub idle: Option<Duration>,
    /// The part of the time to live by which it is shortened at random, 0.0 to 1.0.
    pub jitter: f64,
    /// Whether calls for the same key wait for one run.
    pub single_flight: bool,
}

impl fmt::Display for CacheParameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{'maxsize': {}, 'typed': {}", OrNone(self.maxsize), if self.typed { "True" } else { "False" })?;
        write!(f, ", 'policy': '{}'", self.policy)?;
        if let Some(weight) = self.max_weight {
            write!(f, ", 'max_weight': {weight}")?;
        }
        if let Some(ttl) = self.ttl {
            write!(f, ", 'ttl': {ttl:?}")?;
        }
        if let Some(idle) = self.idle {
            write!(f, ", 'idle': {idle:?}")?;
        }
        if self.jitter > 0.0 {
            write!(f, ", 'jitter': {}", self.jitter)?;
        }
        if !self.single_flight {
            f.write_str(", 'single_flight': False")?;
        }
        f.write_str("}")
    }
}

struct OrNone(Option<usize>);

impl fmt::Display for OrNone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(n) => n.fmt(f),
            None => f.write_str("None"),
        }
    }
}

/// Why an entry left the cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RemovalCause {
    /// To make room.
    Evicted,
    /// Its time to live or to idle was over.
    Expired,
    /// A newer value took its place.
    Replaced,
    /// Somebody removed it.
    Removed,
    /// The whole cache was cleared.
    Cleared,
}
