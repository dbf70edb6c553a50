//! Who computes a field right now, in one word of memory.
//!
//! The gate of a field is free, or names the run that computes it. Whoever finds it taken waits for that run, on a flight that exists
//! only while somebody waits; the gate remembers that somebody does, so that the many runs nobody waits for pay nothing. Nothing of the
//! user's happens under a lock, and nobody waits for himself: a thread or task that would is told to compute beside the run.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed};

use dashmap::DashMap;
use once_cell::sync::Lazy;

use super::suspended;
use crate::flight::current_runs::{self, EnterGuard};
use crate::flight::{Flight, RunId, RunOutcome, WaitEdges, WaitFuture};

/// Nobody computes.
const FREE: usize = 0;
/// Added to the run's id once somebody waits for it.
const AWAITED: usize = 2;

/// How often the code of one run may come back to its own field on one thread. Coming back is right now and then (a job stolen by a
/// thread that waits inside of a run asks for the field, or the code decides not to ask a second time), but a computation that truly
/// needs its own result would go on until the stack is gone. This many levels fit on any stack.
const DEEPEST: usize = 32;

/// How many failed runs a caller waits for before computing beside: one that was under way, and one that began afterwards.
const PATIENCE: u8 = 2;

/// The flights of the runs that somebody waits for.
static FLIGHTS: Lazy<DashMap<RunId, Arc<Flight>>> = Lazy::new(DashMap::new);

/// Who computes a field right now.
pub(super) struct Gate(AtomicUsize);

/// What a caller who found no value does.
pub(super) enum Turn<'g> {
    /// Computes, and others wait for it.
    Lead(Lead<'g>),
    /// Computes, and the first value to be kept counts: waiting would never end, or has been in vain too often.
    Beside(RunId),
    /// Looks again: the run that was under way is over.
    Look,
}

/// What a caller has been through.
#[derive(Default)]
pub(super) struct Patience {
    failures: u8,
}

impl Gate {
    pub(super) const fn new() -> Self {
        Self(AtomicUsize::new(FREE))
    }

    /// One step of a thread towards the value: leads, or waits for who does.
    ///
    /// # Panics
    /// If the computation keeps asking for its own result.
    #[track_caller]
    pub(super) fn turn(&self, patience: &mut Patience, what: fn() -> &'static str) -> Turn<'_> {
        let (run, flight) = match self.enter(patience, what) {
            Entered::Turn(turn) => return turn,
            // The task that computes sleeps on this very thread: blocking it could be for ever.
            Entered::Taken(run, _) if suspended::on_this_thread(run) => return Turn::Beside(run),
            Entered::Taken(run, flight) => (run, flight),
        };
        let Some(_edges) = WaitEdges::enter(run) else { return Turn::Beside(run) };
        patience.note(flight.wait(None).as_ref());
        Turn::Look
    }

    /// [`turn`](Self::turn) of a task.
    pub(super) async fn turn_async(&self, patience: &mut Patience, what: fn() -> &'static str) -> Turn<'_> {
        let (run, flight) = match self.enter(patience, what) {
            Entered::Turn(turn) => return turn,
            Entered::Taken(run, flight) => (run, flight),
        };
        let Some(_edges) = WaitEdges::enter(run) else { return Turn::Beside(run) };
        patience.note(WaitFuture::new(flight, None).await.as_ref());
        Turn::Look
    }

    #[track_caller]
    fn enter(&self, patience: &Patience, what: fn() -> &'static str) -> Entered<'_> {
        loop {
            let seen = self.0.load(Acquire);
            if seen == FREE {
                let run = next_id();
                // Acquire: what the run before us left is seen. Release: not needed here, the value is published by its own cell.
                if self.0.compare_exchange(FREE, run, AcqRel, Relaxed).is_ok() {
                    return Entered::Turn(Turn::Lead(Lead { gate: self, run, failed: false }));
                }
                continue;
            }
            let run = seen & !AWAITED;
            if let Some(times) = NonZeroUsize::new(current_runs::all().iter().filter(|id| **id == run).count()) {
                assert!(
                    times.get() < DEEPEST,
                    "the computation of a `Lazy<{}>` field needs the field that it computes: it asked for its own result \
                     {DEEPEST} times over without coming to an end",
                    what(),
                );
                return Entered::Turn(Turn::Beside(run));
            }
            if patience.is_gone() {
                return Entered::Turn(Turn::Beside(run));
            }
            if seen == run && self.0.compare_exchange(run, run | AWAITED, AcqRel, Relaxed).is_err() {
                continue;
            }
            let flight = FLIGHTS.entry(run).or_default().clone();
            if self.0.load(Acquire) == run | AWAITED {
                // The run is not over, so whoever ends it has yet to take the flight from the map and will find this one.
                return Entered::Taken(run, flight);
            }
            // It ended meanwhile, and what we put into the map may never be taken out again; another may have begun to wait on it.
            land(run, &RunOutcome::Nothing);
        }
    }

    /// Forgets a run that can no longer end: its future was leaked. Whoever borrows the field mutably knows that none is alive.
    pub(super) fn reset(&mut self) {
        *self.0.get_mut() = FREE;
    }
}

enum Entered<'g> {
    Turn(Turn<'g>),
    Taken(RunId, Arc<Flight>),
}

impl Patience {
    fn note(&mut self, landing: Option<&RunOutcome>) {
        if matches!(landing, Some(RunOutcome::Failure(_))) {
            self.failures += 1;
        }
    }

    fn is_gone(&self) -> bool {
        self.failures >= PATIENCE
    }
}

/// Odd, so never the address of an entry, which is what the other runs of the process are called by; the second bit is [`AWAITED`]'s.
fn next_id() -> RunId {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    NEXT.fetch_add(1, Relaxed) << 2 | 1
}

/// Wakes those who wait for the run.
fn land(run: RunId, landing: &RunOutcome) {
    // In a statement of its own: waking is the runtime's code and does not happen under the map's lock.
    let flight = FLIGHTS.remove(&run);
    if let Some((_, flight)) = flight {
        flight.end(landing.clone());
    }
}

/// The right to compute, until it is dropped; then the next in line has it, if there is still no value.
pub(super) struct Lead<'g> {
    gate: &'g Gate,
    run: RunId,
    failed: bool,
}

impl Lead<'_> {
    pub(super) fn run(&self) -> RunId {
        self.run
    }

    /// The computation gave an `Err`: who waits need not be patient for long.
    pub(super) fn fail(&mut self) {
        self.failed = true;
    }
}

impl Drop for Lead<'_> {
    fn drop(&mut self) {
        // Release: who finds the gate free also finds the value that was kept before.
        if self.gate.0.swap(FREE, AcqRel) & AWAITED == 0 {
            return;
        }
        let landing = if self.failed || std::thread::panicking() {
            RunOutcome::Failure(Arc::new(()))
        } else {
            RunOutcome::Nothing
        };
        land(self.run, &landing);
    }
}

impl Turn<'_> {
    /// Computes in this turn, on this thread; `None` if it is not to be computed.
    pub(super) fn inside(&self) -> Option<EnterGuard> {
        self.run().map(EnterGuard::enter)
    }

    pub(super) fn run(&self) -> Option<RunId> {
        match self {
            Self::Lead(lead) => Some(lead.run()),
            Self::Beside(run) => Some(*run),
            Self::Look => None,
        }
    }
}
