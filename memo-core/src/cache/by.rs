//! [`Cache::by`]: look-ups and loads by another form of the key.

use std::hash::{BuildHasher, Hash};
use std::mem;
use std::time::Duration;

use super::equivalent::{EquivalentKey, ToKey};
use super::plan::{EveryValue, OkResult};
use super::value::Cache;
use crate::call::KeySource;
use crate::engine::{Face, Shared};
use crate::hash::DefaultHashBuilder;
use crate::shareable::SharedError;

/// The entry of a key that is given in another form, such as a tuple of borrowed parts. Returned by
/// [`Cache::by`].
#[must_use = "call one of its methods"]
pub struct LookUpBy<'a, K, V, Q, H = DefaultHashBuilder, S: Face = Shared> {
    cache: &'a Cache<K, V, H, S>,
    form: Q,
}

/// A form of a key, and the key when that is needed.
struct FormOfKey<K, Q> {
    form: Q,
    owned: Option<K>,
}

impl<K, Q: ToKey<K>> KeySource<K> for FormOfKey<K, Q> {
    #[inline]
    fn matches(&self, key: &K) -> bool {
        self.form.equals(key)
    }

    fn own(&mut self) {
        // There is no owned key yet. Forgotten, because an assignment would drop the old one.
        mem::forget(self.owned.replace(self.form.to_key()));
    }

    fn owned(&self) -> Option<&K> {
        self.owned.as_ref()
    }

    fn take(&mut self) -> Option<K> {
        self.owned.take()
    }
}

impl<K: Hash + Eq, V, H: BuildHasher + 'static, S: Face> Cache<K, V, H, S> {
    /// Returns the entry of a key that is given in another form: a `(String, String)` by two
    /// `&str`, without an allocation.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache: Cache<(String, String), u32> = Cache::default();
    /// assert_eq!(cache.by(("a", "b")).get_or_insert_with(|| 1), 1);
    /// assert_eq!((cache.by(("a", "b")).get(), cache.by(("b", "a")).get()), (Some(1), None));
    /// ```
    pub fn by<Q: EquivalentKey<K>>(&self, form: Q) -> LookUpBy<'_, K, V, Q, H, S> {
        LookUpBy { cache: self, form }
    }
}

