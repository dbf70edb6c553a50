//! [`Cache`] and [`LocalCache`], with the methods that concern the whole cache.

use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::marker::PhantomData;
use std::ops::Deref;
use std::time::Duration;

use super::inner::Inner;
use crate::config::Error;
use crate::engine::{Face, Local, Replaced, Shared, Sole, SoleTyped, Typed, WriteTerms};
use crate::hash::DefaultHashBuilder;
use crate::info::{CacheInfo, CacheParameters};
use crate::registry::Identity;

/// A concurrent cache that threads and tasks share.
///
/// Cloning is cheap, and the clones are one cache. A look-up takes any borrowed form of the key,
/// hashes it once, compares keys in full and allocates nothing. `get` clones the value with no lock
/// held; put large values into an [`Arc`](std::sync::Arc). No user code (`Hash`, `Eq`, `Clone`,
/// `Drop`, weigher, removal listener) runs while a lock is held, so it may call back into the
/// cache. An `Eq` that inserts into the same cache can loop forever.
///
/// # Examples
/// ```
/// # use memo_core as memokit;
/// use memokit::Cache;
///
/// let cache = Cache::builder().lru(128).build();
/// cache.insert(String::from("one"), 1);
/// assert_eq!(cache.get("one"), Some(1));
/// assert_eq!(cache.get_or_insert_with(String::from("two"), || 2), 2);
/// assert_eq!(cache.info().to_string(), "CacheInfo(hits=1, misses=1, maxsize=128, currsize=2)");
/// ```
pub struct Cache<K, V, H = DefaultHashBuilder, S: Face = Shared> {
    pub(super) inner: S::Ref<Inner<H, S>>,
    /// `Send`, `Sync` and dropped as the entries are.
    pub(super) entries: PhantomData<S::Ref<(K, V)>>,
}

/// A cache for one thread: its values need not be `Send`, and nothing is synchronised. It has all
/// methods of [`Cache`], to which it dereferences.
///
/// # Examples
/// ```
/// # use memo_core as memokit;
/// use memokit::LocalCache;
/// use std::rc::Rc;
///
/// let cache = LocalCache::builder().lru(10).build();
/// cache.insert(1, Rc::new("one"));
/// assert_eq!(*cache.get(&1).unwrap(), "one");
/// ```
pub struct LocalCache<K, V, H = DefaultHashBuilder>(pub(super) Cache<K, V, H, Local>);

impl<K, V, H> Deref for LocalCache<K, V, H> {
    type Target = Cache<K, V, H, Local>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<K, V, H> Clone for LocalCache<K, V, H> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

/// Unbounded; entries never expire.
impl<K: Hash + Eq, V> Default for LocalCache<K, V> {
    fn default() -> Self {
        Self::builder().build()
    }
}

impl<K: fmt::Debug, V: fmt::Debug, H> fmt::Debug for LocalCache<K, V, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<K, V, H, S: Face> Clone for Cache<K, V, H, S> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), entries: PhantomData }
    }
}

/// Unbounded; entries never expire.
impl<K, V> Default for Cache<K, V>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Send + Sync + 'static,
{
    fn default() -> Self {
        Self::builder().build()
    }
}

impl<K, V, H, S: Face> Cache<K, V, H, S> {
    /// Makes the cache of a store that was made with these types.
    pub(super) fn new(inner: S::Ref<Inner<H, S>>) -> Self {
        Self { inner, entries: PhantomData }
    }

