//! Entries as a walk over a cache gives them.

/// One entry of a snapshot: clones of key and value. It stays as it was, whatever becomes of the
/// cache.
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

    /// The key.
    #[must_use]
    pub fn key(&self) -> &K {
        &self.key
    }

    /// The value.
    #[must_use]
    pub fn value(&self) -> &V {
        &self.value
    }

    /// Both.
    #[must_use]
    pub fn into_parts(self) -> (K, V) {
        (self.key, self.value)
    }
}
