//! Waiting for a run that another caller leads.

use std::sync::Arc;
use std::time::Duration;

use super::Engine;
use super::scope::Scope;
use super::stats::Count;
use crate::config::SingleFlight;
use crate::flight::{Edges, Failure, Flight, Landed, Landing};
use crate::table::Head;

/// How often one call has waited in vain.
#[derive(Debug, Default)]
pub struct Turn {
    failed: u8,
    timed_out: bool,
}

impl Turn {
    /// A call that begins.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// After two runs that failed and could not share why, or after the longest wait, a caller computes for itself: failures must not
    /// turn those who wait into a queue.
    pub(super) fn is_over(&self) -> bool {
        self.failed >= 2 || self.timed_out
    }
}

/// A run to wait for.
pub(crate) struct Wait<'a, S: Scope> {
    pub(super) engine: &'a Engine<S>,
    pub(super) flight: Arc<Flight>,
    pub(super) head: &'a Head,
    pub(super) _edges: Edges,
    /// Whether this call is settled in the statistics.
    pub(super) counted: bool,
}

/// What waiting came to.
pub(crate) enum Outcome<'a> {
    Value(Arrived<'a>),
    Failure(Failure),
    /// Begin again.
    Again,
}

/// An entry with its value, kept by the store or not. The flight holds it.
pub(crate) struct Arrived<'a> {
    _flight: Arc<Flight>,
    head: &'a Head,
}

impl Arrived<'_> {
    pub(crate) fn head(&self) -> &Head {
        self.head
    }
}

impl<'a, S: Scope> Wait<'a, S> {
    fn longest(&self) -> Option<Duration> {
        match self.engine.config.single_flight {
            SingleFlight::Within(longest) => Some(longest),
            SingleFlight::On | SingleFlight::Off => None,
        }
    }

    /// Parks the thread.
    pub(crate) fn park(self, turn: &mut Turn) -> Outcome<'a> {
        let landing = self.flight.wait(self.longest());
        self.settle(landing, turn)
    }

    /// Waits as a task.
    pub(crate) async fn landed(self, turn: &mut Turn) -> Outcome<'a> {
        let landing = Landed::new(self.flight.clone(), self.longest()).await;
        self.settle(landing, turn)
    }

    fn settle(mut self, landing: Option<Landing>, turn: &mut Turn) -> Outcome<'a> {
        self.counted = true;
        match landing {
            Some(Landing::Value) => {
                self.engine.stats.count(Count::Coalesced);
                Outcome::Value(Arrived { _flight: self.flight.clone(), head: self.head })
            }
            Some(Landing::Failure(failure)) => {
                self.engine.stats.count(Count::Coalesced);
                Outcome::Failure(failure)
            }
            Some(Landing::Nothing) => {
                turn.failed += 1;
                Outcome::Again
            }
            None => {
                turn.timed_out = true;
                Outcome::Again
            }
        }
    }
}

/// A task that gave up waiting was coalesced too: every call is counted once.
impl<S: Scope> Drop for Wait<'_, S> {
    fn drop(&mut self) {
        if !self.counted {
            self.engine.stats.count(Count::Coalesced);
        }
    }
}
