//! Waiting for a run that another caller leads.

use std::sync::Arc;
use std::time::Duration;

use super::Engine;
use super::sharing::Sharing;
use super::stats::Counter;
use crate::config::SingleFlight;
use crate::flight::{Failure, Flight, RunOutcome, WaitEdges, WaitFuture};
use crate::table::Head;

/// How often one call has waited in vain.
#[derive(Debug, Default)]
pub struct RetryState {
    failed: u8,
    timed_out: bool,
}

impl RetryState {
    /// A call that begins.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// After two runs that failed and could not share why, or after the longest wait, a caller computes for itself: failures must not
    /// turn those who wait into a queue.
    pub(super) fn is_expired(&self) -> bool {
        self.failed >= 2 || self.timed_out
    }
}

/// A run to wait for.
pub(crate) struct Wait<'a, S: Sharing> {
    pub(super) engine: &'a Engine<S>,
    pub(super) flight: Arc<Flight>,
    pub(super) head: &'a Head,
    pub(super) _edges: WaitEdges,
    /// Whether this call is settled in the statistics.
    pub(super) counted: bool,
}

/// What waiting came to.
pub(crate) enum WaitResult<'a> {
    Value(JoinedEntry<'a>),
    Failure(Failure),
    /// Begin again.
    Again,
}

/// An entry with its value, kept by the store or not. The flight holds it.
pub(crate) struct JoinedEntry<'a> {
    _flight: Arc<Flight>,
    head: &'a Head,
}

impl JoinedEntry<'_> {
    pub(crate) fn head(&self) -> &Head {
        self.head
    }
}

impl<'a, S: Sharing> Wait<'a, S> {
    fn longest(&self) -> Option<Duration> {
        match self.engine.config.single_flight {
            SingleFlight::Within(longest) => Some(longest),
            SingleFlight::On | SingleFlight::Off => None,
        }
    }

    /// Parks the thread.
    pub(crate) fn park(self, retry: &mut RetryState) -> WaitResult<'a> {
        let landing = self.flight.wait(self.longest());
        self.settle(landing, retry)
    }

    /// Waits as a task.
    pub(crate) async fn landed(self, retry: &mut RetryState) -> WaitResult<'a> {
        let landing = WaitFuture::new(self.flight.clone(), self.longest()).await;
        self.settle(landing, retry)
    }

    fn settle(mut self, landing: Option<RunOutcome>, retry: &mut RetryState) -> WaitResult<'a> {
        self.counted = true;
        match landing {
            Some(RunOutcome::Value) => {
                self.engine.stats.count(Counter::Coalesced);
                WaitResult::Value(JoinedEntry { _flight: self.flight.clone(), head: self.head })
            }
            Some(RunOutcome::Failure(failure)) => {
                self.engine.stats.count(Counter::Coalesced);
                WaitResult::Failure(failure)
            }
            Some(RunOutcome::Nothing) => {
                retry.failed += 1;
                WaitResult::Again
            }
            None => {
                retry.timed_out = true;
                WaitResult::Again
            }
        }
    }
}

/// A task that gave up waiting was coalesced too: every call is counted once.
impl<S: Sharing> Drop for Wait<'_, S> {
    fn drop(&mut self) {
        if !self.counted {
            self.engine.stats.count(Counter::Coalesced);
        }
    }
}
