//! The timer of a run. It also counts the runs that are nested in the timed one.
//!
//! A recursive function's outermost run contains all the others. So a timed run counts the runs of
//! the same store that begin on its thread until it ends, and its time is the time of all of them
//! together. Untimed runs only check whether a timed run is active on this thread.

use std::cell::Cell;
use std::time::{Duration, Instant};

crate::sync::thread_local! {
    /// The store, by address, whose runs are being counted on this thread, and how many have begun.
    static COUNTED: Cell<(usize, u64)> = const { Cell::new((0, 0)) };
}

/// Records that a run of this store begins on this thread.
pub(super) fn run_started(store: usize) {
    let _ = COUNTED.try_with(|counted| {
        let (whose, runs) = counted.get();
        if whose == store {
            counted.set((whose, runs + 1));
        }
    });
}

/// A run that is timed.
pub(super) struct LoadTimer {
    started: Instant,
    /// The thread's count before this run; `None` if the run may move between threads.
    before: Option<(usize, u64)>,
}

impl LoadTimer {
    pub(super) fn start(store: usize) -> Self {
        let before = COUNTED.try_with(|counted| counted.replace((store, 0))).ok();
        Self { started: Instant::now(), before }
    }

    /// Unbinds the run of a task from this thread: only its own time counts.
    pub(super) fn leave_thread(&mut self) {
        if let Some(before) = self.before.take() {
            let _ = COUNTED.try_with(|counted| counted.set(before));
        }
    }

    /// Stops the timer. Returns the time, and the number of runs that it covers.
    pub(super) fn end(mut self) -> (Duration, u64) {
        let inside = match self.before {
            Some(_) => COUNTED.try_with(Cell::get).map_or(0, |(_, runs)| runs),
            None => 0,
        };
        self.leave_thread();
        (self.started.elapsed(), inside + 1)
    }
}

impl Drop for LoadTimer {
    fn drop(&mut self) {
        self.leave_thread();
    }
}
