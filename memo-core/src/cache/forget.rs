//! `forget_if`, whose predicate a cache may keep: so it must be fit for the cache's threads.

use super::value::Cache;
use crate::engine::Local;

impl<K, V, H> Cache<K, V, H> {
    /// Removes the entries for which `forget` returns `true`, and returns their number. Unlike
    /// [`retain`](Self::retain) it leaves other keys' computations in flight alone: a computation
    /// that began before this call answers to `forget` when it ends, and its value is not cached if
    /// `forget` says so.
    ///
    /// The lock is held for 128 entries at a time, and never while `forget` runs. Where `forget`
    /// panics while a computation ends, the value is not cached.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache: Cache<u32, u32> = Cache::default();
    /// (0..10).for_each(|n| cache.insert(n, n * n));
    /// assert_eq!(cache.forget_if(|_, square| square % 2 == 1), 5);
    /// assert_eq!(cache.len(), 5);
    /// ```
    pub fn forget_if(&self, forget: impl Fn(&K, &V) -> bool + Send + Sync + 'static) -> usize {
        self.typed().forget_if(forget)
    }
}

impl<K, V, H> Cache<K, V, H, Local> {
    /// Removes the entries for which `forget` returns `true`, and returns their number. Unlike
    /// [`retain`](Self::retain) it leaves other keys' computations in flight alone: a computation
    /// that began before this call answers to `forget` when it ends, and its value is not cached if
    /// `forget` says so.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::LocalCache;
    ///
    /// let cache: LocalCache<u32, u32> = LocalCache::default();
    /// (0..10).for_each(|n| cache.insert(n, n * n));
    /// assert_eq!(cache.forget_if(|_, square| square % 2 == 1), 5);
    /// ```
    pub fn forget_if(&self, forget: impl Fn(&K, &V) -> bool + 'static) -> usize {
        self.typed().forget_if(forget)
    }
}
