//! The entries of a cache all together: iteration, predicates, draining, and the order of eviction.

use std::hash::{BuildHasher, Hash};

use super::entry::Entry;
use super::value::{Cache, LocalCache};
use crate::engine::Face;

impl<K, V, H, S: Face> Cache<K, V, H, S> {
    /// Returns a snapshot of the entries that have not expired, in no particular order. Does not
    /// update statistics or recency.
    ///
    /// A key that is in the cache during the whole call, and is only ever replaced meanwhile,
    /// appears exactly once. Clones every key and value. The lock is held for 128 entries at a
    /// time, and never while user code runs.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache = Cache::default();
    /// (0..10).for_each(|n| cache.insert(n, n * n));
    /// let sum: u32 = cache.iter().map(|entry| *entry.value()).sum();
    /// assert_eq!(sum, 285);
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = Entry<K, V>> + use<K, V, H, S>
    where
        K: Clone,
        V: Clone,
    {
        let mut all = Vec::new();
        self.typed().each(|key, value| all.push(Entry::new(key.clone(), value.clone())));
        all.into_iter()
    }

    /// Removes the entries for which `keep` returns `false`, and returns their number. Results of
    /// in-flight computations are discarded, because the predicate has not seen them: see
    /// [`forget_if`](Cache::forget_if), whose predicate may not borrow and which discards none.
    ///
    /// The lock is held for 128 entries at a time, and never while `keep` runs.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache = Cache::default();
    /// (0..10).for_each(|n| cache.insert(n, n * n));
    /// assert_eq!(cache.retain(|_, square| square % 2 == 0), 5);
    /// assert_eq!(cache.len(), 5);
    /// ```
    pub fn retain(&self, keep: impl FnMut(&K, &V) -> bool) -> usize {
        self.typed().retain(keep)
    }

    /// Returns a snapshot of the entries that have not expired, the next victim first: the entry
    /// that would be evicted next, then the one after it.
    ///
    /// The order is that of the policy for `lru`, `lfu`, `fifo` and a cache without a bound (by
    /// age). `max` gives it roughly, entries without recent uses first, and `random` has none. It
    /// costs a sort of the entries, with no lock held. As [`iter`](Self::iter) otherwise.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache = Cache::builder().lru(3).build();
    /// (1..=3).for_each(|n| cache.insert(n, n * n));
    /// cache.get(&1);
    /// let keys: Vec<_> = cache.iter_in_eviction_order().map(|entry| *entry.key()).collect();
    /// assert_eq!(keys, [2, 3, 1]);
    /// ```
    pub fn iter_in_eviction_order(&self) -> impl Iterator<Item = Entry<K, V>> + use<K, V, H, S>
    where
        K: Clone,
        V: Clone,
    {
        let mut all = Vec::new();
        self.typed().each_dated(|key, value, rank, _| all.push((rank, Entry::new(key.clone(), value.clone()))));
        all.sort_by_key(|(rank, _)| *rank);
        all.into_iter().map(|(_, entry)| entry)
    }

    /// Removes the entry that would be evicted next, and returns clones of its key and value;
    /// `None` if the cache is empty. A cache without a bound gives its oldest entry, and orders its
    /// entries by `lru` from then on.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache = Cache::builder().lru(3).build();
    /// (1..=3).for_each(|n| cache.insert(n, n * n));
    /// cache.get(&1);
    /// assert_eq!((cache.pop(), cache.pop()), (Some((2, 4)), Some((3, 9))));
    /// assert_eq!((cache.pop(), cache.pop()), (Some((1, 1)), None));
    /// ```
    pub fn pop(&self) -> Option<(K, V)>
    where
        K: Clone,
        V: Clone,
    {
        let mut popped = None;
        self.typed().pop(|key, value| popped = Some((key.clone(), value.clone())));
        popped
    }

    /// Removes all entries that have not expired, and returns clones of them. Results of in-flight
    /// computations are discarded; the statistics go on counting.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache = Cache::default();
    /// (0..10).for_each(|n| cache.insert(n, n * n));
    /// let sum: u32 = cache.drain().map(|entry| *entry.value()).sum();
    /// assert_eq!((sum, cache.len()), (285, 0));
    /// ```
    pub fn drain(&self) -> impl Iterator<Item = Entry<K, V>> + use<K, V, H, S>
    where
        K: Clone,
        V: Clone,
    {
        let mut all = Vec::new();
        self.typed().drain(|key, value| all.push(Entry::new(key.clone(), value.clone())));
        all.into_iter()
    }

    /// Removes the expired entries now, and returns clones of them. Those that another operation or
    /// the timer thread has removed before are not among them; with a clock of your own there is no
    /// timer thread.
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
    /// let expired: Vec<_> = cache.expire().map(|entry| entry.into_parts()).collect();
    /// assert_eq!(expired, [(1, "one")]);
    /// ```
    pub fn expire(&self) -> impl Iterator<Item = Entry<K, V>> + use<K, V, H, S>
    where
        K: Clone,
        V: Clone,
    {
        let mut all = Vec::new();
        self.typed().expire(|key, value| all.push(Entry::new(key.clone(), value.clone())));
        all.into_iter()
    }
}

/// Inserts each pair.
impl<K: Hash + Eq, V, H: BuildHasher + 'static, S: Face> Extend<(K, V)> for Cache<K, V, H, S> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, pairs: I) {
        (&*self).extend(pairs);
    }
}

/// Inserts each pair.
impl<K: Hash + Eq, V, H: BuildHasher + 'static, S: Face> Extend<(K, V)> for &Cache<K, V, H, S> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, pairs: I) {
        pairs.into_iter().for_each(|(key, value)| self.insert(key, value));
    }
}

/// Inserts each pair.
impl<K: Hash + Eq, V, H: BuildHasher + 'static> Extend<(K, V)> for LocalCache<K, V, H> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, pairs: I) {
        self.0.extend(pairs);
    }
}

/// Unbounded; entries never expire.
impl<K, V> FromIterator<(K, V)> for Cache<K, V>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Send + Sync + 'static,
{
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        let mut cache = Self::default();
        cache.extend(pairs);
        cache
    }
}

/// Unbounded; entries never expire.
impl<K: Hash + Eq, V> FromIterator<(K, V)> for LocalCache<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        let mut cache = Self::default();
        cache.extend(pairs);
        cache
    }
}
