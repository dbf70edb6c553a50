//! [`Cache::begin`] and [`LoadGuard::insert`]: the two phases of a load, as values.

use std::borrow::Borrow;
use std::hash::{BuildHasher, Hash};
use std::marker::PhantomData;
use std::time::Duration;

use super::plan::{CachePlan, CacheTypes, EveryValue, LentKey};
use super::value::Cache;
use crate::call::{Loading, Waiting, load_step};
use crate::engine::{Answer, Face, Replaced, RetryState, Settled, Shared};
use crate::flight::current_runs::InRun;
use crate::hash::DefaultHashBuilder;

/// The right to compute the value of one key, while other callers of the key wait for it. Returned
/// by [`Cache::begin`].
///
/// Dropping it without a value makes a waiter the leader. The guard belongs to the thread that
/// began the load: a look-up of the same key on this thread bypasses the cache instead of waiting
/// for itself.
///
/// Do not hold it across an `await`: other tasks of this thread would count as inside the load, and
/// bypass the cache. For async code see [`into_async`](Self::into_async); tasks that hold several
/// such guards and wait for others do so inside [`AsyncLoadGuard::drive`], so that waits that could
/// never end are recognised.
///
/// # Examples
/// ```
/// # use memo_core as memokit;
/// use memokit::{Answer, Cache};
///
/// let cache: Cache<String, u32> = Cache::default();
/// if let Answer::Load(guard) = cache.begin("key") {
///     guard.insert(7);
/// }
/// assert_eq!(cache.get("key"), Some(7));
/// ```
#[must_use = "dropping it gives the load up"]
pub struct LoadGuard<'a, K, V: Clone, H = DefaultHashBuilder, S: Face = Shared> {
    guard: AsyncLoadGuard<'a, K, V, H, S>,
    /// The thread is inside the run, so the guard must not be sent to another thread.
    _thread: PhantomData<*const ()>,
}

/// A [`LoadGuard`] that may move between threads. Returned by [`LoadGuard::into_async`], where
/// there is an example.
#[must_use = "dropping it gives the load up"]
pub struct AsyncLoadGuard<'a, K, V: Clone, H = DefaultHashBuilder, S: Face = Shared> {
    cache: &'a Cache<K, V, H, S>,
    loading: Loading<'a, CacheTypes<S, K, V, EveryValue>, ()>,
}

/// A wait for another caller's computation of the value. Returned by [`Cache::begin`]; see
/// [`park`](Self::park) and [`wait`](Self::wait).
#[must_use = "dropping it stops waiting"]
pub struct LoadWait<'a, 'q, K, V: Clone, Q: ?Sized, H = DefaultHashBuilder, S: Face = Shared> {
    cache: &'a Cache<K, V, H, S>,
    key: &'q Q,
    wait: Waiting<'a, CacheTypes<S, K, V, EveryValue>, ()>,
}

/// Result of [`Cache::begin`].
type Begun<'a, 'q, K, V, Q, H, S> = Answer<V, LoadGuard<'a, K, V, H, S>, LoadWait<'a, 'q, K, V, Q, H, S>>;

