//! Which runs the code on this thread is part of, innermost last.
//!
//! A synchronous run is on the list from its beginning to its end. An asynchronous one is on it only while it is polled
//! ([`Driven`]), so the list is right for whatever task runs here, on any runtime.

use std::cell::RefCell;
use std::pin::Pin;
use std::task::{Context, Poll};

use smallvec::SmallVec;

use super::Id;

crate::sync::thread_local! { static RUNNING: RefCell<Vec<Id>> = const { RefCell::new(Vec::new()) } }

/// This thread is part of that run from here on.
#[inline]
pub(crate) fn enter(run: Id) {
    let _ = RUNNING.try_with(|running| running.borrow_mut().push(run));
}

/// This thread is not part of that run any more.
#[inline]
pub(crate) fn leave(run: Id) {
    let _ = RUNNING.try_with(|running| {
        let mut running = running.borrow_mut();
        // Runs end in the opposite order of their beginning, save for those of tasks that are dropped.
        if running.last() == Some(&run) {
            running.pop();
        } else if let Some(at) = running.iter().rposition(|id| *id == run) {
            running.remove(at);
        }
    });
}

/// Whether the code on this thread is part of that run. Once the thread's locals are gone nobody knows: then yes, for who does not
/// wait cannot wait for himself.
pub(crate) fn contains(run: Id) -> bool {
    RUNNING.try_with(|running| running.borrow().contains(&run)).unwrap_or(true)
}

pub(crate) fn all() -> SmallVec<[Id; 4]> {
    RUNNING.try_with(|running| running.borrow().iter().copied().collect()).unwrap_or_default()
}

/// A future that is part of a run.
pub struct Driven<F> {
    run: Option<Id>,
    future: F,
}

impl<F> Driven<F> {
    pub(crate) fn new(run: Option<Id>, future: F) -> Self {
        Self { run, future }
    }
}

/// This thread is inside a run, until this is dropped.
pub(crate) struct Inside(Id);

impl Inside {
    pub(crate) fn enter(run: Id) -> Self {
        enter(run);
        Self(run)
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        leave(self.0);
    }
}

impl<F: Future + Unpin> Future for Driven<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let _inside = self.run.map(Inside::enter);
        Pin::new(&mut self.future).poll(cx)
    }
}
