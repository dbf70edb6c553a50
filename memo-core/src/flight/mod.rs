//! Waiting for another's run: threads park, tasks leave a waker. Any runtime, or none.
//!
//! A [`Flight`] belongs to one run and is made by the first who waits for it. It carries how the run ended; the value itself is in
//! the entry that the run made. [`current_runs`] knows which runs the current code is part of, and [`wait_graph`] who waits for whom, so that
//! nobody waits for himself.

pub(crate) mod current_runs;
mod wait_graph;

use std::any::Any;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use crate::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use crate::system_clock::{nanos, system_now};
use crate::table::hazard::PinnedEntry;
use crate::ticker;
pub(crate) use wait_graph::{RunId, WaitEdges};

/// A failure that every waiter may have.
pub(crate) type Failure = Arc<dyn Any + Send + Sync>;

/// How a run ended.
#[derive(Clone)]
pub(crate) enum RunOutcome {
    /// The value is in the entry.
    Value,
    /// It failed, and this is the failure for all.
    Failure(Failure),
    /// It failed in a way that cannot be shared, panicked, or was cancelled.
    Nothing,
}

#[derive(Default)]
pub(crate) struct Flight {
    state: Mutex<WaitState>,
    condvar: Condvar,
    /// The entry that the run makes stays until all who wait have seen it.
    _entry: Option<PinnedEntry>,
}

#[derive(Default)]
struct WaitState {
    landing: Option<RunOutcome>,
    /// By token.
    wakers: Vec<Option<Waker>>,
    /// Tokens that were given back.
    free: Vec<usize>,
}

impl Flight {
    /// For those who wait for this entry.
    pub(crate) fn of(entry: PinnedEntry) -> Self {
        Self { _entry: Some(entry), ..Self::default() }
    }

    fn lock(&self) -> MutexGuard<'_, WaitState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells everybody who waits, and all who come later.
    pub(crate) fn end(&self, landing: RunOutcome) {
        let wakers = {
            let mut state = self.lock();
            state.landing = Some(landing);
            std::mem::take(&mut state.wakers)
        };
        self.condvar.notify_all();
        for waker in wakers.into_iter().flatten() {
            waker.wake();
        }
    }

    /// Parks this thread until the run is over. `None` if that takes longer than the longest wait.
    pub(crate) fn wait(&self, longest: Option<Duration>) -> Option<RunOutcome> {
        // A wait too long to be a date is for ever.
        let end = longest.and_then(|longest| Instant::now().checked_add(longest));
        let mut state = self.lock();
        loop {
            if let Some(landing) = &state.landing {
                return Some(landing.clone());
            }
            state = match end {
                None => self.condvar.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(end) => {
                    let left = end.checked_duration_since(Instant::now())?;
                    self.condvar.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
    }
}

/// A task's wait for a run: [`Flight::wait`] as a future.
pub(crate) struct WaitFuture {
    flight: Arc<Flight>,
    /// When to give up, in [`system_now`].
    end: Option<u64>,
    /// Which waker in the flight is ours.
    token: Option<usize>,
    /// Which alarm of the ticker is.
    alarm: Option<u64>,
}

impl WaitFuture {
    pub(crate) fn new(flight: Arc<Flight>, longest: Option<Duration>) -> Self {
        Self {
            flight,
            end: longest.map(|longest| system_now().saturating_add(nanos(longest))),
            token: None,
            alarm: None,
        }
    }
}

impl Future for WaitFuture {
    type Output = Option<RunOutcome>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<RunOutcome>> {
        // Cloning and dropping wakers is the runtime's code: not under the lock.
        let mut waker = cx.waker().clone();
        {
            let mut state = self.flight.lock();
            if let Some(landing) = &state.landing {
                return Poll::Ready(Some(landing.clone()));
            }
            if let Some(old) = self.token.and_then(|token| state.wakers.get_mut(token)?.as_mut()) {
                std::mem::swap(old, &mut waker);
            } else {
                let ours = Some(waker.clone());
                let token = if let Some(token) = state.free.pop() {
                    state.wakers[token] = ours;
                    token
                } else {
                    state.wakers.push(ours);
                    state.wakers.len() - 1
                };
                drop(state);
                self.token = Some(token);
            }
        }
        if let Some(end) = self.end {
            if system_now() >= end {
                return Poll::Ready(None);
            }
            // The alarm wakes the task's latest waker as of now; a task that moves on sets another.
            if let Some(alarm) = self.alarm.replace(ticker::wake_at(end, cx.waker().clone())) {
                ticker::cancel(alarm);
            }
        }
        Poll::Pending
    }
}

impl Drop for WaitFuture {
    fn drop(&mut self) {
        if let Some(alarm) = self.alarm {
            ticker::cancel(alarm);
        }
        let Some(token) = self.token else { return };
        let mut state = self.flight.lock();
        // Once the run is over nobody's waker is there.
        let ours = state.wakers.get_mut(token).and_then(Option::take);
        if ours.is_some() {
            state.free.push(token);
        }
        drop(state);
        drop(ours);
    }
}