impl<K: Hash + Eq, V: Clone, H: BuildHasher + 'static, S: Face> Cache<K, V, H, S> {
    /// Looks up a value, or begins to load it: the first phase of
    /// [`get_or_insert_with`](Self::get_or_insert_with). Does not block.
    ///
    /// Of several callers of one missing key, one gets [`Answer::Load`] and the others
    /// [`Answer::Wait`]. Use it to compute values in batches, with a time to live of their own, or
    /// with errors of any type: dropping the guard abandons the load, and nothing is cached.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::{Answer, Cache};
    /// use std::time::Duration;
    ///
    /// /// Loads many keys with one query.
    /// fn load_all(cache: &Cache<String, usize>, keys: &[&str]) -> Vec<usize> {
    ///     let answers: Vec<_> = keys.iter().map(|key| cache.begin(*key)).collect();
    ///     // .. one query for all keys of which `answers` has a `Load` ..
    ///     answers
    ///         .into_iter()
    ///         .zip(keys)
    ///         .map(|(answer, key)| match answer {
    ///             Answer::Ready(value) => value,
    ///             Answer::Load(guard) => {
    ///                 guard.insert_with_ttl(key.len(), Duration::from_secs(60));
    ///                 key.len()
    ///             }
    ///             Answer::Wait(wait) => wait.park().unwrap_or_else(|guard| {
    ///                 guard.insert(key.len());
    ///                 key.len()
    ///             }),
    ///         })
    ///         .collect()
    /// }
    ///
    /// let cache = Cache::default();
    /// assert_eq!(load_all(&cache, &["a", "bb"]), [1, 2]);
    /// assert_eq!(cache.get("bb"), Some(2));
    /// ```
    pub fn begin<'q, Q>(&self, key: &'q Q) -> Begun<'_, 'q, K, V, Q, H, S>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ToOwned<Owned = K> + ?Sized,
    {
        self.begin_again(key, &RetryState::new())
    }

    fn begin_again<'q, Q>(&self, key: &'q Q, retry: &RetryState) -> Begun<'_, 'q, K, V, Q, H, S>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ToOwned<Owned = K> + ?Sized,
    {
        let plan = CachePlan::new(self.typed(), self.hash(key), LentKey::new(key), EveryValue);
        match load_step(plan, (), retry) {
            Answer::Ready((value, ())) => Answer::Ready(value),
            Answer::Load(loading) => {
                Answer::Load(LoadGuard { guard: AsyncLoadGuard { cache: self, loading }, _thread: PhantomData })
            }
            Answer::Wait(wait) => Answer::Wait(LoadWait { cache: self, key, wait }),
        }
    }
}

impl<'a, K, V, Q, H, S> LoadWait<'a, '_, K, V, Q, H, S>
where
    K: Hash + Eq + Borrow<Q>,
    V: Clone,
    Q: Hash + Eq + ToOwned<Owned = K> + ?Sized,
    H: BuildHasher + 'static,
    S: Face,
{
    /// Blocks this thread until the value is there.
    ///
    /// # Errors
    ///
    /// Returns the guard if the other caller abandoned the load, or if waiting could not end
    /// because the other run waits for one that this thread is inside of. What is computed then may
    /// be cached or not.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::{Answer, Cache};
    ///
    /// let cache: Cache<String, u32> = Cache::default();
    /// std::thread::scope(|scope| {
    ///     let Answer::Load(guard) = cache.begin("key") else { unreachable!("nothing is cached") };
    ///     let waiter = scope.spawn(|| match cache.begin("key") {
    ///         Answer::Wait(wait) => wait.park().unwrap_or(0),
    ///         Answer::Ready(value) => value,
    ///         Answer::Load(_) => 0,
    ///     });
    ///     guard.insert(7);
    ///     assert_eq!(waiter.join().unwrap(), 7);
    /// });
    /// ```
    pub fn park(self) -> Result<V, LoadGuard<'a, K, V, H, S>> {
        let Self { cache, key, mut wait } = self;
        let mut retry = RetryState::new();
        loop {
            if let Some(value) = wait.park(&mut retry) {
                return Ok(value);
            }
            match cache.begin_again(key, &retry) {
                Answer::Ready(value) => return Ok(value),
                Answer::Load(guard) => return Err(guard),
                Answer::Wait(again) => wait = again.wait,
            }
        }
    }

    /// Waits as a task until the value is there. Works on any runtime.
    ///
    /// # Errors
    ///
    /// As for [`park`](Self::park).
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::{Answer, Cache};
    ///
    /// # futures::executor::block_on(async {
    /// let cache: Cache<String, u32> = Cache::default();
    /// let Answer::Load(guard) = cache.begin("key") else { unreachable!("nothing is cached") };
    /// let guard = guard.into_async();
    /// let Answer::Wait(wait) = cache.begin("key") else { unreachable!("it is being loaded") };
    /// let (waited, _) = futures::join!(wait.wait(), async { guard.insert(7) });
    /// assert_eq!(waited.ok(), Some(7));
    /// # });
    /// ```
    pub async fn wait(self) -> Result<V, AsyncLoadGuard<'a, K, V, H, S>> {
        let Self { cache, key, mut wait } = self;
        let mut retry = RetryState::new();
        loop {
            if let Some(value) = wait.value(&mut retry).await {
                return Ok(value);
            }
            match cache.begin_again(key, &retry) {
                Answer::Ready(value) => return Ok(value),
                Answer::Load(guard) => return Err(guard.into_async()),
                Answer::Wait(again) => wait = again.wait,
            }
        }
    }
}

