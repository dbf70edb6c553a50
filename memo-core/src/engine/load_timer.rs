//! How long one run takes, when it is timed and others of its kind run inside it.
//!
//! A recursive function's outermost run contains all the others. So a timed run counts the runs of
//! the same store that begin on its thread until it ends, and its time is that of all of them
//! together. Runs that are not timed only look whether someone counts.

use std::cell::Cell;
use std::time::{Duration, Instant};

crate::sync::thread_local! {
    /// The store whose runs are being counted on this thread, by address, and how many have begun.
    static COUNTED: Cell<(usize, u64)> = const { Cell::new((0, 0)) };
}

/// A run of this store begins on this thread.
pub(super) fn run_started(store: usize) {
    let _ = COUNTED.try_with(|counted| {
        let (whose, runs) = counted.get();
        if whose == store {
            counted.set((whose, runs + 1));
        }
    });
}

/// A timed run.
pub(super) struct LoadTimer {
    started: Instant,
    /// What was counted before, unless this run may move between threads.
    before: Option<(usize, u64)>,
}

impl LoadTimer {
    pub(super) fn start(store: usize) -> Self {
        let before = COUNTED.try_with(|counted| counted.replace((store, 0))).ok();
        Self { started: Instant::now(), before }
    }

    /// The run is a task's and not bound to this thread: only its own time counts.
    pub(super) fn leave_thread(&mut self) {
        if let Some(before) = self.before.take() {
            let _ = COUNTED.try_with(|counted| counted.set(before));
        }
    }

    /// The time, and of how many runs.
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
