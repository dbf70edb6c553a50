//! [`Outcome`]: how one call got its value.

/// How one call got its value. Returned beside the value by `with_outcome`, of a memoized function
/// and of [`Cache::entry`](crate::Cache::entry).
///
/// It is right for each call, also where several threads ask at once: of the callers of one run
/// exactly one is told that its value was [`Computed`](Self::Computed).
///
/// # Examples
/// ```
/// # use memo_core as memokit;
/// use memokit::{Cache, Outcome};
///
/// let cache = Cache::default();
/// let mut square = |n: u32| cache.entry(n).with_outcome().or_insert_with(|| n * n);
/// assert_eq!(square(4), (16, Outcome::Computed));
/// assert_eq!(square(4), (16, Outcome::Hit));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// The value was cached.
    Hit,
    /// This call ran the computation, as the leader of its key's run.
    Computed,
    /// Another call ran the computation, and this one waited for it.
    Coalesced,
    /// This call ran the computation without the cache: `when` said so, the call was inside of a
    /// run of the same key, or a wait would never have ended.
    Bypassed,
}
