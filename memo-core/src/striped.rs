//! Spreads threads over the stripes of a counter.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Which of several counters this thread should use, to stay out of the way of others.
#[inline]
pub(crate) fn stripe() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local! { static STRIPE: usize = NEXT.fetch_add(1, Relaxed) }
    STRIPE.try_with(|stripe| *stripe).unwrap_or(0)
}
