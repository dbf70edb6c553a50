//! A counter that many threads can add to without sharing a cache line.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};

/// As many as a desktop machine has threads, so that two rarely share one.
const STRIPES: usize = 8;

/// One part of the count, on a cache line of its own.
#[repr(align(64))]
#[derive(Default)]
struct CounterStripe(AtomicU64);

/// A number that is spread over several cache lines. Each thread adds to one of them.
#[derive(Default)]
pub(super) struct StripedCounter([CounterStripe; STRIPES]);

impl StripedCounter {
    pub(super) const fn new() -> Self {
        Self([const { CounterStripe(AtomicU64::new(0)) }; STRIPES])
    }

    #[inline]
    pub(super) fn increment(&self) {
        // Relaxed, here and below: a number, and nothing that was written before it.
        self.0[stripe() % STRIPES].0.fetch_add(1, Relaxed);
    }

    /// The sum over all threads. Additions that happen meanwhile may be missing.
    pub(super) fn sum(&self) -> u64 {
        self.0.iter().map(|stripe| stripe.0.load(Relaxed)).sum()
    }
}

/// Which stripe this thread uses: threads take turns in the order of their first use. A thread
/// whose locals are gone uses the first.
#[inline]
fn stripe() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local! { static STRIPE: usize = NEXT.fetch_add(1, Relaxed) }
    STRIPE.try_with(|stripe| *stripe).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::{STRIPES, StripedCounter};

    #[test]
    fn the_sum_covers_all_threads_however_many_share_a_stripe() {
        let counter = StripedCounter::new();
        thread::scope(|scope| {
            for _ in 0..2 * STRIPES {
                scope.spawn(|| (0..1_000).for_each(|_| counter.increment()));
            }
        });
        assert_eq!(counter.sum(), 2_000 * STRIPES as u64);
    }
}
