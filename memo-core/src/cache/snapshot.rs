//! [`Snapshot`]: the entries of a cache as a value, to be saved and restored.

use std::hash::{BuildHasher, Hash};
use std::time::{Duration, SystemTime};

use super::value::Cache;
use crate::engine::Face;

/// The entries of a cache, in the order of eviction, with the times to live that are left. Made by
/// [`Cache::snapshot`]; with the feature `serde` it can be serialized.
///
/// # Examples
/// ```
/// # use memo_core as memokit;
/// use memokit::Cache;
///
/// let mut cache = Cache::builder().lru(100).build();
/// cache.extend([("one", 1), ("two", 2)]);
/// let saved = cache.snapshot();
///
/// let restored = Cache::builder().lru(100).build();
/// assert_eq!(restored.restore(saved), 2);
/// assert_eq!(restored.get("two"), Some(2));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot<K, V> {
    /// When it was taken, since the Unix epoch.
    pub(super) taken: Duration,
    /// Key, value, and the time to live that was left.
    pub(super) entries: Vec<(K, V, Option<Duration>)>,
}

impl<K, V> Snapshot<K, V> {
    /// Returns the number of entries.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache: Cache<u32, u32> = Cache::default();
    /// assert_eq!(cache.snapshot().len(), 0);
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Returns whether there are no entries.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache: Cache<u32, u32> = Cache::default();
    /// assert!(cache.snapshot().is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

/// The time since the Unix epoch; zero where there is no clock of the system, so that no time
/// passes for a snapshot.
fn wall_clock() -> Duration {
    if cfg!(all(target_family = "wasm", target_os = "unknown")) {
        return Duration::ZERO;
    }
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}

impl<K, V, H, S: Face> Cache<K, V, H, S> {
    /// Returns clones of all entries that have not expired, the next victim first, with the times
    /// to live that are left: to be saved, and [restored](Self::restore) by another process.
    ///
    /// Costs as [`iter_in_eviction_order`](Self::iter_in_eviction_order), whose order it has. Use
    /// counts of `lfu`, and what `max` has learnt, are not part of it.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache = Cache::default();
    /// cache.insert("one", 1);
    /// assert_eq!(cache.snapshot().len(), 1);
    /// ```
    pub fn snapshot(&self) -> Snapshot<K, V>
    where
        K: Clone,
        V: Clone,
    {
        let taken = wall_clock();
        let mut ranked = Vec::new();
        self.typed().each_dated(|key, value, rank, left| ranked.push((rank, (key.clone(), value.clone(), left))));
        ranked.sort_by_key(|(rank, _)| *rank);
        Snapshot { taken, entries: ranked.into_iter().map(|(_, entry)| entry).collect() }
    }

    /// Inserts the entries of a snapshot, the next victim first, so that the order of eviction is
    /// as it was; returns their number.
    ///
    /// An entry that could expire has the time to live that was left, less what has passed since by
    /// the clock of the system; if nothing is left it is not inserted. The other entries get the
    /// time to live of this cache. A time to idle starts anew.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    /// use std::time::Duration;
    ///
    /// let cache = Cache::default();
    /// cache.insert_with_ttl("token", 7, Duration::from_secs(60));
    /// let restored: Cache<&str, u32> = Cache::default();
    /// assert_eq!(restored.restore(cache.snapshot()), 1);
    /// assert!(restored.expires_in("token") <= Some(Duration::from_secs(60)));
    /// ```
    pub fn restore(&self, snapshot: Snapshot<K, V>) -> usize
    where
        K: Hash + Eq,
        H: BuildHasher + 'static,
    {
        let passed = wall_clock().saturating_sub(snapshot.taken);
        let mut restored = 0;
        for (key, value, left) in snapshot.entries {
            match left.map(|left| left.saturating_sub(passed)) {
                None => self.insert(key, value),
                Some(Duration::ZERO) => continue,
                Some(left) => self.insert_with_ttl(key, value, left),
            }
            restored += 1;
        }
        restored
    }
}

#[cfg(feature = "serde")]
mod serialized {
    use serde::de::{Deserialize, Deserializer};
    use serde::ser::{Serialize, Serializer};

    use super::Snapshot;

    /// A pair: when it was taken, and the entries.
    impl<K: Serialize, V: Serialize> Serialize for Snapshot<K, V> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            (self.taken, &self.entries).serialize(serializer)
        }
    }

    impl<'de, K: Deserialize<'de>, V: Deserialize<'de>> Deserialize<'de> for Snapshot<K, V> {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let (taken, entries) = Deserialize::deserialize(deserializer)?;
            Ok(Self { taken, entries })
        }
    }
}