impl<'a, K, V: Clone, H, S: Face> LoadGuard<'a, K, V, H, S> {
    /// Converts to a guard for async code: it may be held across an `await` and move between
    /// threads.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::{Answer, Cache, Settled};
    ///
    /// let cache: Cache<String, u32> = Cache::default();
    /// let Answer::Load(guard) = cache.begin("key") else { unreachable!("nothing is cached") };
    /// let guard = guard.into_async();
    /// let settled = std::thread::spawn({
    ///     let cache = cache.clone();
    ///     move || cache.get("other")
    /// });
    /// assert_eq!((guard.insert(7), settled.join().unwrap()), (Settled::Kept, None));
    /// ```
    pub fn into_async(self) -> AsyncLoadGuard<'a, K, V, H, S> {
        let AsyncLoadGuard { cache, loading } = self.guard;
        AsyncLoadGuard { cache, loading: loading.into_async() }
    }

    /// Caches the value and hands it to the waiters. Returns whether it was cached.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::{Answer, Cache, Settled};
    ///
    /// let cache: Cache<String, u32> = Cache::default();
    /// let Answer::Load(guard) = cache.begin("key") else { unreachable!("nothing is cached") };
    /// assert_eq!(guard.insert(7), Settled::Kept);
    /// assert_eq!(cache.get("key"), Some(7));
    /// ```
    pub fn insert(self, value: V) -> Settled {
        self.guard.insert(value)
    }

    /// As [`insert`](Self::insert), with the value's own time to live. With a time of zero nothing
    /// is cached; the waiters get the value.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::{Answer, Cache, Settled};
    /// use std::time::Duration;
    ///
    /// let cache: Cache<String, u32> = Cache::default();
    /// let Answer::Load(guard) = cache.begin("key") else { unreachable!("nothing is cached") };
    /// assert_eq!(guard.insert_with_ttl(7, Duration::ZERO), Settled::NotKept);
    /// assert_eq!(cache.get("key"), None);
    /// ```
    pub fn insert_with_ttl(self, value: V, ttl: Duration) -> Settled {
        self.guard.insert_with_ttl(value, ttl)
    }
}

impl<K, V: Clone, H, S: Face> AsyncLoadGuard<'_, K, V, H, S> {
    /// Polls a future as part of this load: a look-up of the same key inside it bypasses the cache
    /// instead of waiting for itself.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::{Answer, Cache, Settled};
    ///
    /// # futures::executor::block_on(async {
    /// let cache: Cache<String, u32> = Cache::default();
    /// let Answer::Load(guard) = cache.begin("key") else { unreachable!("nothing is cached") };
    /// let guard = guard.into_async();
    /// let value = guard.drive(Box::pin(async { 7 })).await;
    /// assert_eq!(guard.insert(value), Settled::Kept);
    /// # });
    /// ```
    pub fn drive<F: Future + Unpin>(&self, future: F) -> InRun<F> {
        self.loading.drive(future)
    }

    /// As [`LoadGuard::insert`]. [`drive`](Self::drive) has an example.
    pub fn insert(self, value: V) -> Settled {
        self.settle(&value, None)
    }

    /// As [`LoadGuard::insert_with_ttl`].
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::{Answer, Cache, Settled};
    /// use std::time::Duration;
    ///
    /// let cache: Cache<String, u32> = Cache::default();
    /// let Answer::Load(guard) = cache.begin("key") else { unreachable!("nothing is cached") };
    /// let guard = guard.into_async();
    /// assert_eq!(guard.insert_with_ttl(7, Duration::from_secs(60)), Settled::Kept);
    /// ```
    pub fn insert_with_ttl(self, value: V, ttl: Duration) -> Settled {
        self.settle(&value, Some(ttl))
    }

    fn settle(self, value: &V, ttl: Option<Duration>) -> Settled {
        let Self { cache, loading } = self;
        loading.complete(value, |key, _, stored, terms| {
            terms.ttl = ttl;
            cache.apply_rules(key, stored, Replaced::Nothing, terms);
        })
    }
}
