//! Waiting for a run that another caller leads.

use std::sync::Arc;
use std::time::Duration;

use super::sharing::Sharing;
use super::store::Store;
use crate::config::SingleFlight;
use crate::flight::{Failure, Flight, RunId, RunOutcome, WaitEdges, WaitFuture, is_pool_worker};
use crate::info::Counter;
use crate::table::EntryRef;

/// Retry state of one call: failed runs joined, time-out reached, a wait refused.
#[derive(Debug, Default)]
pub struct RetryState {
    failed: u8,
    timed_out: bool,
    refused: bool,
}

impl RetryState {
    /// The state of a call that begins.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether the call computes for itself: after two joined runs that failed and could not share
    /// the failure, or after the longest wait. Failures must not turn the waiters into a queue.
    pub(super) fn is_exhausted(&self) -> bool {
        self.failed >= 2 || self.timed_out
    }

    /// Whether a wait was refused because it would have closed a cycle. Then the caller computes
    /// without the cache instead of waiting.
    pub(super) fn is_refused(&self) -> bool {
        self.refused
    }
}

/// The state of a caller that waits to begin an exclusive run: how the last wait ended.
#[derive(Debug, Default)]
pub struct ExclusiveRetry {
    timed_out: bool,
    refused: bool,
}

impl ExclusiveRetry {
    /// Whether the caller waits no longer for a run that only computes a value.
    pub(super) fn is_over(&self) -> bool {
        self.timed_out || self.refused
    }

    /// Whether a wait was refused because it would have closed a cycle.
    pub(super) fn is_refused(&self) -> bool {
        self.refused
    }
}

/// A wait for another caller's run.
pub struct Wait<'a, S: Sharing> {
    store: &'a Store<S>,
    flight: Arc<Flight>,
    entry: EntryRef<'a>,
    run: RunId,
    /// Whether this call is already counted in the statistics.
    counted: bool,
}

/// Result of waiting.
pub(super) enum WaitResult<'a> {
    Value(JoinedEntry<'a>),
    Failure(Failure),
    /// The caller must look again.
    Again,
}

/// An entry and its value, cached by the store or not. The flight pins it.
pub(super) struct JoinedEntry<'a> {
    _flight: Arc<Flight>,
    entry: EntryRef<'a>,
}

impl JoinedEntry<'_> {
    pub(super) fn entry(&self) -> EntryRef<'_> {
        self.entry
    }
}

impl<'a, S: Sharing> Wait<'a, S> {
    pub(super) fn new(store: &'a Store<S>, flight: Arc<Flight>, entry: EntryRef<'a>, run: RunId) -> Self {
        Self { store, flight, entry, run, counted: false }
    }

    /// A wait of a caller that takes nothing of the run, and goes on when it has ended.
    pub(super) fn until_end(store: &'a Store<S>, flight: Arc<Flight>, entry: EntryRef<'a>, run: RunId) -> Self {
        Self { store, flight, entry, run, counted: true }
    }

    pub(super) fn store(&self) -> &'a Store<S> {
        self.store
    }

    fn longest(&self) -> Option<Duration> {
        match self.store.common.config.single_flight {
            SingleFlight::Within(longest) => Some(longest),
            SingleFlight::On | SingleFlight::Off => None,
        }
    }

    /// Adds the edges from each run that this caller is inside of to the awaited run. Returns
    /// `None` if they would close a cycle: the awaited run waits for one that the caller is inside
    /// of.
    fn enter_edges(&mut self, refused: &mut bool) -> Option<WaitEdges> {
        let edges = WaitEdges::enter(self.run);
        if edges.is_none() {
            // The call will be counted when it bypasses the cache.
            self.counted = true;
            *refused = true;
        }
        edges
    }

    /// As `enter_edges`, for a caller that blocks its thread. That cannot end if no other thread
    /// can end the run.
    fn enter_parked(&mut self, refused: &mut bool) -> Option<WaitEdges> {
        if S::MAY_PARK {
            return self.enter_edges(refused);
        }
        self.counted = true;
        *refused = true;
        None
    }

    /// Parks the thread until the run has ended.
    pub(super) fn park_until_end(mut self, retry: &mut ExclusiveRetry) {
        if is_pool_worker() && !retry.timed_out {
            // As after the longest wait: a run that only computes is not waited for.
            retry.timed_out = true;
            return;
        }
        *retry = ExclusiveRetry::default();
        if let Some(_edges) = self.enter_parked(&mut retry.refused) {
            retry.timed_out = self.flight.wait(self.longest(), self.store.common.label()).is_none();
        }
    }

    /// Waits as a task until the run has ended.
    pub(super) async fn wait_until_end(mut self, retry: &mut ExclusiveRetry) {
        *retry = ExclusiveRetry::default();
        if let Some(_edges) = self.enter_edges(&mut retry.refused) {
            let wait = WaitFuture::new(self.flight.clone(), self.longest(), self.store.common.label());
            retry.timed_out = wait.await.is_none();
        }
    }

    /// Waits by parking the thread.
    pub(super) fn park(mut self, retry: &mut RetryState) -> WaitResult<'a> {
        if is_pool_worker() {
            // As after the longest wait: it computes, with a run of its own.
            return self.settle(None, retry);
        }
        let Some(_edges) = self.enter_parked(&mut retry.refused) else { return WaitResult::Again };
        let outcome = self.flight.wait(self.longest(), self.store.common.label());
        self.settle(outcome, retry)
    }

    /// Waits as a task.
    pub(super) async fn wait_async(mut self, retry: &mut RetryState) -> WaitResult<'a> {
        let Some(_edges) = self.enter_edges(&mut retry.refused) else { return WaitResult::Again };
        let outcome = WaitFuture::new(self.flight.clone(), self.longest(), self.store.common.label()).await;
        self.settle(outcome, retry)
    }

    fn settle(mut self, outcome: Option<RunOutcome>, retry: &mut RetryState) -> WaitResult<'a> {
        self.counted = true;
        match outcome {
            Some(RunOutcome::Value) => {
                self.store.common.stats.count(Counter::Coalesced);
                WaitResult::Value(JoinedEntry { _flight: self.flight.clone(), entry: self.entry })
            }
            Some(RunOutcome::Failure(failure)) => {
                // For a caller that cannot take this error.
                retry.failed += 1;
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

/// Counts a task that stopped waiting as coalesced too: every call is counted once.
impl<S: Sharing> Drop for Wait<'_, S> {
    fn drop(&mut self) {
        if !self.counted {
            self.store.common.stats.count(Counter::Coalesced);
        }
    }
}
