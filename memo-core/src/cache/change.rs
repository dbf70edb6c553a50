//! [`Change`] and [`Changed`]: what becomes of an entry, and what became of it.

use std::time::Duration;

/// What becomes of an entry: returned by the closure of
/// [`AtomicEntry::compute`](crate::AtomicEntry::compute), where there is an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change<V> {
    /// The entry gets this value.
    Put(V),
    /// The entry gets this value, with a time to live of its own.
    PutWithTtl(V, Duration),
    /// Nothing changes.
    Keep,
    /// The entry is removed.
    Remove,
}

/// What became of an entry, and its value: returned by
/// [`AtomicEntry::compute`](crate::AtomicEntry::compute), where there is an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed<V> {
    /// There was no entry; this is the new value. It may have been refused, for example because of
    /// its weight.
    Inserted(V),
    /// This value replaced an older one. It may have been refused, for example because of its
    /// weight; then the old entry is gone all the same.
    Replaced(V),
    /// The entry stays with this value.
    Kept(V),
    /// The entry was removed; this was its value.
    Removed(V),
    /// There was no entry, and there is none.
    Absent,
}

impl<V> Changed<V> {
    /// Returns the value that the entry has after the change: `None` if it was removed or absent.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Changed;
    ///
    /// assert_eq!(Changed::Inserted(7).into_value(), Some(7));
    /// assert_eq!(Changed::Removed(7).into_value(), None);
    /// ```
    pub fn into_value(self) -> Option<V> {
        match self {
            Self::Inserted(value) | Self::Replaced(value) | Self::Kept(value) => Some(value),
            Self::Removed(_) | Self::Absent => None,
        }
    }
}