    #[inline(always)]
    pub(super) fn typed(&self) -> Typed<'_, S, K, V, Sole> {
        self.with_types().typed()
    }

    #[inline(always)]
    fn with_types(&self) -> SoleTyped<'_, S, K, V> {
        // SAFETY: only the builder makes a cache, with a store of exactly these types.
        unsafe { self.inner.store.with_types() }
    }

    /// Sets the weight of a value that is written, and its time to live by the rules of the cache
    /// unless it has one of its own.
    #[inline(always)]
    pub(super) fn apply_rules(&self, key: &K, value: &V, replaced: Replaced, terms: &mut WriteTerms) {
        self.with_types().apply_rules(key, value, replaced, terms);
    }

    /// Returns what a write to this key would replace, if there is a rule that asks for it.
    pub(super) fn replaced(&self, key: &K) -> Replaced
    where
        K: Hash + Eq,
        H: BuildHasher + 'static,
    {
        if !self.with_types().has_update_rule() {
            return Replaced::Nothing;
        }
        self.typed().replaced(self.hash(key), |stored| stored == key)
    }

    /// Returns the number of entries that have not expired. Sweeps expired entries first.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache = Cache::builder().lru(2).build();
    /// (0..5).for_each(|n| cache.insert(n, n));
    /// assert_eq!(cache.len(), 2);
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        S::len(self.inner.store.store())
    }

    /// Returns whether no entry is left that has not expired. Sweeps expired entries first.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// assert!(Cache::<u32, u32>::default().is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the total weight of the entries that have not expired; 0 without a weigher. Sweeps
    /// expired entries first.
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
    /// cache.insert(1, "four".into());
    /// assert_eq!(cache.weight(), 4);
    /// ```
    #[must_use]
    pub fn weight(&self) -> u64 {
        S::weight(self.inner.store.store())
    }

    /// Returns the statistics: hits, misses, size and more. Sweeps nothing and runs no user code.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache: Cache<u32, u32> = Cache::builder().lru(10).build();
    /// cache.get(&1);
    /// assert_eq!(cache.info().to_string(), "CacheInfo(hits=0, misses=1, maxsize=10, currsize=0)");
    /// ```
    #[must_use]
    pub fn info(&self) -> CacheInfo {
        S::info(self.inner.store.store())
    }

    /// Returns the configuration.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache: Cache<u32, u32> = Cache::builder().lfu(10).build();
    /// assert_eq!(cache.parameters().policy, "lfu");
    /// ```
    #[must_use]
    pub fn parameters(&self) -> CacheParameters {
        S::parameters(self.inner.store.store(), false)
    }

    /// Returns the name, if the cache has one.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache: Cache<u32, u32> = Cache::builder().name("squares").build();
    /// assert_eq!(cache.name(), Some("squares"));
    /// ```
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.inner.identity.as_ref().map(Identity::name)
    }

    /// Removes all entries, resets the statistics, and discards the results of in-flight
    /// computations.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache = Cache::default();
    /// cache.insert("one", 1);
    /// cache.clear();
    /// assert_eq!((cache.get("one"), cache.len()), (None, 0));
    /// ```
    pub fn clear(&self) {
        S::clear(self.inner.store.store());
    }

    /// Resets the statistics, and keeps the entries.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache: Cache<&str, u32> = Cache::default();
    /// cache.insert("one", 1);
    /// cache.get("one");
    /// cache.reset_info();
    /// assert_eq!((cache.info().hits, cache.info().currsize), (0, 1));
    /// ```
    pub fn reset_info(&self) {
        S::reset_info(self.inner.store.store());
    }

    /// Changes the capacity in entries; excess entries are evicted immediately in policy order. A
    /// cache without a bound evicts in the order of `lru` from then on, its present entries by age.
    /// 0 caches nothing.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache = Cache::builder().lru(3).build();
    /// (0..3).for_each(|n| cache.insert(n, n));
    /// cache.get(&0);
    /// cache.resize(1);
    /// assert_eq!((cache.len(), cache.get(&0)), (1, Some(0)));
    /// ```
    pub fn resize(&self, max_entries: usize) {
        S::resize(self.inner.store.store(), max_entries);
    }

    /// Changes the time to live of the values that are written from now on; `None` stands for no
    /// expiry. Entries that are there keep theirs.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::{Cache, ManualClock};
    /// use std::time::Duration;
    ///
    /// let clock = ManualClock::new(); let cache: Cache<u32, u32> =
    /// Cache::builder().clock(clock.clone()).build(); cache.set_ttl(Duration::from_secs(5));
    /// cache.insert(1, 1); cache.set_ttl(None); cache.insert(2, 2);
    /// assert_eq!((cache.expires_in(&1), cache.expires_in(&2)), (Some(Duration::from_secs(5)),
    /// None));
    /// ```
    pub fn set_ttl(&self, ttl: impl Into<Option<Duration>>) {
        S::set_ttl(self.inner.store.store(), ttl.into());
    }

    /// Changes the time to idle, from the next write or use of each entry on.
    ///
    /// # Errors
    ///
    /// If the cache was built without a time to idle: its entries have no room for it. Nor may the
    /// time be zero.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::{Cache, ManualClock};
    /// use std::time::Duration;
    ///
    /// let (clock, minute) = (ManualClock::new(), Duration::from_secs(60));
    /// let cache = Cache::builder().idle(minute).clock(clock.clone()).build();
    /// cache.insert(1, 1);
    /// cache.set_idle(10 * minute).unwrap();
    /// cache.get(&1);
    /// assert_eq!(cache.expires_in(&1), Some(10 * minute));
    /// assert!(Cache::<u32, u32>::default().set_idle(minute).is_err());
    /// ```
    pub fn set_idle(&self, idle: Duration) -> Result<(), Error> {
        if !idle.is_zero() && S::set_idle(self.inner.store.store(), idle) {
            return Ok(());
        }
        Err(Error::new(
            "`set_idle` changes a time to idle: build the cache with `idle`, the longest time if it has no other, and \
             give a time that is not zero",
        ))
    }

    /// Frees expired entries now, and returns their number. With the system's clock a background
    /// thread does that within 50 ms; with a clock of your own it happens here and with each miss.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::{Cache, ManualClock};
    /// use std::time::Duration;
    ///
    /// let clock = ManualClock::new();
    /// let cache = Cache::builder().ttl(Duration::from_secs(1)).clock(clock.clone()).build();
    /// cache.insert(1, "one");
    /// clock.advance(Duration::from_secs(1));
    /// assert_eq!(cache.info().currsize, 1);
    /// assert_eq!(cache.run_pending(), 1);
    /// assert_eq!(cache.info().currsize, 0);
    /// ```
    pub fn run_pending(&self) -> usize {
        S::sweep(self.inner.store.store())
    }
}

#[cfg(any(test, feature = "validate"))]
impl<K, V, H, S: Face> Cache<K, V, H, S> {
    /// Checks every invariant of the store, for tests.
    ///
    /// # Panics
    ///
    /// If an invariant is broken.
    #[doc(hidden)]
    pub fn validate(&self) {
        S::validate(self.inner.store.store());
    }
}

impl<K: fmt::Debug, V: fmt::Debug, H, S: Face> fmt::Debug for Cache<K, V, H, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = f.debug_map();
        self.typed().each(|key, value| {
            map.entry(key, value);
        });
        map.finish()
    }
}
