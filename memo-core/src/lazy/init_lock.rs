//! The lock under which a lazy field is computed, in one word of memory.
//!
//! The word is free, or names the run that computes the field. A caller that finds it taken waits
//! for that run, through a [`Flight`] that exists only while there are waiters; a bit of the word
//! says that there are some, so a run without waiters, the usual one, pays nothing for them. No
//! user code runs under a lock, and no caller waits for itself: a thread or task that would is told
//! to compute the value without the lock.

#[cfg(test)]
mod tests;

use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed};
use std::sync::{Arc, LazyLock};

use dashmap::DashMap;

use super::last_polled;
use crate::flight::current_runs::{self, EnterGuard};
use crate::flight::{Flight, RunId, RunOutcome, WaitEdges, WaitFuture, is_pool_worker};

/// No run computes the field.
const FREE: usize = 0;
/// Added to the run's id as soon as it has a waiter.
const AWAITED: usize = 2;

/// How deeply the code of one run may recurse into its own field on one thread. Some recursion is
/// legitimate: a job that is stolen by a thread that waits inside the run asks for the field, or
/// the code decides not to ask a second time. But a computation that truly needs its own result
/// would go on until the stack overflows. This many levels fit on any stack.
const MAX_DEPTH: usize = 32;

/// How many failed runs a caller waits for before it computes without the lock: one that was in
/// flight when the caller came, and one that started afterwards.
const MAX_FAILED_RUNS: u8 = 2;

/// What is waited for, in the message about a long wait.
const FIELD: &str = "a lazy field";

/// The flights of the runs that have waiters.
static FLIGHTS: LazyLock<DashMap<RunId, Arc<Flight>>> = LazyLock::new(DashMap::new);

/// The lock under which one field is computed.
pub struct InitLock(AtomicUsize);

/// How a caller waits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum WaitMode {
    /// A thread blocks.
    Park,
    /// A task returns to its executor.
    Suspend,
}

/// What a caller that found no value does.
pub(super) enum InitStart<'l> {
    /// It computes the value.
    Compute(InitRun<'l>),
    /// It waits for the run that computes the value, then looks for the value again.
    Wait(InitWait),
}

/// The failed runs that a caller has waited for.
#[derive(Default)]
pub(super) struct FailedRuns(u8);

impl FailedRuns {
    pub(super) fn note(&mut self, outcome: Option<&RunOutcome>) {
        if matches!(outcome, Some(RunOutcome::Failure(_))) {
            self.0 += 1;
        }
    }
}

impl InitLock {
    pub(super) const fn new() -> Self {
        Self(AtomicUsize::new(FREE))
    }

    /// Decides whether the caller computes the value or waits for it. `value_type` is for the
    /// panic's message.
    ///
    /// # Panics
    /// If the computation keeps asking for its own result.
    #[track_caller]
    pub(super) fn claim(&self, mode: WaitMode, failed: &FailedRuns, value_type: fn() -> &'static str) -> InitStart<'_> {
        loop {
            let seen = self.0.load(Acquire);
            if seen == FREE {
                let run = next_id();
                // Acquire: the value that the previous run stored is visible. Release is not needed
                // here: the cell itself publishes the value.
                if self.0.compare_exchange(FREE, run, AcqRel, Relaxed).is_ok() {
                    return InitStart::Compute(InitRun { id: run, lock: Some(self), failed: false });
                }
                continue;
            }
            let run = seen & !AWAITED;
            let depth = current_runs::all().iter().filter(|id| **id == run).count();
            assert!(
                depth < MAX_DEPTH,
                "the computation of a `Lazy<{}>` field needs the field that it computes: it asked for its own result \
                 {MAX_DEPTH} times over without coming to an end",
                value_type(),
            );
            if depth > 0 || failed.0 >= MAX_FAILED_RUNS {
                return InitStart::compute_unshared(run);
            }
            if seen == run && self.0.compare_exchange(run, run | AWAITED, AcqRel, Relaxed).is_err() {
                continue;
            }
            let flight = FLIGHTS.entry(run).or_default().clone();
            if self.0.load(Acquire) == run | AWAITED {
                // The run has not ended, so it has yet to take its flight out of the map, and will
                // find this one.
                return InitStart::wait(mode, run, flight);
            }
            // The run ended in the meantime, and the flight may never be taken out of the map
            // again; another caller may already wait on it.
            complete(run, &RunOutcome::Nothing);
        }
    }

    /// Forgets a run that can no longer end because its future was leaked. The mutable borrow
    /// proves that no run is alive.
    pub(super) fn reset(&mut self) {
        *self.0.get_mut() = FREE;
    }
}

impl InitStart<'_> {
    fn wait(mode: WaitMode, run: RunId, flight: Arc<Flight>) -> Self {
        // The task that computes may be suspended on this very thread: blocking the thread could
        // then last for ever. So could blocking a worker of a pool.
        if mode == WaitMode::Park && (is_pool_worker() || last_polled::is_here(run)) {
            return Self::compute_unshared(run);
        }
        match WaitEdges::enter(run) {
            Some(edges) => Self::Wait(InitWait { flight, _edges: edges }),
            None => Self::compute_unshared(run),
        }
    }

