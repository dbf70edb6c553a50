//! Methods of a cache that read, write or remove one entry without a load.

use std::any::Any;
use std::borrow::Borrow;
use std::hash::{BuildHasher, Hash};
use std::time::Duration;

use super::plan::OwnedKey;
use super::value::Cache;
use crate::call::PutRequest;
use crate::engine::{Face, Match, Take, WriteTerms};
use crate::table::ShortHash;

/// A look-up: how it recognises its key, and what it does with the value.
struct LookUp<M, F> {
    matches: M,
    take: F,
}

impl<V, M, F: FnMut(&V)> Take<V> for LookUp<M, F> {
    fn take(&mut self, value: &V) {
        (self.take)(value);
    }

    fn take_failure(&mut self, _: &(dyn Any + Send + Sync)) -> bool {
        false
    }
}

impl<K, M: Fn(&K) -> bool, F> Match<K> for LookUp<M, F> {
    fn matches(&self, key: &K) -> bool {
        (self.matches)(key)
    }
}

impl<K: Hash + Eq, V, H: BuildHasher + 'static, S: Face> Cache<K, V, H, S> {
    #[inline]
    pub(super) fn hash<Q: Hash + ?Sized>(&self, key: &Q) -> ShortHash {
        ShortHash::of::<H>(self.inner.hasher.hash_one(key))
    }

    /// Returns a clone of the value, if it is cached. Counts a hit or a miss.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache = Cache::default();
    /// cache.insert(String::from("one"), 1);
    /// assert_eq!((cache.get("one"), cache.get("two")), (Some(1), None));
    /// ```
    #[inline]
    pub fn get<Q>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
        V: Clone,
    {
        self.with(key, V::clone)
    }

    /// Calls `look` with a reference to the value if it is cached: [`get`](Self::get) without the
    /// clone.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache = Cache::default();
    /// cache.insert("primes", vec![2, 3, 5]);
    /// assert_eq!(cache.with("primes", Vec::len), Some(3));
    /// ```
    #[inline]
    pub fn with<Q, T>(&self, key: &Q, look: impl FnOnce(&V) -> T) -> Option<T>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.with_matching(self.hash(key), move |stored: &K| stored.borrow() == key, look)
    }

    /// [`with`](Self::with), by any function that recognises the key. It is copied, because a
    /// reference to it would keep the key in memory.
    #[inline(always)]
    pub(super) fn with_matching<T>(
        &self,
        hash: ShortHash,
        matches: impl Fn(&K) -> bool + Copy,
        look: impl FnOnce(&V) -> T,
    ) -> Option<T> {
        let mut look = Some(look);
        match self.typed().find_fast(hash, matches, |value| look.take().map(|look| look(value))) {
            Ok(seen) => seen,
            Err(version) => self.with_slow(hash, matches, version, look),
        }
    }

    /// Slow path of [`with`](Self::with), after the fast look-up found nothing.
    #[cold]
    #[inline(never)]
    fn with_slow<T>(
        &self,
        hash: ShortHash,
        matches: impl Fn(&K) -> bool,
        version: Option<u64>,
        mut look: Option<impl FnOnce(&V) -> T>,
    ) -> Option<T> {
        let mut seen = None;
        let take = |value: &V| seen = look.take().map(|look| look(value));
        self.typed().get(hash, version, &mut LookUp { matches, take });
        seen
    }

    /// Returns a clone of the value, if it is cached. Does not update statistics or recency.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache = Cache::default();
    /// cache.insert("one", 1);
    /// assert_eq!((cache.peek("one"), cache.info().hits), (Some(1), 0));
    /// ```
    pub fn peek<Q>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
        V: Clone,
    {
        self.typed().find(self.hash(key), |stored| stored.borrow() == key, V::clone)
    }

    /// Returns whether the key is cached. Does not update statistics or recency.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache = Cache::default();
    /// cache.insert("one", 1);
    /// assert!(cache.contains("one") && !cache.contains("two"));
    /// ```
    pub fn contains<Q>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.typed().find(self.hash(key), |stored| stored.borrow() == key, |_| ()).is_some()
    }

    /// Returns the time until the entry expires, if it is cached and can expire. Does not update
    /// statistics or recency.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::{Cache, ManualClock};
    /// use std::time::Duration;
    ///
    /// let clock = ManualClock::new();
    /// let cache = Cache::builder().ttl(Duration::from_secs(10)).clock(clock.clone()).build();
    /// cache.insert("one", 1);
    /// clock.advance(Duration::from_secs(4));
    /// assert_eq!(cache.expires_in("one"), Some(Duration::from_secs(6)));
    /// ```
    pub fn expires_in<Q>(&self, key: &Q) -> Option<Duration>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.typed().expires_in(self.hash(key), |stored| stored.borrow() == key)
    }

    /// Caches a value, in place of an older one. The result of an in-flight computation for this
    /// key will not replace it.
    ///
    /// A value heavier than `max_weight` is dropped, and so is every value if the capacity is 0.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache = Cache::default();
    /// cache.insert("one", 1);
    /// cache.insert("one", 11);
    /// assert_eq!(cache.get("one"), Some(11));
    /// ```
    pub fn insert(&self, key: K, value: V) {
        self.put(key, value, None);
    }

    /// As [`insert`](Self::insert), with the value's own time to live. With a time of zero nothing
    /// is cached.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::{Cache, ManualClock};
    /// use std::time::Duration;
    ///
    /// let clock = ManualClock::new();
    /// let cache = Cache::builder().clock(clock.clone()).build();
    /// cache.insert_with_ttl("token", 7, Duration::from_secs(60));
    /// clock.advance(Duration::from_secs(60));
    /// assert_eq!(cache.get("token"), None);
    /// ```
    pub fn insert_with_ttl(&self, key: K, value: V, ttl: Duration) {
        self.put(key, value, Some(ttl));
    }

    fn put(&self, key: K, value: V, ttl: Option<Duration>) {
        let mut terms = WriteTerms { ttl, ..WriteTerms::default() };
        self.apply_rules(&key, &value, self.replaced(&key), &mut terms);
        let hash = self.hash(&key);
        self.typed().put(hash, &mut PutRequest::new(OwnedKey(Some(key)), value), &mut terms);
    }

    /// Removes the entry and returns a clone of its value. The result of an in-flight computation
    /// for this key will not be cached.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache = Cache::default();
    /// cache.insert("one", 1);
    /// assert_eq!((cache.remove("one"), cache.remove("one")), (Some(1), None));
    /// ```
    pub fn remove<Q>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
        V: Clone,
    {
        let mut removed = None;
        self.typed()
            .remove(self.hash(key), |stored| stored.borrow() == key, &mut |value: &V| removed = Some(value.clone()));
        removed
    }
}
