//! Statistics and configuration of a cache, and the causes of removals.

use std::fmt;
use std::time::Duration;

/// Statistics of a cache, since it was made or last cleared.
///
/// Every call counts as exactly one of `hits`, `misses`, `coalesced` and `bypassed`. Clearing the
/// cache resets all counts to zero. [`Display`](fmt::Display) prints the format of Python's
/// `functools`; `maxsize=None` means that there is no bound in entries.
///
/// # Examples
///
/// ```
/// # use memo_core as memokit;
/// use memokit::Cache;
///
/// let cache = Cache::builder().lru(128).build();
/// cache.get_or_insert_with(4, || 7);
/// cache.get_or_insert_with(4, || 7);
/// assert_eq!(cache.info().to_string(), "CacheInfo(hits=1, misses=1, maxsize=128, currsize=1)");
/// assert_eq!(cache.info().hit_rate(), 0.5);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CacheInfo {
    /// Calls whose value was in the cache.
    pub hits: u64,
    /// Calls that ran the function because its value was not in the cache, and calls of `get` that
    /// found no value.
    pub misses: u64,
    /// The capacity in entries, if there is one.
    pub maxsize: Option<usize>,
    /// Entries in the cache now, without expired ones.
    pub currsize: usize,
    /// Calls that waited for a run of the same key in flight and took its result.
    pub coalesced: u64,
    /// Calls that ran the function without using the cache: `when` was false, or the call was
    /// re-entrant, for a key that its caller was already computing.
    pub bypassed: u64,
    /// Entries removed to make room for others.
    pub evictions: u64,
    /// Entries removed because their time to live or to idle had passed.
    pub expirations: u64,
    /// Runs started by `refresh`, whether there was an entry or not.
    pub refreshes: u64,
    /// Runs that ended in an `Err` that was not cached, in a panic, or by cancellation.
    pub errors: u64,
    /// The sum of the entries' weights, in the unit of the weigher; 0 if the cache has none.
    pub weight: u64,
    /// The capacity in weight, if there is one.
    pub max_weight: Option<u64>,
    /// Time spent computing. An estimate: the first run and then one in 64 are timed, and the sum
    /// is scaled.
    pub load_time: Duration,
}

impl CacheInfo {
    /// The share of hits and coalesced calls in all calls that used the cache: 0.0 to 1.0, and 0.0
    /// before the first call.
    #[must_use]
    pub fn hit_rate(&self) -> f64 {
        let served = self.hits + self.coalesced;
        let all = served + self.misses;
        #[expect(clippy::cast_precision_loss, reason = "a rate")]
        if all == 0 { 0.0 } else { served as f64 / all as f64 }
    }

    /// The estimated time saved: hits times the mean load time, from
    /// [`load_time`](Self::load_time).
    #[must_use]
    pub fn time_saved(&self) -> Duration {
        if self.misses == 0 {
            return Duration::ZERO;
        }
        let saved = self.load_time.as_nanos() * u128::from(self.hits) / u128::from(self.misses);
        Duration::from_nanos(u64::try_from(saved).unwrap_or(u64::MAX))
    }

    /// The sum of two statistics, for a cache that has an instance per thread.
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

/// The configuration of a cache.
///
/// [`Display`](fmt::Display) prints the format of Python's `cache_parameters()`, followed by the
/// policy and by what differs from the defaults.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct CacheParameters {
    /// The capacity in entries; `None` if it is unbounded.
    pub maxsize: Option<usize>,
    /// Whether the types of the arguments are part of the key (the option `typed`).
    pub typed: bool,
    /// The eviction policy: `lru`, `lfu`, `fifo`, `random`, `max`, or `unbounded`.
    pub policy: &'static str,
    /// The capacity in weight; `None` if it is unbounded.
    pub max_weight: Option<u64>,
    /// The time to live of every entry; `None` if there is none or each entry has its own.
    pub ttl: Option<Duration>,
    /// The time to idle, from the last use of an entry to its expiry.
    pub idle: Option<Duration>,
    /// The greatest fraction of the time to live that is subtracted from it at random, 0.0 to 1.0.
    pub jitter: f64,
    /// Whether concurrent calls for one missing key are coalesced into one run.
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

/// Prints a number or Python's `None`.
struct OrNone(Option<usize>);

impl fmt::Display for OrNone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(n) => n.fmt(f),
            None => f.write_str("None"),
        }
    }
}

/// Why an entry was removed from a cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RemovalCause {
    /// The policy chose it to make room.
    Evicted,
    /// Its time to live or to idle had passed.
    Expired,
    /// A newer value for its key replaced it.
    Replaced,
    /// It was removed explicitly.
    Removed,
    /// The whole cache was cleared.
    Cleared,
}
