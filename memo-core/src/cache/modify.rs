//! Changes of an [`AtomicEntry`]: its value by a function of the old one.

use std::fmt;
use std::hash::{BuildHasher, Hash};

use super::atomic_entry::AtomicEntry;
use super::change::{Change, Changed};
use super::exclusive::{Exclusive, always};
use crate::engine::{Face, Shared};
use crate::hash::DefaultHashBuilder;

/// An entry after [`AtomicEntry::and_modify`]. If there was none, other changes of the key wait
/// until this is dropped.
pub struct ModifiedEntry<'a, K, V, H = DefaultHashBuilder, S: Face = Shared> {
    state: Modified<'a, K, V, H, S>,
}

enum Modified<'a, K, V, H, S: Face> {
    /// The new value.
    Done(V),
    Absent(Exclusive<'a, K, V, H, S>),
}

impl<'a, K: Hash + Eq, V: Clone, H: BuildHasher + 'static, S: Face> AtomicEntry<'a, K, V, H, S> {
    /// Changes the value, if there is one: `modify` gets a clone, which then replaces it.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache = Cache::default();
    /// assert_eq!(cache.entry("n").and_modify(|n| *n += 1).into_value(), None);
    /// assert_eq!(cache.entry("n").and_modify(|n| *n += 1).or_insert(1), 1);
    /// assert_eq!(cache.entry("n").and_modify(|n| *n += 1).or_insert(1), 2);
    /// ```
    pub fn and_modify(self, modify: impl FnOnce(&mut V)) -> ModifiedEntry<'a, K, V, H, S> {
        let mut old = None;
        let exclusive = self.cache.exclusive(self.key, |value| old = Some(value.clone()));
        ModifiedEntry::new(exclusive.into_async(), old, modify)
    }

    /// As [`and_modify`](Self::and_modify), for tasks: waits as a task. `modify` itself is
    /// synchronous; for a future use [`compute_async`](Self::compute_async).
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// # futures::executor::block_on(async {
    /// let cache = Cache::default();
    /// assert_eq!(cache.entry("n").and_modify_async(|n| *n += 1).await.or_insert(1), 1);
    /// assert_eq!(cache.entry("n").and_modify_async(|n| *n += 1).await.or_insert(1), 2);
    /// # });
    /// ```
    pub async fn and_modify_async(self, modify: impl FnOnce(&mut V)) -> ModifiedEntry<'a, K, V, H, S> {
        let mut old = None;
        let exclusive = self.cache.exclusive_async(self.key, |value| old = Some(value.clone())).await;
        ModifiedEntry::new(exclusive, old, modify)
    }

    /// Replaces the value by a function of a clone of the old one, or inserts it. Returns the new
    /// value.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache = Cache::default();
    /// let add = |old: Option<String>| old.unwrap_or_default() + "be";
    /// cache.entry("words").upsert_with(add);
    /// assert_eq!(cache.entry("words").upsert_with(add), "bebe");
    /// ```
    pub fn upsert_with(self, compute: impl FnOnce(Option<V>) -> V) -> V {
        let changed = self.compute(|old| Change::Put(compute(old)));
        changed.into_value().unwrap_or_else(|| unreachable!("there is a new value"))
    }

    /// Changes, inserts or removes the entry by a function of a clone of its value.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::{Cache, Change, Changed};
    ///
    /// /// Takes one of the tickets that are left.
    /// fn take(tickets: &Cache<&str, u32>, show: &'static str) -> Changed<u32> {
    ///     tickets.entry(show).compute(|left| match left {
    ///         None | Some(0) => Change::Keep,
    ///         Some(1) => Change::Remove,
    ///         Some(left) => Change::Put(left - 1),
    ///     })
    /// }
    ///
    /// let tickets = Cache::default();
    /// tickets.insert("Hamlet", 2);
    /// assert_eq!(take(&tickets, "Hamlet"), Changed::Replaced(1));
    /// assert_eq!(take(&tickets, "Hamlet"), Changed::Removed(1));
    /// assert_eq!(take(&tickets, "Hamlet"), Changed::Absent);
    /// ```
    pub fn compute(self, compute: impl FnOnce(Option<V>) -> Change<V>) -> Changed<V> {
        always(self.try_compute(|old| Ok(compute(old))))
    }

    /// As [`compute`](Self::compute) for a fallible function. An error changes nothing.
    ///
    /// # Errors
    ///
    /// The error of `compute`.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::{Cache, Change, Changed};
    ///
    /// let cache: Cache<&str, u8> = Cache::default(); cache.insert("n", 255); let add = |old:
    /// Option<u8>| old.unwrap_or(0).checked_add(1).map(Change::Put).ok_or("too many");
    /// assert_eq!(cache.entry("n").try_compute(add), Err("too many"));
    /// assert_eq!(cache.entry("m").try_compute(add), Ok(Changed::Inserted(1)));
    /// ```
    pub fn try_compute<E>(self, compute: impl FnOnce(Option<V>) -> Result<Change<V>, E>) -> Result<Changed<V>, E> {
        let mut old = None;
        let exclusive = self.cache.exclusive(self.key, |value| old = Some(value.clone()));
        match compute(old.clone()) {
            Ok(change) => Ok(exclusive.change(old, change)),
            Err(error) => {
                exclusive.leave(false);
                Err(error)
            }
        }
    }

    /// As [`compute`](Self::compute) for a future.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::{Cache, Change, Changed};
    ///
    /// # futures::executor::block_on(async {
    /// let cache = Cache::default();
    /// let add = |old: Option<u32>| async move { Change::Put(old.unwrap_or(0) + 1) };
    /// assert_eq!(cache.entry("n").compute_async(add).await, Changed::Inserted(1));
    /// assert_eq!(cache.entry("n").compute_async(add).await, Changed::Replaced(2));
    /// # });
    /// ```
    pub async fn compute_async<F>(self, compute: impl FnOnce(Option<V>) -> F) -> Changed<V>
    where
        F: Future<Output = Change<V>>,
    {
        always(self.try_compute_async(|old| async { Ok(compute(old).await) }).await)
    }

    /// As [`try_compute`](Self::try_compute) for a future.
    ///
    /// # Errors
    ///
    /// The error of `compute`.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::{Cache, Change};
    ///
    /// # futures::executor::block_on(async {
    /// let cache: Cache<&str, u32> = Cache::default();
    /// let fails = |_| async { Err::<Change<u32>, _>("offline") };
    /// assert_eq!(cache.entry("n").try_compute_async(fails).await, Err("offline"));
    /// # });
    /// ```
    pub async fn try_compute_async<E, F>(self, compute: impl FnOnce(Option<V>) -> F) -> Result<Changed<V>, E>
    where
        F: Future<Output = Result<Change<V>, E>>,
    {
        let mut old = None;
        let exclusive = self.cache.exclusive_async(self.key, |value| old = Some(value.clone())).await;
        let future = exclusive.inside(|| compute(old.clone()));
        match exclusive.drive(future).await {
            Ok(change) => Ok(exclusive.change(old, change)),
            Err(error) => {
                exclusive.leave(false);
                Err(error)
            }
        }
    }

    /// Removes the entry if `remove` says so. Returns the removed value.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache = Cache::default();
    /// cache.insert("n", 1);
    /// assert_eq!(cache.entry("n").remove_if(|n| *n > 1), None);
    /// assert_eq!(cache.entry("n").remove_if(|n| *n == 1), Some(1));
    /// ```
    pub fn remove_if(self, mut remove: impl FnMut(&V) -> bool) -> Option<V> {
        let mut removed = None;
        let exclusive = self.cache.exclusive(self.key, |old| removed = remove(old).then(|| old.clone()));
        exclusive.leave(removed.is_some());
        removed
    }

    /// As [`remove_if`](Self::remove_if), for tasks: waits as a task.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// # futures::executor::block_on(async {
    /// let cache = Cache::default();
    /// cache.insert("n", 1);
    /// assert_eq!(cache.entry("n").remove_if_async(|n| *n == 1).await, Some(1));
    /// # });
    /// ```
    pub async fn remove_if_async(self, mut remove: impl FnMut(&V) -> bool) -> Option<V> {
        let mut removed = None;
        let exclusive = self.cache.exclusive_async(self.key, |old| removed = remove(old).then(|| old.clone())).await;
        exclusive.leave(removed.is_some());
        removed
    }
}

