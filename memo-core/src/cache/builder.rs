//! [`CacheBuilder`]: the configuration of a [`Cache`] or [`LocalCache`] before it is built.

use std::borrow::Cow;
use std::time::Duration;

use super::value::{Cache, LocalCache};
use crate::clock::Clock;
use crate::config::{Config, SingleFlight};
use crate::engine::{Face, Local, Setup, Shared};
use crate::hash::DefaultHashBuilder;

/// Configures and builds a [`Cache`] or [`LocalCache`], with the words of the attribute. Without a
/// bound, entries stay until they expire or are removed.
///
/// Of two calls of one method the last one counts, except that every removal listener is called.
/// Settings that contradict each other or cannot work, such as `lru` with `lfu` or a time to idle
/// of zero, are reported when the cache is built: `build` panics, and `try_build` returns the
/// [`Error`](crate::Error).
///
/// # Examples
/// ```
/// # use memo_core as memokit;
/// use memokit::{Cache, RemovalCause};
/// use std::time::Duration;
///
/// let cache = Cache::builder()
///     .max_weight(1_000_000)
///     .weight(|url: &String, page: &Vec<u8>| (url.len() + page.len()) as u64)
///     .ttl(Duration::from_secs(60))
///     .jitter(0.1)
///     .removal_listener(|url, _, cause| {
///         if cause == RemovalCause::Evicted {
///             println!("no room for {url}");
///         }
///     })
///     .build();
/// cache.insert("https://example.org".into(), b"<html>".to_vec());
/// assert_eq!(cache.weight(), 25);
/// ```
#[must_use = "call `build`"]
pub struct CacheBuilder<K, V, H = DefaultHashBuilder, S: Face = Shared> {
    pub(super) setup: Setup<S, K, V>,
    pub(super) hasher: H,
    pub(super) name: Option<Cow<'static, str>>,
}

impl<K, V, S: Face> Default for CacheBuilder<K, V, DefaultHashBuilder, S> {
    fn default() -> Self {
        Self { setup: Setup::new(), hasher: DefaultHashBuilder::default(), name: None }
    }
}

impl<K, V> Cache<K, V> {
    /// Returns a builder of a cache.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache = Cache::builder().lru(100).build();
    /// cache.insert(1, "one");
    /// ```
    pub fn builder() -> CacheBuilder<K, V> {
        CacheBuilder::default()
    }
}

impl<K, V> LocalCache<K, V> {
    /// Returns a builder of a cache for this thread.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::LocalCache;
    /// use std::rc::Rc;
    ///
    /// let cache = LocalCache::builder().lru(100).build();
    /// cache.insert(1, Rc::new("one"));
    /// ```
    pub fn builder() -> CacheBuilder<K, V, DefaultHashBuilder, Local> {
        CacheBuilder::default()
    }
}

impl<K, V, H, S: Face> CacheBuilder<K, V, H, S> {
    #[inline]
    fn set<T>(mut self, set: fn(Config, T) -> Config, option: T) -> Self {
        self.setup.set(set, option);
        self
    }

    /// Bounds the number of entries; evicts the least recently used. 0 caches nothing.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache = Cache::builder().lru(2).build();
    /// (1..=3).for_each(|n| cache.insert(n, n * n));
    /// assert_eq!((cache.get(&1), cache.get(&3)), (None, Some(9)));
    /// ```
    pub fn lru(self, max_entries: usize) -> Self {
        self.set(Config::lru, max_entries)
    }

    /// Bounds the number of entries; evicts the least frequently used. 0 caches nothing.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache: Cache<u32, u32> = Cache::builder().lfu(100).build();
    /// assert_eq!(cache.parameters().policy, "lfu");
    /// ```
    pub fn lfu(self, max_entries: usize) -> Self {
        self.set(Config::lfu, max_entries)
    }

    /// Bounds the number of entries; evicts the oldest. 0 caches nothing.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache: Cache<u32, u32> = Cache::builder().fifo(100).build();
    /// assert_eq!(cache.parameters().policy, "fifo");
    /// ```
    pub fn fifo(self, max_entries: usize) -> Self {
        self.set(Config::fifo, max_entries)
    }

    /// Bounds the number of entries; evicts a random one. 0 caches nothing.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache: Cache<u32, u32> = Cache::builder().random(100).seed(1).build();
    /// assert_eq!(cache.parameters().policy, "random");
    /// ```
    pub fn random(self, max_entries: usize) -> Self {
        self.set(Config::random, max_entries)
    }

    /// Bounds the number of entries; evicts with an adaptive policy (CAR), by recency and
    /// frequency. A good default if the access pattern is not known. 0 caches nothing.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache: Cache<u32, u32> = Cache::builder().max(100).build();
    /// assert_eq!(cache.parameters().policy, "max");
    /// ```
    pub fn max(self, max_entries: usize) -> Self {
        self.set(Config::max, max_entries)
    }

