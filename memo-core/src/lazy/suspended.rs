//! Which computations sleep on which thread: those of async getters, between two polls.
//!
//! A thread that blocks until such a computation ends may be the very thread that would have to poll it. So each notes where it was
//! polled last, and a thread does not wait for one that was polled here.

use std::pin::Pin;
use std::task::{Context, Poll};

use dashmap::DashMap;
use once_cell::sync::Lazy;

use super::gate::Turn;
use crate::flight::RunId;
use crate::flight::current_runs::InRun;

static PLACES: Lazy<DashMap<RunId, Thread>> = Lazy::new(DashMap::new);

/// A thread, by the address of one of its locals; 0 while it is being torn down.
type Thread = usize;

fn this_thread() -> Thread {
    thread_local! { static MARK: u8 = const { 0 } }
    MARK.try_with(|rank| std::ptr::from_ref(rank).addr()).unwrap_or(0)
}

/// Whether the run was last polled on this thread.
pub(super) fn on_this_thread(run: RunId) -> bool {
    PLACES.get(&run).is_some_and(|thread| *thread == this_thread())
}

/// The computation of an async getter. Always boxed: a getter may then be `async` and recursive without ado.
pub(super) struct Computation<F> {
    future: InRun<Pin<Box<F>>>,
    /// The run and where it was polled last, if others may wait for it.
    place: Option<(RunId, Thread)>,
}

impl<F> Computation<F> {
    pub(super) fn new(turn: &Turn<'_>, future: F) -> Self {
        let place = match turn {
            Turn::Lead(lead) => Some((lead.run(), 0)),
            Turn::Beside(_) | Turn::Look => None,
        };
        Self { future: InRun::new(turn.run(), Box::pin(future)), place }
    }
}

impl<F: Future> Future for Computation<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        if let Some((run, last)) = &mut self.place {
            let here = this_thread();
            if *last != here {
                *last = here;
                PLACES.insert(*run, here);
            }
        }
        Pin::new(&mut self.future).poll(cx)
    }
}

impl<F> Drop for Computation<F> {
    fn drop(&mut self) {
        if let Some((run, _)) = self.place {
            PLACES.remove(&run);
        }
    }
}
