//! Loading methods of a cache: look up, or compute and cache, with one run per key at a time, for
//! threads and tasks alike.

use std::borrow::Borrow;
use std::hash::{BuildHasher, Hash};

use super::plan::{CachePlan, CacheTypes, EveryValue, LentKey, OkResult, OwnedKey};
use super::value::Cache;
use crate::cacheable::Cacheable;
use crate::call::{KeySource, Loading, load, load_step};
use crate::engine::{Answer, Face, Outcome, Replaced, RetryState};
use crate::shareable::SharedError;
use crate::table::ShortHash;

impl<K: Hash + Eq, V: Clone, H: BuildHasher + 'static, S: Face> Cache<K, V, H, S> {
    /// Returns the value; computes and caches it if it is missing.
    ///
    /// Concurrent callers of one key wait and share the value; callers of other keys do not wait.
    /// `compute` runs with no lock held and may use the cache; a re-entrant call for the same key
    /// bypasses the cache.
    ///
    /// # Panics
    ///
    /// If `compute` panics. A waiter then computes instead; nothing is poisoned.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache = Cache::default();
    /// assert_eq!(cache.get_or_insert_with("two", || 1 + 1), 2);
    /// assert_eq!(cache.get_or_insert_with("two", || unreachable!("it is cached")), 2);
    /// ```
    pub fn get_or_insert_with(&self, key: K, compute: impl FnOnce() -> V) -> V {
        let hash = self.hash(&key);
        self.load(hash, OwnedKey(Some(key)), EveryValue, compute)
    }

    /// As [`get_or_insert_with`](Self::get_or_insert_with), with a borrowed key: `to_owned` is
    /// called only on a miss.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache: Cache<String, usize> = Cache::default();
    /// assert_eq!(cache.get_or_insert_with_by_ref("two", || 2), 2);
    /// ```
    pub fn get_or_insert_with_by_ref<Q>(&self, key: &Q, compute: impl FnOnce() -> V) -> V
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ToOwned<Owned = K> + ?Sized,
    {
        self.load(self.hash(key), LentKey::new(key), EveryValue, compute)
    }

    /// As [`get_or_insert_with`](Self::get_or_insert_with) for a fallible computation. An error is
    /// not cached; the callers that waited for this run get a clone of it.
    ///
    /// An error type that is not `Clone`, so no [`SharedError`], can be shared as an
    /// [`Arc`](std::sync::Arc):
    /// `.map_err(Arc::new)` in `compute`. For an error that cannot be sent to other threads use
    /// [`begin`](Self::begin), where each caller has its own errors.
    ///
    /// # Errors
    ///
    /// The error of `compute`, or of another caller's `compute` that this call waited for.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    /// use std::num::ParseIntError;
    /// use std::sync::Arc;
    ///
    /// let cache: Cache<&str, u32> = Cache::default();
    /// assert_eq!(cache.try_get_or_insert_with("17", || "17".parse()), Ok::<_, ParseIntError>(17));
    /// assert!(cache.try_get_or_insert_with("x", || "x".parse::<u32>()).is_err());
    /// assert!(!cache.contains("x"));
    ///
    /// // An error that is not `Clone`:
    /// let read = cache.try_get_or_insert_with("/nowhere", || {
    ///     std::fs::read("/nowhere").map(|bytes| bytes.len() as u32).map_err(Arc::new)
    /// });
    /// assert_eq!(read.unwrap_err().kind(), std::io::ErrorKind::NotFound);
    /// ```
    pub fn try_get_or_insert_with<E>(&self, key: K, compute: impl FnOnce() -> Result<V, E>) -> Result<V, E>
    where
        E: SharedError,
    {
        let hash = self.hash(&key);
        self.load(hash, OwnedKey(Some(key)), OkResult, compute)
    }

    /// As [`try_get_or_insert_with`](Self::try_get_or_insert_with), with a borrowed key: `to_owned`
    /// is called only on a miss.
    ///
    /// # Errors
    ///
    /// The error of `compute`, or of another caller's `compute` that this call waited for.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache: Cache<String, u32> = Cache::default();
    /// assert_eq!(cache.try_get_or_insert_with_by_ref("7", || "7".parse()), Ok(7));
    /// assert!(cache.try_get_or_insert_with_by_ref("x", || "x".parse()).is_err());
    /// ```
    pub fn try_get_or_insert_with_by_ref<Q, E>(&self, key: &Q, compute: impl FnOnce() -> Result<V, E>) -> Result<V, E>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ToOwned<Owned = K> + ?Sized,
        E: SharedError,
    {
        self.load(self.hash(key), LentKey::new(key), OkResult, compute)
    }

    /// As [`get_or_insert_with`](Self::get_or_insert_with) for a future, on any runtime. If this
    /// future is dropped before it is ready, a waiting caller computes instead.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// # futures::executor::block_on(async {
    /// let cache = Cache::default();
    /// assert_eq!(cache.get_or_insert_async("two", async { 1 + 1 }).await, 2);
    /// # });
    /// ```
    pub async fn get_or_insert_async(&self, key: K, compute: impl Future<Output = V>) -> V {
        self.load_async(self.hash(&key), OwnedKey(Some(key)), EveryValue, compute).await.0
    }

    /// As [`try_get_or_insert_with`](Self::try_get_or_insert_with) for a future.
    ///
    /// # Errors
    ///
    /// The error of `compute`, or of another caller's `compute` that this call waited for.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// # futures::executor::block_on(async {
    /// let cache = Cache::default();
    /// let failed = cache.try_get_or_insert_async("x", async { Err::<u32, _>("no") }).await;
    /// assert_eq!(failed, Err("no"));
    /// assert_eq!(cache.try_get_or_insert_async("x", async { Ok::<_, &str>(2) }).await, Ok(2));
    /// # });
    /// ```
    pub async fn try_get_or_insert_async<E>(&self, key: K, compute: impl Future<Output = Result<V, E>>) -> Result<V, E>
    where
        E: SharedError,
    {
        self.load_async(self.hash(&key), OwnedKey(Some(key)), OkResult, compute).await.0
    }

    /// As [`get_or_insert_async`](Self::get_or_insert_async), with a borrowed key: `to_owned` is
    /// called only on a miss.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// # futures::executor::block_on(async {
    /// let cache: Cache<String, usize> = Cache::default();
    /// assert_eq!(cache.get_or_insert_async_by_ref("two", async { 2 }).await, 2);
    /// # });
    /// ```
    pub async fn get_or_insert_async_by_ref<Q>(&self, key: &Q, compute: impl Future<Output = V>) -> V
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ToOwned<Owned = K> + ?Sized,
    {
        self.load_async(self.hash(key), LentKey::new(key), EveryValue, compute).await.0
    }

    /// As [`try_get_or_insert_async`](Self::try_get_or_insert_async), with a borrowed key:
    /// `to_owned` is called only on a miss.
    ///
    /// # Errors
    ///
    /// The error of `compute`, or of another caller's `compute` that this call waited for.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// # futures::executor::block_on(async {
    /// let cache: Cache<String, usize> = Cache::default();
    /// let two = cache.try_get_or_insert_async_by_ref("two", async { Ok::<_, &str>(2) }).await;
    /// assert_eq!(two, Ok(2));
    /// # });
    /// ```
    pub async fn try_get_or_insert_async_by_ref<Q, E>(
        &self,
        key: &Q,
        compute: impl Future<Output = Result<V, E>>,
    ) -> Result<V, E>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ToOwned<Owned = K> + ?Sized,
        E: SharedError,
    {
        self.load_async(self.hash(key), LentKey::new(key), OkResult, compute).await.0
    }

    #[inline]
    pub(super) fn load<R, C, Source>(
        &self,
        hash: ShortHash,
        source: Source,
        cacheable: C,
        compute: impl FnOnce() -> R,
    ) -> R
    where
        C: Cacheable<R, Stored = V>,
        Source: KeySource<K>,
    {
        match load(CachePlan::new(self.typed(), hash, source, cacheable), ()) {
            Answer::Ready((value, ())) => value,
            Answer::Load(loading) => {
                let value = compute();
                self.complete(loading, &value);
                value
            }
            Answer::Wait(never) => match never {},
        }
    }

    pub(super) async fn load_async<R, C, Source>(
        &self,
        hash: ShortHash,
        mut source: Source,
        cacheable: C,
        compute: impl Future<Output = R>,
    ) -> (R, Outcome)
    where
        C: Cacheable<R, Stored = V>,
        Source: KeySource<K>,
    {
        let mut retry = RetryState::new();
        let loading = loop {
            match load_step(CachePlan::new(self.typed(), hash, &mut source, cacheable), (), &retry) {
                Answer::Ready((value, ())) => {
                    // Here, where the value is not lost if dropping the key panics.
                    drop(source);
                    return (value, Outcome::Hit);
                }
                Answer::Load(loading) => break loading.into_async(),
                Answer::Wait(wait) => {
                    if let Some(value) = wait.value(&mut retry).await {
                        drop(source);
                        return (value, Outcome::Coalesced);
                    }
                }
            }
        };
        let outcome = loading.outcome();
        let value = loading.drive(Box::pin(compute)).await;
        self.complete(loading, &value);
        (value, outcome)
    }

    /// Ends a run, with the weight and the time to live that the cache's rules give.
    #[inline]
    pub(super) fn complete<R, C: Cacheable<R, Stored = V>>(
        &self,
        loading: Loading<'_, CacheTypes<S, K, R, C>, ()>,
        value: &R,
    ) {
        loading.complete(value, |key, _, stored, terms| self.apply_rules(key, stored, Replaced::Nothing, terms));
    }
}
