//! [`OutcomeEntry`]: the loading methods that also tell how the call got its value.

use std::hash::{BuildHasher, Hash};

use super::plan::{CachePlan, EveryValue, OkResult, OwnedKey};
use super::value::Cache;
use crate::cacheable::Cacheable;
use crate::call::load_step;
use crate::engine::{Answer, Face, Outcome, RetryState, Shared};
use crate::hash::DefaultHashBuilder;
use crate::shareable::SharedError;

/// The entry of one key, whose loading methods also return how the call got its value. Returned by
/// [`AtomicEntry::with_outcome`](crate::AtomicEntry::with_outcome).
///
/// # Examples
/// ```
/// # use memo_core as memokit;
/// use memokit::{Cache, Outcome};
///
/// let cache: Cache<&str, u32> = Cache::default();
/// let parse = |text| cache.entry(text).with_outcome().or_try_insert_with(|| text.parse::<u32>());
/// assert_eq!(parse("7"), Ok((7, Outcome::Computed)));
/// assert_eq!(parse("7"), Ok((7, Outcome::Hit)));
/// assert!(parse("x").is_err());
/// ```
#[must_use = "call one of its methods"]
pub struct OutcomeEntry<'a, K, V, H = DefaultHashBuilder, S: Face = Shared> {
    cache: &'a Cache<K, V, H, S>,
    key: K,
}

impl<'a, K: Hash + Eq, V: Clone, H: BuildHasher + 'static, S: Face> OutcomeEntry<'a, K, V, H, S> {
    pub(super) fn new(cache: &'a Cache<K, V, H, S>, key: K) -> Self {
        Self { cache, key }
    }

    /// As [`Cache::get_or_insert_with`].
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
    pub fn or_insert_with(self, compute: impl FnOnce() -> V) -> (V, Outcome) {
        self.load(EveryValue, compute)
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
    /// use memokit::{Cache, Outcome};
    ///
    /// let cache: Cache<&str, u32> = Cache::default();
    /// let told = cache.entry("7").with_outcome().or_try_insert_with(|| "7".parse());
    /// assert_eq!(told, Ok((7, Outcome::Computed)));
    /// ```
    pub fn or_try_insert_with<E: SharedError>(self, compute: impl FnOnce() -> Result<V, E>) -> Result<(V, Outcome), E> {
        let (value, outcome) = self.load(OkResult, compute);
        Ok((value?, outcome))
    }

    /// As [`Cache::get_or_insert_async`].
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::{Cache, Outcome};
    ///
    /// # futures::executor::block_on(async {
    /// let cache = Cache::default();
    /// let told = cache.entry("two").with_outcome().or_insert_async(async { 1 + 1 }).await;
    /// assert_eq!(told, (2, Outcome::Computed));
    /// # });
    /// ```
    pub async fn or_insert_async(self, compute: impl Future<Output = V>) -> (V, Outcome) {
        self.cache.load_async(self.cache.hash(&self.key), OwnedKey(Some(self.key)), EveryValue, compute).await
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
    /// use memokit::{Cache, Outcome};
    ///
    /// # futures::executor::block_on(async {
    /// let cache = Cache::default();
    /// let load = async { Ok::<_, &str>(1 + 1) };
    /// let told = cache.entry("two").with_outcome().or_try_insert_async(load).await;
    /// assert_eq!(told, Ok((2, Outcome::Computed)));
    /// # });
    /// ```
    pub async fn or_try_insert_async<E: SharedError>(
        self,
        compute: impl Future<Output = Result<V, E>>,
    ) -> Result<(V, Outcome), E> {
        let (cache, hash) = (self.cache, self.cache.hash(&self.key));
        let (value, outcome) = cache.load_async(hash, OwnedKey(Some(self.key)), OkResult, compute).await;
        Ok((value?, outcome))
    }

    fn load<R, C: Cacheable<R, Stored = V>>(self, cacheable: C, compute: impl FnOnce() -> R) -> (R, Outcome) {
        let Self { cache, key } = self;
        let hash = cache.hash(&key);
        let (mut key, mut retry) = (OwnedKey(Some(key)), RetryState::new());
        let loading = loop {
            match load_step(CachePlan::new(cache.typed(), hash, &mut key, cacheable), (), &retry) {
                Answer::Ready((value, ())) => {
                    // Here, where the value is not lost if dropping the key panics.
                    drop(key);
                    return (value, Outcome::Hit);
                }
                Answer::Load(loading) => break loading,
                Answer::Wait(wait) => {
                    if let Some(value) = wait.park(&mut retry) {
                        drop(key);
                        return (value, Outcome::Coalesced);
                    }
                }
            }
        };
        let outcome = loading.outcome();
        let value = compute();
        cache.complete(loading, &value);
        (value, outcome)
    }
}
