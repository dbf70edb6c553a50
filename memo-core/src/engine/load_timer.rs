//! The timer of a run. It also counts the runs that are nested in the timed one.
//!
//! A recursive function's outermost run contains all the others. So a timed run counts the runs of
//! the same store that begin on its thread until it ends, and its time is the time of all of them
//! together; none of them is timed again. Untimed runs only check whether a timed run is active on
//! this thread.

use std::cell::Cell;
use std::time::{Duration, Instant};

/// The maximum number of stores of which one thread times runs at the same time. A run of one more
/// is not timed.
const MOST: usize = 4;

/// The timed runs of one thread: at most one of each store. Without a destructor, so that the check
/// of each miss is cheap.
struct Timed {
    active: Cell<usize>,
    /// The store, by address, and how many runs have begun inside of its timed run.
    runs: [Cell<(usize, u64)>; MOST],
}

crate::sync::thread_local! {
    static TIMED: Timed = const { Timed { active: Cell::new(0), runs: [const { Cell::new((0, 0)) }; MOST] } };
}

impl Timed {
    fn active(&self) -> &[Cell<(usize, u64)>] {
        &self.runs[..self.active.get()]
    }

    fn of(&self, store: usize) -> Option<&Cell<(usize, u64)>> {
        self.active().iter().find(|run| run.get().0 == store)
    }

    fn begin(&self, store: usize) -> bool {
        let active = self.active.get();
        let begins = active < MOST && self.of(store).is_none();
        if begins {
            self.runs[active].set((store, 0));
            self.active.set(active + 1);
        }
        begins
    }

    /// Ends the timed run of this store, in whatever order they end. Returns how many runs have
    /// begun inside of it.
    fn end(&self, store: usize) -> u64 {
        let Some((ended, last)) = self.of(store).zip(self.active().last()) else { return 0 };
        ended.swap(last);
        self.active.set(self.active.get() - 1);
        last.get().1
    }
}

/// Records that a run of this store begins on this thread.
pub(super) fn run_started(store: usize) {
    let _ = TIMED.try_with(|timed| {
        if timed.active.get() > 0
            && let Some(run) = timed.of(store)
        {
            run.set((store, run.get().1 + 1));
        }
    });
}

/// A run that is timed.
pub(super) struct LoadTimer {
    started: Instant,
    /// The store, by address; `None` if the run may move between threads.
    store: Option<usize>,
}

impl LoadTimer {
    /// Starts to time a run of this store, unless it is part of one that is being timed.
    pub(super) fn start(store: usize) -> Option<Self> {
        let begins = TIMED.try_with(|timed| timed.begin(store)).unwrap_or(false);
        begins.then(|| Self { started: Instant::now(), store: Some(store) })
    }

    /// Unbinds the run of a task from this thread: only its own time counts.
    pub(super) fn leave_thread(&mut self) {
        self.leave();
    }

    fn leave(&mut self) -> u64 {
        self.store.take().map_or(0, |store| TIMED.try_with(|timed| timed.end(store)).unwrap_or(0))
    }

    /// Stops the timer. Returns the time, and the number of runs that it covers.
    pub(super) fn end(mut self) -> (Duration, u64) {
        let elapsed = self.started.elapsed();
        (elapsed, self.leave() + 1)
    }
}

impl Drop for LoadTimer {
    fn drop(&mut self) {
        self.leave();
    }
}

#[cfg(test)]
mod tests {
    use super::{LoadTimer, MOST, run_started};

    /// Runs of two stores that call one another: each timer counts its own, and no run is timed
    /// inside of another of its store.
    #[test]
    fn a_timer_counts_the_runs_of_its_own_store() {
        let one = LoadTimer::start(1).unwrap();
        run_started(2);
        let two = LoadTimer::start(2).unwrap();
        for _ in 0..3 {
            run_started(1);
            assert!(LoadTimer::start(1).is_none());
        }
        run_started(2);
        // Not in the order of a stack, as callers that hold several guards may end them.
        assert_eq!((one.end().1, two.end().1), (4, 2));
        assert_eq!(LoadTimer::start(1).unwrap().end().1, 1);
    }

    #[test]
    fn a_thread_times_runs_of_a_few_stores_at_once() {
        let mut timers: Vec<_> = (1..=MOST).map(|store| LoadTimer::start(store).unwrap()).collect();
        assert!(LoadTimer::start(MOST + 1).is_none());
        timers.remove(1).leave_thread();
        assert!(LoadTimer::start(MOST + 1).is_some());
        drop(timers);
        assert!((1..=MOST).all(|store| LoadTimer::start(store).is_some()));
    }
}
