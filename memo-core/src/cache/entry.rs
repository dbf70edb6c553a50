//! [`Entry`]: a cached key and value, as the iterator of a cache returns them.

/// One entry of a snapshot: clones of its key and value. Later changes of the cache do not affect
/// it.
///
/// # Examples
/// ```
/// # use memo_core as memokit;
/// use memokit::Cache;
///
/// let cache = Cache::default();
/// cache.insert("one", 1);
/// let entry = cache.iter().next().unwrap();
/// assert_eq!((entry.key(), entry.value()), (&"one", &1));
/// assert_eq!(entry.into_parts(), ("one", 1));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry<K, V> {
    key: K,
    value: V,
}

impl<K, V> Entry<K, V> {
    pub(super) fn new(key: K, value: V) -> Self {
        Self { key, value }
    }

    /// Returns the key.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache = Cache::default();
    /// cache.insert("one", 1);
    /// assert_eq!(cache.iter().next().unwrap().key(), &"one");
    /// ```
    #[must_use]
    pub fn key(&self) -> &K {
        &self.key
    }

    /// Returns the value.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache = Cache::default();
    /// cache.insert("one", 1);
    /// assert_eq!(cache.iter().next().unwrap().value(), &1);
    /// ```
    #[must_use]
    pub fn value(&self) -> &V {
        &self.value
    }

    /// Returns key and value.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache = Cache::default();
    /// cache.insert("one", 1);
    /// assert_eq!(cache.iter().next().unwrap().into_parts(), ("one", 1));
    /// ```
    #[must_use]
    pub fn into_parts(self) -> (K, V) {
        (self.key, self.value)
    }
}
