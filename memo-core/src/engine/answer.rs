//! The one shape of what a look-up comes to, at every layer.

/// What a look-up that may load comes to.
///
/// The engine, the calls of memoized functions and [`Cache::begin`](crate::Cache::begin) all answer
/// in this form; the parameters say what an answer, the right to load, and a wait are there.
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
    /// The answer is there.
    Ready(A),
    /// The caller has to compute the value, and hands it in with this guard.
    Load(L),
    /// Another caller is computing the value.
    Wait(W),
}