    /// Bounds the total weight, in the unit of [`weight`](CacheBuilder::weight). A value heavier
    /// than the bound is not cached. Without a bound in entries, the least recently used are
    /// evicted.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache = Cache::builder()
    ///     .max_weight(10)
    ///     .weight(|_: &u32, text: &String| text.len() as u64)
    ///     .build();
    /// cache.insert(1, "too long for 10".into());
    /// assert_eq!(cache.get(&1), None);
    /// ```
    pub fn max_weight(self, max_weight: u64) -> Self {
        self.set(Config::max_weight, max_weight)
    }

    /// Sets the time to live of each entry, from its last write. With a time of zero, as a
    /// configuration may have it, nothing is cached.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::{Cache, ManualClock};
    /// use std::time::Duration;
    ///
    /// let clock = ManualClock::new();
    /// let cache = Cache::builder().ttl(Duration::from_secs(60)).clock(clock.clone()).build();
    /// cache.insert("key", 1);
    /// clock.advance(Duration::from_secs(60));
    /// assert_eq!(cache.get("key"), None);
    /// ```
    pub fn ttl(self, ttl: Duration) -> Self {
        self.set(Config::ttl, ttl)
    }

    /// Sets the time to idle of each entry: it expires this long after its last use.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::{Cache, ManualClock};
    /// use std::time::Duration;
    ///
    /// let clock = ManualClock::new();
    /// let cache = Cache::builder().idle(Duration::from_secs(60)).clock(clock.clone()).build();
    /// cache.insert("key", 1);
    /// clock.advance(Duration::from_secs(59));
    /// assert_eq!(cache.get("key"), Some(1));
    /// clock.advance(Duration::from_secs(59));
    /// assert_eq!(cache.get("key"), Some(1));
    /// ```
    pub fn idle(self, idle: Duration) -> Self {
        self.set(Config::idle, idle)
    }

    /// Subtracts a random fraction, up to this much (0.0 to 1.0), from each time to live, to avoid
    /// synchronized expiry. It applies to [`ttl`](Self::ttl) and to the time of
    /// [`insert_with_ttl`](Cache::insert_with_ttl), and does not change [`idle`](Self::idle), which
    /// starts anew with each use: a cache without times to live has no use for it.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    /// use std::time::Duration;
    ///
    /// let minute = Duration::from_secs(60);
    /// let cache: Cache<u32, u32> = Cache::builder().ttl(minute).jitter(0.1).build();
    /// assert_eq!(cache.parameters().jitter, 0.1);
    /// ```
    pub fn jitter(self, part: f64) -> Self {
        self.set(Config::jitter, part)
    }

    /// Sets whether concurrent calls for one missing key are coalesced into one run: `true` (the
    /// default); `false`, so that every call that misses computes for itself; or a [`Duration`]
    /// above zero, after which a waiter gives up and computes for itself.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    /// use std::time::Duration;
    ///
    /// let cache: Cache<u32, u32> = Cache::builder().single_flight(false).build();
    /// assert!(!cache.parameters().single_flight);
    /// let cache: Cache<u32, u32> = Cache::builder().single_flight(Duration::from_secs(5)).build();
    /// assert!(cache.parameters().single_flight);
    /// ```
    pub fn single_flight(self, single_flight: impl Into<SingleFlight>) -> Self {
        let single_flight = single_flight.into();
        self.set(Config::single_flight, single_flight)
    }

    /// Replaces the system's clock. Expired entries are then removed by the cache's own operations,
    /// not in the background: see [`Cache::run_pending`].
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::{Cache, ManualClock};
    /// use std::time::Duration;
    ///
    /// let clock = ManualClock::new();
    /// let cache: Cache<u32, u32> =
    ///     Cache::builder().ttl(Duration::from_secs(60)).clock(clock.clone()).build();
    /// # let _ = cache;
    /// ```
    pub fn clock(self, clock: impl Clock + 'static) -> Self {
        self.set(Config::clock, clock)
    }

    /// Makes random choices repeatable: the victims of `random`, and the jitter.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let survivors = || {
    ///     let cache = Cache::builder().random(10).seed(7).build();
    ///     (0..100).for_each(|n| cache.insert(n, n));
    ///     (0..100).filter(|n| cache.contains(n)).collect::<Vec<_>>()
    /// };
    /// assert_eq!(survivors(), survivors());
    /// ```
    pub fn seed(self, seed: u64) -> Self {
        self.set(Config::seed, seed)
    }

    /// Replaces the default hasher, for example by `std::hash::RandomState` (`SipHash`) for keys
    /// that an attacker may choose.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    /// use std::hash::RandomState;
    ///
    /// let cache = Cache::builder().hasher(RandomState::new()).build();
    /// cache.insert("token".to_owned(), 7);
    /// assert_eq!(cache.get("token"), Some(7));
    /// ```
    pub fn hasher<H2>(self, hasher: H2) -> CacheBuilder<K, V, H2, S> {
        CacheBuilder { setup: self.setup, hasher, name: self.name }
    }

    /// Names the cache: [`caches`](crate::caches) and [`report`](crate::report()) list it under
    /// this name. A cache without a name is not listed.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache: Cache<u32, u32> = Cache::builder().name("cubes").build();
    /// assert!(memokit::caches().iter().any(|cache| cache.name() == "cubes"));
    /// # drop(cache);
    /// ```
    pub fn name(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.name = Some(name.into());
        self
    }
}
