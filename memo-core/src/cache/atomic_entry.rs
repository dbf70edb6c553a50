//! [`AtomicEntry`]: the entry of one key, to be read and changed in one step.

use std::fmt;
use std::hash::{BuildHasher, Hash};

use super::exclusive::{Exclusive, always};
use super::outcome_entry::OutcomeEntry;
use super::value::Cache;
use crate::engine::{Face, Shared};
use crate::hash::DefaultHashBuilder;
use crate::shareable::SharedError;

/// The entry of one key, to be read and changed in one step. Returned by [`Cache::entry`].
///
/// Two kinds of methods:
/// - `or_insert_with` and its kin load a missing value, as
///   [`get_or_insert_with`](Cache::get_or_insert_with) does;
/// - `and_modify`, `compute` and their kin change the entry by a function of its old value. At most
///   one such change of a key is under way at a time, so none is lost. It waits for a load of the
///   same key, and loads of a missing value wait for it; look-ups that find the old value do not
///   wait. No lock of the cache is held meanwhile, so the closure may use the cache. An
///   [`insert`](Cache::insert) or [`remove`](Cache::remove) during the change counts as made after
///   it. A change updates neither hits nor misses.
///
/// # Panics
///
/// A change panics if it is made inside a computation or another change of the same key, or if what
/// it waits for waits for it: it would wait for itself.
///
/// In async code use the async forms: the others block the thread while they wait.
///
/// # Examples
/// ```
/// # use memo_core as memokit;
/// use memokit::Cache;
///
/// let requests: Cache<&str, u64> = Cache::default();
/// std::thread::scope(|scope| {
///     for _ in 0..4 {
///         scope.spawn(|| {
///             for _ in 0..100 {
///                 requests.entry("client").and_modify(|n| *n += 1).or_insert(1);
///             }
///         });
///     }
/// });
/// assert_eq!(requests.get("client"), Some(400));
/// ```
#[must_use = "call one of its methods"]
pub struct AtomicEntry<'a, K, V, H = DefaultHashBuilder, S: Face = Shared> {
    pub(super) cache: &'a Cache<K, V, H, S>,
    pub(super) key: K,
}

impl<K: Hash + Eq, V: Clone, H: BuildHasher + 'static, S: Face> Cache<K, V, H, S> {
    /// Returns the entry of a key, to be read and changed in one step.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::{Cache, Change, Changed};
    ///
    /// let cache: Cache<&str, u32> = Cache::default();
    /// assert_eq!(cache.entry("one").or_insert(1), 1);
    /// assert_eq!(cache.entry("one").upsert_with(|old| old.unwrap_or(0) + 10), 11);
    /// assert_eq!(cache.entry("one").remove_if(|n| *n > 10), Some(11));
    /// assert_eq!(cache.entry("one").compute(|_| Change::Keep), Changed::Absent);
    /// ```
    pub fn entry(&self, key: K) -> AtomicEntry<'_, K, V, H, S> {
        AtomicEntry { cache: self, key }
    }
}