impl<K, V, Q, H, S> LookUpBy<'_, K, V, Q, H, S>
where
    K: Hash + Eq,
    Q: EquivalentKey<K>,
    H: BuildHasher + 'static,
    S: Face,
{
    /// As [`Cache::get`].
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache: Cache<(String, u32), char> = Cache::default();
    /// cache.insert(("a".to_owned(), 1), 'x');
    /// assert_eq!(cache.by(("a", 1)).get(), Some('x'));
    /// ```
    #[inline]
    pub fn get(self) -> Option<V>
    where
        V: Clone,
    {
        self.with(V::clone)
    }

    /// As [`Cache::with`].
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache: Cache<(String, u32), String> = Cache::default();
    /// cache.insert(("a".to_owned(), 1), "long".to_owned());
    /// assert_eq!(cache.by(("a", 1)).with(String::len), Some(4));
    /// ```
    #[inline]
    pub fn with<T>(self, look: impl FnOnce(&V) -> T) -> Option<T> {
        let Self { cache, form } = self;
        cache.with_matching(cache.hash(&form), |key| form.equals(key), look)
    }

    /// As [`Cache::peek`].
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache: Cache<(String, u32), char> = Cache::default();
    /// assert_eq!(cache.by(("a", 1)).peek(), None);
    /// ```
    pub fn peek(self) -> Option<V>
    where
        V: Clone,
    {
        let Self { cache, form } = self;
        cache.typed().find(cache.hash(&form), |key| form.equals(key), V::clone)
    }

    /// As [`Cache::contains`].
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache: Cache<(String, Option<String>), char> = Cache::default();
    /// cache.insert(("a".to_owned(), None), 'x');
    /// assert!(cache.by(("a", None::<&str>)).contains() && !cache.by(("a", Some("b"))).contains());
    /// ```
    #[must_use]
    pub fn contains(self) -> bool {
        let Self { cache, form } = self;
        cache.typed().find(cache.hash(&form), |key| form.equals(key), |_| ()).is_some()
    }

    /// As [`Cache::expires_in`].
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache: Cache<(String, u32), char> = Cache::default();
    /// assert_eq!(cache.by(("a", 1)).expires_in(), None);
    /// ```
    #[must_use]
    pub fn expires_in(self) -> Option<Duration> {
        let Self { cache, form } = self;
        cache.typed().expires_in(cache.hash(&form), |key| form.equals(key))
    }

    /// As [`Cache::remove`].
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache: Cache<(String, u32), char> = Cache::default();
    /// cache.insert(("a".to_owned(), 1), 'x');
    /// assert_eq!((cache.by(("a", 1)).remove(), cache.len()), (Some('x'), 0));
    /// ```
    pub fn remove(self) -> Option<V>
    where
        V: Clone,
    {
        let Self { cache, form } = self;
        let mut removed = None;
        cache.typed().remove(cache.hash(&form), |key| form.equals(key), &mut |value: &V| removed = Some(value.clone()));
        removed
    }

    /// As [`Cache::get_or_insert_with`]; the key is made only on a miss.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache: Cache<(String, u32), char> = Cache::default();
    /// assert_eq!(cache.by(("a", 1)).get_or_insert_with(|| 'x'), 'x');
    /// ```
    pub fn get_or_insert_with(self, compute: impl FnOnce() -> V) -> V
    where
        V: Clone,
        Q: ToKey<K>,
    {
        let Self { cache, form } = self;
        cache.load(cache.hash(&form), FormOfKey { form, owned: None }, EveryValue, compute)
    }

    /// As [`Cache::try_get_or_insert_with`]; the key is made only on a miss.
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
    /// let cache: Cache<(String, u32), char> = Cache::default();
    /// assert_eq!(cache.by(("a", 1)).try_get_or_insert_with(|| Err("no")), Err("no"));
    /// ```
    pub fn try_get_or_insert_with<E: SharedError>(self, compute: impl FnOnce() -> Result<V, E>) -> Result<V, E>
    where
        V: Clone,
        Q: ToKey<K>,
    {
        let Self { cache, form } = self;
        cache.load(cache.hash(&form), FormOfKey { form, owned: None }, OkResult, compute)
    }

    /// As [`Cache::get_or_insert_async`]; the key is made only on a miss.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// # futures::executor::block_on(async {
    /// let cache: Cache<(String, u32), char> = Cache::default();
    /// assert_eq!(cache.by(("a", 1)).get_or_insert_async(async { 'x' }).await, 'x');
    /// # });
    /// ```
    pub async fn get_or_insert_async(self, compute: impl Future<Output = V>) -> V
    where
        V: Clone,
        Q: ToKey<K>,
    {
        let Self { cache, form } = self;
        cache.load_async(cache.hash(&form), FormOfKey { form, owned: None }, EveryValue, compute).await.0
    }

    /// As [`Cache::try_get_or_insert_async`]; the key is made only on a miss.
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
    /// let cache: Cache<(String, u32), char> = Cache::default();
    /// let failed = cache.by(("a", 1)).try_get_or_insert_async(async { Err("no") }).await;
    /// assert_eq!(failed, Err("no"));
    /// # });
    /// ```
    pub async fn try_get_or_insert_async<E: SharedError>(
        self,
        compute: impl Future<Output = Result<V, E>>,
    ) -> Result<V, E>
    where
        V: Clone,
        Q: ToKey<K>,
    {
        let Self { cache, form } = self;
        cache.load_async(cache.hash(&form), FormOfKey { form, owned: None }, OkResult, compute).await.0
    }
}
