//! Threads that must not wait for a run.

/// Whether this thread is a worker of a rayon pool, which takes up other jobs while it waits for
/// parts of its own. Among these may be one that needs a run that this very thread leads, further
/// out on its stack; and a run that it would wait for may have left parts to this thread. So a
/// worker that waits inside of a call waits for ever, sooner or later; it computes instead.
///
/// Without the feature `rayon`, never.
pub(crate) fn is_pool_worker() -> bool {
    #[cfg(feature = "rayon")]
    return rayon_core::current_thread_index().is_some();
    #[cfg(not(feature = "rayon"))]
    false
}
