//! The terms on which a value enters a store, and how its run ends.

use std::any::Any;
use std::time::Duration;

/// The terms on which one value enters a store.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WriteTerms {
    /// The value's own time to live, in place of the store's.
    pub(crate) ttl: Option<Duration>,
    pub(crate) weight: u64,
    /// Whether the value may be cached at all.
    pub(crate) admit: bool,
}

impl Default for WriteTerms {
    fn default() -> Self {
        Self { ttl: None, weight: 0, admit: true }
    }
}

/// How a run of which nothing is cached ends.
#[derive(Default)]
pub(crate) struct RunFailure {
    /// The failure that the waiters get; without one they look again.
    pub(crate) shared: Option<Box<dyn Any + Send + Sync>>,
    /// Whether it counts as an error.
    pub(crate) is_error: bool,
    /// Whether it removes the entry that the run was to replace.
    pub(crate) removes_old: bool,
}

impl RunFailure {
    /// The end of a run after a panic, or after the cancellation of a future.
    pub(super) fn abandoned() -> Self {
        Self { is_error: true, ..Self::default() }
    }
}

/// How a run ended for the cache. Callers get the value in each case.
///
/// # Examples
/// ```
/// # use memo_core as memokit;
/// use memokit::{Answer, Cache, Settled};
///
/// let cache: Cache<String, u32> = Cache::default();
/// let Answer::Load(guard) = cache.begin("key") else { unreachable!("nothing is cached") };
/// cache.remove("key");
/// assert_eq!(guard.insert(7), Settled::Invalidated);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// The value is in the cache.
    Kept,
    /// There was no value to cache, or it was refused: by `keep_if` or another rule, by its weight,
    /// by a time to live of zero, or by a capacity of 0. Or the caller bypassed the cache: it was
    /// inside a run of the same key, or its wait would never have ended.
    NotKept,
    /// While the run was in flight the key was removed, overwritten, or computed by a run that
    /// began later, so its value was not cached.
    Invalidated,
}
