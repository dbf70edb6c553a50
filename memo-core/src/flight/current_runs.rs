//! Which runs the code on this thread is part of, innermost last.
//!
//! A synchronous run is on the list from its beginning to its end. An asynchronous one is on it only while it is polled
//! ([`InRun`]), so the list is right for whatever task runs here, on any runtime.

use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::task::{Context, Poll};

use smallvec::SmallVec;

use super::RunId;

/// Most threads are inside of few runs, and these are entered and left without asking whether the thread still has its locals: numbers in
/// place need no end. Recursion goes deeper, and on in a list.
const INLINE: usize = 8;

crate::sync::thread_local! {
    static RUNNING: InlineRuns = const { InlineRuns { len: Cell::new(0), runs: [const { Cell::new(0) }; INLINE] } };
    static DEEPER: RefCell<Vec<RunId>> = const { RefCell::new(Vec::new()) };
}

struct InlineRuns {
    len: Cell<usize>,
    runs: [Cell<RunId>; INLINE],
}

impl InlineRuns {
    fn runs(&self) -> &[Cell<RunId>] {
        &self.runs[..self.len.get()]
    }
}

/// This thread is part of that run from here on.
#[inline]
pub(crate) fn enter(run: RunId) {
    let _ = RUNNING.try_with(|near| {
        let Some(place) = near.runs.get(near.len.get()) else { return enter_deeper(run) };
        place.set(run);
        near.len.set(near.len.get() + 1);
    });
}

#[cold]
#[inline(never)]
fn enter_deeper(run: RunId) {
    let _ = DEEPER.try_with(|deeper| deeper.borrow_mut().push(run));
}

/// This thread is not part of that run any more.
#[inline]
pub(crate) fn leave(run: RunId) {
    let _ = RUNNING.try_with(|near| {
        // Runs end in the opposite order of their beginning, save for those of tasks that are dropped.
        let last = near.len.get().wrapping_sub(1);
        if last < INLINE - 1 && near.runs[last].get() == run {
            near.len.set(last);
        } else {
            leave_any(near, run);
        }
    });
}

/// Also where there are deeper ones.
#[inline(never)]
fn leave_any(near: &InlineRuns, run: RunId) {
    let left = DEEPER.try_with(|deeper| {
        let mut deeper = deeper.borrow_mut();
        let at = deeper.iter().rposition(|id| *id == run);
        at.map(|at| deeper.remove(at)).is_some()
    });
    if left != Ok(true)
        && let Some(at) = near.runs().iter().rposition(|id| id.get() == run)
    {
        near.runs()[at..].windows(2).for_each(|pair| pair[0].swap(&pair[1]));
        near.len.set(near.len.get() - 1);
    }
}

/// Whether the code on this thread is part of that run. Once the thread's locals are gone nobody knows: then yes, for who does not
/// wait cannot wait for himself.
pub(crate) fn contains(run: RunId) -> bool {
    RUNNING.try_with(|near| near.runs().iter().any(|id| id.get() == run)).unwrap_or(true)
        || DEEPER.try_with(|deeper| deeper.borrow().contains(&run)).unwrap_or(true)
}

pub(crate) fn all() -> SmallVec<[RunId; 4]> {
    let mut all: SmallVec<[RunId; 4]> =
        RUNNING.try_with(|near| near.runs().iter().map(Cell::get).collect()).unwrap_or_default();
    let _ = DEEPER.try_with(|deeper| all.extend(deeper.borrow().iter().copied()));
    all
}

/// A future that is part of a run.
pub struct InRun<F> {
    run: Option<RunId>,
    future: F,
}

impl<F> InRun<F> {
    pub(crate) fn new(run: Option<RunId>, future: F) -> Self {
        Self { run, future }
    }
}

/// This thread is inside a run, until this is dropped.
pub(crate) struct EnterGuard(RunId);

impl EnterGuard {
    pub(crate) fn enter(run: RunId) -> Self {
        enter(run);
        Self(run)
    }
}

impl Drop for EnterGuard {
    fn drop(&mut self) {
        leave(self.0);
    }
}

impl<F: Future + Unpin> Future for InRun<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let _inside = self.run.map(EnterGuard::enter);
        Pin::new(&mut self.future).poll(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::{all, contains, enter, leave};

    #[test]
    fn runs_are_entered_and_left_in_any_order_however_deep() {
        let runs = 1..=20;
        for order in [runs.clone().rev().collect::<Vec<_>>(), runs.clone().collect(), vec![9, 3, 20, 8, 7, 1, 15]] {
            runs.clone().for_each(enter);
            assert!(runs.clone().all(contains) && !contains(21));
            let mut expected: Vec<_> = runs.clone().collect();
            for run in order {
                leave(run);
                expected.retain(|id| *id != run);
                assert_eq!(all().to_vec(), expected);
            }
            // One run may be entered more than once.
            enter(5);
            enter(5);
            leave(5);
            assert!(contains(5));
            runs.clone().chain([5]).for_each(leave);
            assert!(all().is_empty());
        }
    }
}
