//! Times runs, and counts the runs that are nested in a timed one.
//!
//! A recursive function's outermost run contains all the others. So a timed run counts the runs of
//! the same store that begin on its thread until it ends, and its time is the time of all of them
//! together; none of them is timed again. Untimed runs only check whether a timed run is active on
//! this thread. A timed run of a thread is found in the thread's locals, so timing it allocates
//! nothing.

use std::cell::Cell;
use std::time::Duration;

use crate::system_clock::{self, system_now};

/// The maximum number of stores of which one thread times runs at the same time. A run of one more
/// is not timed.
const MOST: usize = 4;

/// A timed run.
#[derive(Clone, Copy)]
struct TimedRun {
    /// The store, by address.
    store: usize,
    /// In nanoseconds of the system's clock.
    started: u64,
    /// How many runs of the store have begun inside of it.
    inside: u64,
}

/// The timed runs of one thread: at most one of each store. Without a destructor, so that the check
/// of each miss is cheap.
struct TimedRuns {
    active: Cell<usize>,
    runs: [Cell<Option<TimedRun>>; MOST],
}

crate::sync::thread_local! {
    static TIMED: TimedRuns = const { TimedRuns { active: Cell::new(0), runs: [const { Cell::new(None) }; MOST] } };
}

impl TimedRuns {
    fn find(&self, store: usize) -> Option<(&Cell<Option<TimedRun>>, TimedRun)> {
        let active = &self.runs[..self.active.get()];
        active.iter().find_map(|cell| cell.get().filter(|run| run.store == store).map(|run| (cell, run)))
    }

    fn start(&self, store: usize) -> bool {
        let active = self.active.get();
        let starts = system_clock::EXISTS && active < MOST && self.find(store).is_none();
        if starts {
            self.runs[active].set(Some(TimedRun { store, started: system_now(), inside: 0 }));
            self.active.set(active + 1);
        }
        starts
    }

    #[cold]
    fn count(&self, store: usize) {
        if let Some((cell, run)) = self.find(store) {
            cell.set(Some(TimedRun { inside: run.inside + 1, ..run }));
        }
    }

    /// Removes the timed run of this store: they end in any order.
    fn end(&self, store: usize) -> Option<TimedRun> {
        let (cell, run) = self.find(store)?;
        let last = self.active.get() - 1;
        cell.set(self.runs[last].take());
        self.active.set(last);
        Some(run)
    }
}

/// Records that a run of this store begins on this thread.
#[inline]
pub(super) fn run_started(store: usize) {
    let _ = TIMED.try_with(|timed| {
        if timed.active.get() > 0 {
            timed.count(store);
        }
    });
}

/// The timer of one run. A whole word, as all of a run.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct LoadTimer(u64);

impl LoadTimer {
    /// The run is not timed.
    pub(super) const OFF: Self = Self(0);
    /// The run is timed in the thread's locals.
    const ON_THREAD: Self = Self(1);

    /// Starts to time a run of this store on this thread, unless it is part of a timed one or too
    /// many are timed.
    pub(super) fn start(store: usize) -> Self {
        let starts = TIMED.try_with(|timed| timed.start(store)).unwrap_or(false);
        if starts { Self::ON_THREAD } else { Self::OFF }
    }

    /// Unbinds the run from this thread: from now on only its own time counts.
    pub(super) fn leave_thread(&mut self, store: usize) {
        if *self == Self::ON_THREAD {
            let run = TIMED.try_with(|timed| timed.end(store)).unwrap_or(None);
            // The first two numbers are taken.
            *self = run.map_or(Self::OFF, |run| Self(run.started.max(2)));
        }
    }

    /// Stops timing. Returns the time of the run, and how many runs it covers; `None` if it was not
    /// timed.
    #[inline]
    pub(super) fn end(&mut self, store: usize) -> Option<(Duration, u64)> {
        if *self == Self::OFF { None } else { self.end_timed(store) }
    }

    #[cold]
    #[inline(never)]
    fn end_timed(&mut self, store: usize) -> Option<(Duration, u64)> {
        match std::mem::replace(self, Self::OFF) {
            Self::ON_THREAD => {
                let run = TIMED.try_with(|timed| timed.end(store)).ok()??;
                Some((since(run.started), run.inside + 1))
            }
            Self(started) => Some((since(started), 1)),
        }
    }
}

fn since(started: u64) -> Duration {
    Duration::from_nanos(system_now().saturating_sub(started))
}

#[cfg(test)]
mod tests {
    use super::{LoadTimer, MOST, run_started};

    /// What is left of the result of [`LoadTimer::end`] without the time.
    fn runs(mut timer: LoadTimer, store: usize) -> Option<u64> {
        timer.end(store).map(|(_, runs)| runs)
    }

    /// Runs of two stores that call one another: each timer counts its own, and no run is timed
    /// inside of another of its store.
    #[test]
    fn a_timer_counts_the_runs_of_its_own_store() {
        let one = LoadTimer::start(1);
        run_started(2);
        let two = LoadTimer::start(2);
        for _ in 0..3 {
            run_started(1);
            assert_eq!(LoadTimer::start(1), LoadTimer::OFF);
        }
        run_started(2);
        // Not in the order of a stack, as callers that hold several guards may end them.
        assert_eq!((runs(one, 1), runs(two, 2)), (Some(4), Some(2)));
        assert_eq!(runs(LoadTimer::start(1), 1), Some(1));
        assert_eq!(runs(LoadTimer::OFF, 1), None);
    }

    #[test]
    fn a_thread_times_runs_of_a_few_stores_at_once() {
        let mut timers: Vec<_> = (0..MOST).map(LoadTimer::start).collect();
        assert_eq!(LoadTimer::start(MOST), LoadTimer::OFF);
        timers[1].leave_thread(1);
        timers.push(LoadTimer::start(MOST));
        run_started(1);
        let covered: Vec<_> = timers.into_iter().enumerate().map(|(store, timer)| runs(timer, store)).collect();
        assert_eq!(covered, [Some(1); MOST + 1]);
    }
}