    fn compute_unshared(run: RunId) -> Self {
        Self::Compute(InitRun { id: run, lock: None, failed: false })
    }
}

/// Odd, so never the address of an entry, which is the id of every other run of the process. The
/// second bit is [`AWAITED`].
fn next_id() -> RunId {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    NEXT.fetch_add(1, Relaxed) << 2 | 1
}

/// Wakes the waiters of the run.
fn complete(run: RunId, outcome: &RunOutcome) {
    // In a statement of its own: waking calls the async runtime, which must not happen under the
    // lock of the map.
    let flight = FLIGHTS.remove(&run);
    if let Some((_, flight)) = flight {
        flight.end(outcome.clone());
    }
}

/// The wait for a run.
pub(super) struct InitWait {
    flight: Arc<Flight>,
    _edges: WaitEdges,
}

impl InitWait {
    /// Blocks this thread until the run has ended.
    pub(super) fn park(self) -> Option<RunOutcome> {
        self.flight.wait(None, FIELD)
    }

    /// [`park`](Self::park) for tasks.
    pub(super) async fn finished(self) -> Option<RunOutcome> {
        WaitFuture::new(Arc::clone(&self.flight), None, FIELD).await
    }
}

/// A run that computes the value. Dropping it unfinished (a panic, a cancelled task, a value that
/// was there after all) releases the lock, and the waiters look again. A panic counts as a failure,
/// a cancelled task does not: it says nothing about the next run.
pub(super) struct InitRun<'l> {
    id: RunId,
    /// None if it computes without the lock, as part of the run that holds it or because waiting
    /// was in vain too often: then the first value that is stored wins.
    lock: Option<&'l InitLock>,
    failed: bool,
}

impl InitRun<'_> {
    pub(super) fn id(&self) -> RunId {
        self.id
    }

    /// Whether other callers may wait for this run.
    pub(super) fn is_shared(&self) -> bool {
        self.lock.is_some()
    }

    /// This thread is part of the run until the guard is dropped.
    pub(super) fn enter(&self) -> EnterGuard {
        EnterGuard::enter(self.id)
    }

    /// Ends the run. If there is a value, it must be in the cell: the waiters look for it now.
    pub(super) fn finish(mut self, succeeded: bool) {
        self.failed = !succeeded;
    }
}

impl Drop for InitRun<'_> {
    fn drop(&mut self) {
        let Some(lock) = self.lock else { return };
        // Release: a caller that finds the lock free also finds the value that was stored before.
        if lock.0.swap(FREE, AcqRel) & AWAITED == 0 {
            return;
        }
        let failed = self.failed || std::thread::panicking();
        complete(self.id, &if failed { RunOutcome::Failure(Arc::new(())) } else { RunOutcome::Nothing });
    }
}
