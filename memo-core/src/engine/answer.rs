//! The result of a look-up that may load, in one form for every layer.

/// Result of a look-up that may load.
///
/// The engine, the calls of memoized functions and [`Cache::begin`](crate::Cache::begin) all return
/// this type; its parameters are the answer, the guard of a load, and the wait.
///
/// # Examples
/// ```
/// # use memo_core as memokit;
/// use memokit::{Answer, Cache};
///
/// let cache: Cache<String, usize> = Cache::default();
/// let length = match cache.begin("key") {
///     Answer::Ready(length) => length,
///     Answer::Load(guard) => {
///         guard.insert("key".len());
///         3
///     }
///     Answer::Wait(wait) => wait.park().unwrap_or(0),
/// };
/// assert_eq!((length, cache.get("key")), (3, Some(3)));
/// ```
#[derive(Debug)]
pub enum Answer<A, L, W> {
    /// The value was found.
    Ready(A),
    /// The caller is the leader: it computes the value, and hands it in with this guard.
    Load(L),
    /// Another caller is computing the value; this waits for it.
    Wait(W),
}
