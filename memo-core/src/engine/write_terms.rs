//! What is to become of a value that is written.

use std::time::Duration;

/// The terms on which one value enters a store.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WriteTerms {
    /// Its own time to live, in place of the store's.
    pub(crate) ttl: Option<Duration>,
    pub(crate) weight: u64,
    /// Whether it may be cached at all.
    pub(crate) admit: bool,
}

impl Default for WriteTerms {
    fn default() -> Self {
        Self { ttl: None, weight: 0, admit: true }
    }
}

/// How a run ended for the cache. Callers get the value in each case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// The value is in the cache.
    Kept,
    /// There was no value to cache, or it was refused: by `keep_if` and its like, by its weight, by
    /// a time to live of zero, by a bound of 0.
    NotKept,
    /// The key was removed or overwritten while the run was in flight, so its value was not cached.
    Invalidated,
}
