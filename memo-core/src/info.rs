//! Statistics and configuration of a cache, and the causes of removals.

use std::fmt;
use std::time::Duration;

/// Declares the statistics, each in one line: the counter, the field of [`CacheInfo`] that shows
/// it, and its documentation.
macro_rules! statistics {
    ($($(#[$doc:meta])* $Counter:ident => $field:ident,)*) => {
        /// The counters of a store besides hits.
        #[derive(Clone, Copy, Debug)]
        pub(crate) enum Counter {
            $($Counter,)*
            /// The runs that the first timed one covered, and their nanoseconds.
            FirstRuns,
            FirstNanos,
            /// The same of all later timed ones.
            TimedRuns,
            TimedNanos,
        }

        impl Counter {
            pub(crate) const COUNT: usize = Self::TimedNanos as usize + 1;
        }

        /// Statistics of a cache.
        ///
        /// Displays as Python's `functools` does:
        /// `CacheInfo(hits=8, misses=11, maxsize=128, currsize=11)`; `maxsize=None` where there is
        /// no bound in entries. Every call is exactly one of `hits`, `misses`, `coalesced`,
        /// `bypassed`. Clearing the cache resets all counters.
        ///
        /// # Examples
        /// ```
        /// # use memo_core as memokit;
        /// use memokit::Cache;
        ///
        /// let cache = Cache::builder().lru(2).build();
        /// (1..=3).for_each(|n| cache.insert(n, n * n));
        /// assert_eq!((cache.get(&1), cache.get(&3)), (None, Some(9)));
        /// let info = cache.info();
        /// assert_eq!((info.hits, info.misses, info.evictions), (1, 1, 1));
        /// assert_eq!(info.hit_rate(), 0.5);
        /// ```
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct CacheInfo {
            /// Calls answered from the cache.
            pub hits: u64,
            $($(#[$doc])* pub $field: u64,)*
            /// The bound in entries, if there is one.
            pub maxsize: Option<usize>,
            /// Entries in the cache now. Expired entries count until they are swept: by the timer
            /// thread within 50 ms, by [`run_pending`](crate::Cache::run_pending) at once.
            pub currsize: usize,
            /// The sum of the entries' weights; 0 where the cache is not weighted.
            pub weight: u64,
            /// The bound in weight, if there is one.
            pub max_weight: Option<u64>,
            /// Time spent in loads. An estimate: the first run counts as it is, for it often is not
            /// like the others; of those the second, third, fifth, ninth and so on are timed, from
            /// the 256th on one in 256, and their mean stands for all.
            pub load_time: Duration,
        }

        impl CacheInfo {
            /// Statistics with these counters.
            pub(crate) fn of_counters(counters: &[u64; Counter::COUNT]) -> Self {
                Self { $($field: counters[Counter::$Counter as usize],)* ..Self::default() }
            }

            /// The sum of two caches, for caches that live once per thread.
            pub(crate) fn plus(self, other: Self) -> Self {
                Self {
                    hits: self.hits + other.hits,
                    $($field: self.$field + other.$field,)*
                    maxsize: self.maxsize.or(other.maxsize),
                    currsize: self.currsize + other.currsize,
                    weight: self.weight + other.weight,
                    max_weight: self.max_weight.or(other.max_weight),
                    load_time: self.load_time + other.load_time,
                }
            }
        }
    };
}

statistics! {
    /// Calls that ran the function because the cache had no answer, and look-ups without a load
    /// that found nothing.
    Miss => misses,
    /// Calls that waited for another call's run of the same key and took its result.
    Coalesced => coalesced,
    /// Calls that ran the function without the cache: `when` said so, or the caller was already
    /// computing the key it asked for.
    Bypassed => bypassed,
    /// Entries removed to make room.
    Eviction => evictions,
    /// Entries removed because their time to live or to idle had passed.
    Expiration => expirations,
    /// Runs forced by `refresh`, whether the cache had an entry or not.
    Refresh => refreshes,
    /// Runs that ended in an `Err` that is not cached, panicked, or were cancelled.
    Error => errors,
    /// Runs that a level behind the cache (a disk or a server) answered without running the
    /// function.
    LevelHit => level_hits,
}

impl CacheInfo {
    /// Hits and coalesced calls as a share of all calls that asked the cache: 0.0 to 1.0, and 0.0
    /// before the first call.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache = Cache::<u32, u32>::default();
    /// assert_eq!(cache.info().hit_rate(), 0.0);
    /// ```
    #[must_use]
    pub fn hit_rate(&self) -> f64 {
        let served = self.hits + self.coalesced;
        let all = served + self.misses;
        #[expect(clippy::cast_precision_loss, reason = "a rate")]
        if all == 0 { 0.0 } else { served as f64 / all as f64 }
    }

    /// Estimated time saved: hits times the mean load time of [`load_time`](Self::load_time).
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache = Cache::<u32, u32>::default();
    /// assert!(cache.info().time_saved().is_zero());
    /// ```
    #[must_use]
    pub fn time_saved(&self) -> Duration {
        if self.misses == 0 {
            return Duration::ZERO;
        }
        let saved = self.load_time.as_nanos() * u128::from(self.hits) / u128::from(self.misses);
        Duration::from_nanos(u64::try_from(saved).unwrap_or(u64::MAX))
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
    /// The eviction policy: `lru`, `lfu`, `fifo`, `random`, `max`, or `unbounded` for a cache that
    /// evicts nothing. A cache that is bounded by weight alone, or by a later `resize`, has `lru`.
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
    /// A newer value of its key took its place.
    Replaced,
    /// It was removed explicitly, or a value that was written to its key was [`Refused`], which
    /// makes an older one outdated.
    ///
    /// [`Refused`]: Self::Refused
    Removed,
    /// It never was in the cache: it was heavier than the bound, its time to live was zero, the
    /// capacity was 0, the policy preferred all that is cached, or its key was removed or written
    /// while it was computed.
    Refused,
    /// The whole cache was cleared.
    Cleared,
}