impl<'a, K, V: Clone, H, S: Face> ModifiedEntry<'a, K, V, H, S> {
    fn new(exclusive: Exclusive<'a, K, V, H, S>, old: Option<V>, modify: impl FnOnce(&mut V)) -> Self {
        let state = match old {
            Some(mut value) => {
                exclusive.inside(|| modify(&mut value));
                exclusive.put(value.clone(), None);
                Modified::Done(value)
            }
            None => Modified::Absent(exclusive),
        };
        Self { state }
    }

    /// Returns the new value; caches this one if there was none.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache = Cache::default();
    /// assert_eq!(cache.entry("n").and_modify(|n| *n += 1).or_insert(1), 1);
    /// ```
    pub fn or_insert(self, value: V) -> V {
        self.or_insert_with(|| value)
    }

    /// Returns the new value; computes and caches one if there was none.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache = Cache::default();
    /// assert_eq!(cache.entry("n").and_modify(|n| *n += 1).or_insert_with(|| 1), 1);
    /// ```
    pub fn or_insert_with(self, compute: impl FnOnce() -> V) -> V {
        match self.state {
            Modified::Done(value) => value,
            Modified::Absent(exclusive) => {
                let value = exclusive.inside(compute);
                exclusive.put(value.clone(), None);
                value
            }
        }
    }

    /// Returns the new value; caches the default value if there was none.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache: Cache<&str, u32> = Cache::default();
    /// assert_eq!(cache.entry("n").and_modify(|n| *n += 1).or_default(), 0);
    /// ```
    pub fn or_default(self) -> V
    where
        V: Default,
    {
        self.or_insert_with(V::default)
    }

    /// Returns the new value, if there was one.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache = Cache::default();
    /// cache.insert("n", 1);
    /// assert_eq!(cache.entry("n").and_modify(|n| *n += 1).into_value(), Some(2));
    /// ```
    pub fn into_value(self) -> Option<V> {
        match self.state {
            Modified::Done(value) => Some(value),
            Modified::Absent(exclusive) => {
                exclusive.leave(false);
                None
            }
        }
    }
}

impl<K, V: fmt::Debug, H, S: Face> fmt::Debug for ModifiedEntry<'_, K, V, H, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = match &self.state {
            Modified::Done(value) => Some(value),
            Modified::Absent(_) => None,
        };
        f.debug_tuple("ModifiedEntry").field(&value).finish()
    }
}
