//! The waiters of one run, and how the run ended.
//!
//! The first waiter of a run makes its [`Flight`], so a run without waiters has none. The flight
//! does not carry the value: that is in the entry that the run makes.

#[cfg(test)]
mod tests;

use std::any::Any;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use super::long_wait;
use crate::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use crate::system_clock::{nanos, system_now};
use crate::table::hazard::PinnedEntry;
use crate::ticker::{self, AlarmId};
use crate::unwind::contain;

/// An error that every waiter can get.
pub(crate) type Failure = Arc<dyn Any + Send + Sync>;

/// How a run ended.
#[derive(Clone)]
pub(crate) enum RunOutcome {
    /// The value is in the entry.
    Value,
    /// It failed, with an error for all waiters.
    Failure(Failure),
    /// It failed with an error that cannot be shared, panicked, or was cancelled.
    Nothing,
}

/// The waiters of one run.
#[derive(Default)]
pub(crate) struct Flight {
    state: Mutex<WaitState>,
    condvar: Condvar,
    /// Keeps the entry that the run makes until every waiter has seen it.
    _entry: Option<PinnedEntry>,
}

#[derive(Default)]
struct WaitState {
    /// None while the run is in flight.
    outcome: Option<RunOutcome>,
    /// Of the tasks that wait, by token.
    wakers: Vec<Option<Waker>>,
    /// Tokens of tasks that no longer wait.
    free: Vec<usize>,
}

impl Flight {
    /// For the run that makes this entry.
    pub(crate) fn of(entry: PinnedEntry) -> Self {
        Self { _entry: Some(entry), ..Self::default() }
    }

    fn lock(&self) -> MutexGuard<'_, WaitState> {
        // No user code runs under the lock, so a panic cannot have left it half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The run has ended: wakes all waiters. Later ones do not wait at all. Waking calls the async
    /// runtime, so the caller holds no lock.
    pub(crate) fn end(&self, outcome: RunOutcome) {
        let wakers = {
            let mut state = self.lock();
            state.outcome = Some(outcome);
            std::mem::take(&mut state.wakers)
        };
        self.condvar.notify_all();
        for waker in wakers.into_iter().flatten() {
            // A waker that panics keeps neither the others asleep nor the leader from its value.
            contain(|| waker.wake());
        }
    }

    /// Parks this thread until the run has ended. `None` if that takes longer than `longest`.
    /// `cache` is for the message about a long wait.
    pub(crate) fn wait(&self, longest: Option<Duration>, cache: &str) -> Option<RunOutcome> {
        let end = longest.map(|longest| system_now().saturating_add(nanos(longest)));
        let mut tell_at = long_wait::tell_at(system_now);
        let mut state = self.lock();
        loop {
            if let Some(outcome) = &state.outcome {
                return Some(outcome.clone());
            }
            let Some(next) = end.into_iter().chain(tell_at).min() else {
                state = self.condvar.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let now = system_now();
            if end.is_some_and(|end| end <= now) {
                return None;
            }
            if tell_at.take_if(|at| *at <= now).is_some() {
                drop(state);
                long_wait::tell("thread", cache);
                state = self.lock();
                continue;
            }
            let left = Duration::from_nanos(next - now);
            state = self.condvar.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

/// [`Flight::wait`] for tasks.
pub(crate) struct WaitFuture<'a> {
    flight: Arc<Flight>,
    /// When to give up, in [`system_now`].
    end: Option<u64>,
    /// When to tell of a long wait.
    tell_at: Option<u64>,
    /// What is waited for.
    cache: &'a str,
    /// Which waker of the flight belongs to this task.
    token: Option<usize>,
    /// The alarm of the ticker for `end` and `tell_at`.
    alarm: Option<AlarmId>,
}

impl<'a> WaitFuture<'a> {
    /// `cache` is for the message about a long wait.
    pub(crate) fn new(flight: Arc<Flight>, longest: Option<Duration>, cache: &'a str) -> Self {
        Self {
            flight,
            end: longest.map(|longest| system_now().saturating_add(nanos(longest))),
            tell_at: long_wait::tell_at(system_now),
            cache,
            token: None,
            alarm: None,
        }
    }
}

impl Future for WaitFuture<'_> {
    type Output = Option<RunOutcome>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<RunOutcome>> {
        // Cloning and dropping a waker calls the async runtime, which must not happen under the
        // lock.
        let mut waker = Some(cx.waker().clone());
        {
            let mut state = self.flight.lock();
            if let Some(outcome) = &state.outcome {
                return Poll::Ready(Some(outcome.clone()));
            }
            if let Some(old) = self.token.and_then(|token| state.wakers.get_mut(token)) {
                std::mem::swap(old, &mut waker);
            } else {
                let token = if let Some(token) = state.free.pop() {
                    state.wakers[token] = waker.take();
                    token
                } else {
                    state.wakers.push(waker.take());
                    state.wakers.len() - 1
                };
                drop(state);
                self.token = Some(token);
            }
        }
        let Some(mut next) = self.end.into_iter().chain(self.tell_at).min() else { return Poll::Pending };
        let now = system_now();
        if self.end.is_some_and(|end| end <= now) {
            return Poll::Ready(None);
        }
        if self.tell_at.take_if(|at| *at <= now).is_some() {
            long_wait::tell("task", self.cache);
            let Some(end) = self.end else { return Poll::Pending };
            next = end;
        }
        // An alarm wakes the waker that it was set with. The task may have another one by the next
        // poll, which then sets another alarm.
        let alarm = ticker::wake_at(next, cx.waker().clone());
        if let Some(alarm) = std::mem::replace(&mut self.alarm, alarm) {
            ticker::cancel(alarm);
        }
        // Without a thread nothing would wake this task in time: it does not wait at all.
        if self.alarm.is_none() && self.end.is_some() {
            return Poll::Ready(None);
        }
        Poll::Pending
    }
}

impl Drop for WaitFuture<'_> {
    fn drop(&mut self) {
        if let Some(alarm) = self.alarm {
            ticker::cancel(alarm);
        }
        let Some(token) = self.token else { return };
        let mut state = self.flight.lock();
        // Once the run has ended, the wakers are gone.
        let waker = state.wakers.get_mut(token).and_then(Option::take);
        if waker.is_some() {
            state.free.push(token);
        }
        drop(state);
        drop(waker);
    }
}