impl<'a, K: Hash + Eq, V: Clone, H: BuildHasher + 'static, S: Face> AtomicEntry<'a, K, V, H, S> {
    /// Returns the key.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache: Cache<&str, u32> = Cache::default();
    /// assert_eq!(*cache.entry("one").key(), "one");
    /// ```
    pub fn key(&self) -> &K {
        &self.key
    }

    /// Returns the same entry, whose loading methods also return the
    /// [`Outcome`](crate::Outcome) of the call.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::{Cache, Outcome};
    ///
    /// let cache = Cache::default();
    /// let (value, outcome) = cache.entry("two").with_outcome().or_insert_with(|| 1 + 1);
    /// assert_eq!((value, outcome), (2, Outcome::Computed));
    /// ```
    pub fn with_outcome(self) -> OutcomeEntry<'a, K, V, H, S> {
        OutcomeEntry::new(self.cache, self.key)
    }

    /// Returns the value; caches this one if there is none.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache = Cache::default();
    /// assert_eq!((cache.entry("a").or_insert(1), cache.entry("a").or_insert(2)), (1, 1));
    /// ```
    pub fn or_insert(self, value: V) -> V {
        self.or_insert_with(|| value)
    }

    /// Returns the value; caches the default value if there is none.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache: Cache<&str, u32> = Cache::default();
    /// assert_eq!(cache.entry("a").or_default(), 0);
    /// ```
    pub fn or_default(self) -> V
    where
        V: Default,
    {
        self.or_insert_with(V::default)
    }

    /// As [`Cache::get_or_insert_with`].
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache = Cache::default();
    /// assert_eq!(cache.entry("two").or_insert_with(|| 1 + 1), 2);
    /// ```
    pub fn or_insert_with(self, compute: impl FnOnce() -> V) -> V {
        self.cache.get_or_insert_with(self.key, compute)
    }

    /// As [`Cache::try_get_or_insert_with`].
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
    /// let cache: Cache<&str, u32> = Cache::default();
    /// assert!(cache.entry("x").or_try_insert_with(|| "x".parse()).is_err());
    /// assert_eq!(cache.entry("7").or_try_insert_with(|| "7".parse()), Ok(7));
    /// ```
    pub fn or_try_insert_with<E: SharedError>(self, compute: impl FnOnce() -> Result<V, E>) -> Result<V, E> {
        self.cache.try_get_or_insert_with(self.key, compute)
    }

    /// As [`Cache::get_or_insert_async`].
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// # futures::executor::block_on(async {
    /// let cache = Cache::default();
    /// assert_eq!(cache.entry("two").or_insert_async(async { 1 + 1 }).await, 2);
    /// # });
    /// ```
    pub async fn or_insert_async(self, compute: impl Future<Output = V>) -> V {
        self.cache.get_or_insert_async(self.key, compute).await
    }

    /// As [`Cache::try_get_or_insert_async`].
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
    /// let cache: Cache<&str, u32> = Cache::default();
    /// let failed = cache.entry("x").or_try_insert_async(async { Err("no") }).await;
    /// assert_eq!(failed, Err("no"));
    /// # });
    /// ```
    pub async fn or_try_insert_async<E: SharedError>(
        self,
        compute: impl Future<Output = Result<V, E>>,
    ) -> Result<V, E> {
        self.cache.try_get_or_insert_async(self.key, compute).await
    }

    /// Returns the value; computes and caches it if it is missing, or if `replace_if` says that the
    /// old one is to be replaced.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache = Cache::default();
    /// cache.insert("version", 1);
    /// assert_eq!(cache.entry("version").or_insert_with_if(|| 2, |old| *old < 1), 1);
    /// assert_eq!(cache.entry("version").or_insert_with_if(|| 2, |old| *old < 2), 2);
    /// ```
    pub fn or_insert_with_if(self, compute: impl FnOnce() -> V, replace_if: impl FnMut(&V) -> bool) -> V {
        always(self.or_try_insert_with_if(|| Ok(compute()), replace_if))
    }

    /// As [`or_insert_with_if`](Self::or_insert_with_if) for a fallible computation. An error
    /// changes nothing.
    ///
    /// # Errors
    ///
    /// The error of `compute`.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache = Cache::default();
    /// cache.insert("version", 1);
    /// let failed = cache.entry("version").or_try_insert_with_if(|| Err("offline"), |_| true);
    /// assert_eq!((failed, cache.get("version")), (Err("offline"), Some(1)));
    /// ```
    pub fn or_try_insert_with_if<E>(
        self,
        compute: impl FnOnce() -> Result<V, E>,
        mut replace_if: impl FnMut(&V) -> bool,
    ) -> Result<V, E> {
        let Self { cache, key } = self;
        if let Some(Some(value)) = cache.with(&key, |old| (!replace_if(old)).then(|| old.clone())) {
            return Ok(value);
        }
        let mut kept = None;
        let exclusive = cache.exclusive(key, |old| kept = (!replace_if(old)).then(|| old.clone()));
        if let Some(value) = kept {
            exclusive.leave(false);
            return Ok(value);
        }
        let computed = compute();
        end_with(exclusive, computed)
    }

    /// As [`or_insert_with_if`](Self::or_insert_with_if) for a future.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// # futures::executor::block_on(async {
    /// let cache = Cache::default();
    /// cache.insert("version", 1);
    /// let version = cache.entry("version").or_insert_async_if(async { 2 }, |old| *old < 2).await;
    /// assert_eq!(version, 2);
    /// # });
    /// ```
    pub async fn or_insert_async_if(self, compute: impl Future<Output = V>, replace_if: impl FnMut(&V) -> bool) -> V {
        always(self.or_try_insert_async_if(async { Ok(compute.await) }, replace_if).await)
    }

    /// As [`or_try_insert_with_if`](Self::or_try_insert_with_if) for a future.
    ///
    /// # Errors
    ///
    /// The error of `compute`.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// # futures::executor::block_on(async {
    /// let cache = Cache::default();
    /// cache.insert("version", 1);
    /// let fails = async { Err("no") };
    /// let failed = cache.entry("version").or_try_insert_async_if(fails, |_| true).await;
    /// assert_eq!((failed, cache.get("version")), (Err("no"), Some(1)));
    /// # });
    /// ```
    pub async fn or_try_insert_async_if<E>(
        self,
        compute: impl Future<Output = Result<V, E>>,
        mut replace_if: impl FnMut(&V) -> bool,
    ) -> Result<V, E> {
        let Self { cache, key } = self;
        if let Some(Some(value)) = cache.with(&key, |old| (!replace_if(old)).then(|| old.clone())) {
            return Ok(value);
        }
        let mut kept = None;
        let exclusive = cache.exclusive_async(key, |old| kept = (!replace_if(old)).then(|| old.clone())).await;
        if let Some(value) = kept {
            exclusive.leave(false);
            return Ok(value);
        }
        let computed = exclusive.drive(compute).await;
        end_with(exclusive, computed)
    }
}

/// Ends the run with a computed value; an error changes nothing.
fn end_with<K, V: Clone, E, H, S: Face>(exclusive: Exclusive<'_, K, V, H, S>, computed: Result<V, E>) -> Result<V, E> {
    match &computed {
        Ok(value) => exclusive.put(value.clone(), None),
        Err(_) => exclusive.leave(false),
    }
    computed
}

impl<K: fmt::Debug, V, H, S: Face> fmt::Debug for AtomicEntry<'_, K, V, H, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AtomicEntry").field("key", &self.key).finish_non_exhaustive()
    }
}
