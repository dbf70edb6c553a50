//! What threads count for themselves, and others read.

use std::sync::Arc;

use super::runner::check;
use crate::sync::spawn;
use crate::table::thread_counters::ThreadCounters;

/// A stamp that catches up with another thread's is no hit, also for a thread that reads the stamp
/// of a later hit.
pub fn stamps_that_are_skipped_count_no_hits() {
    check(|| {
        let counters = Arc::new(ThreadCounters::new(1));
        let reader = {
            let counters = counters.clone();
            spawn(move || counters.hits())
        };
        counters.hit();
        counters.advance_past(100);
        counters.hit();
        assert!(reader.join() <= 2);
        assert_eq!(counters.hits(), 2);
    });
}

/// Once a thread is known to have ended, its hits are complete.
pub fn an_ended_thread_has_counted_all_its_hits() {
    check(|| {
        let counters = Arc::new(ThreadCounters::new(1));
        let reader = {
            let counters = counters.clone();
            spawn(move || {
                if counters.has_ended() {
                    assert_eq!(counters.hits(), 2);
                }
            })
        };
        counters.hit();
        counters.hit();
        counters.leave();
        reader.join();
    });
}
