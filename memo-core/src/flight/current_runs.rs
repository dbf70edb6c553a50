//! The stack of runs that are active on this thread, innermost last.
//!
//! A synchronous run is on the stack from its start to its end. An asynchronous one is on it only
//! while it is polled ([`InRun`]), so the stack is right for whichever task runs on the thread, on
//! any async runtime.

use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::task::{Context, Poll};

use super::run_id::{RunId, RunIds};

/// Most threads are inside a few runs. These are in an array in the thread's locals, which has no
/// destructor: entering and leaving a run need not check whether the locals still exist. Deeper
/// recursion goes on in a `Vec`.
const INLINE: usize = 8;

crate::sync::thread_local! {
    static INLINE_RUNS: InlineRuns =
        const { InlineRuns { len: Cell::new(0), runs: [const { Cell::new(0) }; INLINE] } };
    static DEEPER_RUNS: RefCell<Vec<RunId>> = const { RefCell::new(Vec::new()) };
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

/// From now on this thread is inside the run.
#[inline]
pub(crate) fn enter(run: RunId) {
    let _ = INLINE_RUNS.try_with(|inline| {
        let Some(cell) = inline.runs.get(inline.len.get()) else { return enter_deeper(run) };
        cell.set(run);
        inline.len.set(inline.len.get() + 1);
    });
}

#[cold]
#[inline(never)]
fn enter_deeper(run: RunId) {
    let _ = DEEPER_RUNS.try_with(|deeper| deeper.borrow_mut().push(run));
}

/// From now on this thread is no longer inside the run.
#[inline]
pub(crate) fn leave(run: RunId) {
    let _ = INLINE_RUNS.try_with(|inline| {
        // Runs end in the opposite order of their start, except those of tasks that are dropped.
        let last = inline.len.get().wrapping_sub(1);
        if last < INLINE - 1 && inline.runs[last].get() == run {
            inline.len.set(last);
        } else {
            leave_any(inline, run);
        }
    });
}

/// [`leave`] for a run that is not the last one, or where there may be deeper ones.
#[inline(never)]
fn leave_any(inline: &InlineRuns, run: RunId) {
    let left = DEEPER_RUNS.try_with(|deeper| {
        let mut deeper = deeper.borrow_mut();
        let at = deeper.iter().rposition(|id| *id == run);
        at.map(|at| deeper.remove(at)).is_some()
    });
    if left != Ok(true)
        && let Some(at) = inline.runs().iter().rposition(|id| id.get() == run)
    {
        inline.runs()[at..].windows(2).for_each(|pair| pair[0].swap(&pair[1]));
        inline.len.set(inline.len.get() - 1);
    }
}

/// Whether this thread is inside the run. Also true once the thread's locals are destroyed and the
/// answer is unknown: a caller that does not wait cannot deadlock.
pub(crate) fn contains(run: RunId) -> bool {
    INLINE_RUNS.try_with(|inline| inline.runs().iter().any(|id| id.get() == run)).unwrap_or(true)
        || DEEPER_RUNS.try_with(|deeper| deeper.borrow().contains(&run)).unwrap_or(true)
}

/// All runs that this thread is inside of, outermost first.
pub(crate) fn all() -> RunIds {
    let mut all: RunIds =
        INLINE_RUNS.try_with(|inline| inline.runs().iter().map(Cell::get).collect()).unwrap_or_default();
    let _ = DEEPER_RUNS.try_with(|deeper| all.extend(deeper.borrow().iter().copied()));
    all
}

/// A future that is part of a run: [`AsyncLoadGuard::drive`](crate::AsyncLoadGuard::drive) returns
/// it.
///
/// Polled, it lets the library know that the task computes this key, so a call for the same key
/// from inside computes without the cache, and does not wait for itself.
pub struct InRun<F> {
    run: Option<RunId>,
    future: F,
}

impl<F> InRun<F> {
    pub(crate) fn new(run: Option<RunId>, future: F) -> Self {
        Self { run, future }
    }
}

/// This thread is inside the run until the guard is dropped.
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
        let _entered = self.run.map(EnterGuard::enter);
        Pin::new(&mut self.future).poll(cx)
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::{EnterGuard, INLINE, InRun, all, contains, enter, leave};

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

    #[test]
    fn a_run_that_this_thread_is_not_inside_of_is_left_without_effect() {
        (1..=INLINE).for_each(enter);
        leave(99);
        assert_eq!(all().len(), INLINE);
        (1..=INLINE).for_each(leave);
        leave(1);
        assert!(all().is_empty());
    }

    #[test]
    fn a_future_is_inside_its_run_only_while_it_is_polled() {
        let mut polls = 0;
        let future = poll_fn(move |_| {
            assert!(contains(7));
            polls += 1;
            assert!(polls < 3, "the third poll panics");
            if polls == 1 { Poll::Pending } else { Poll::Ready(()) }
        });
        let mut future = pin!(InRun::new(Some(7), future));
        let mut poll = || future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert!(poll().is_pending());
        assert!(!contains(7));
        let _outer = EnterGuard::enter(7);
        assert!(poll().is_ready());
        assert_eq!(all().to_vec(), [7]);
        assert!(catch_unwind(AssertUnwindSafe(poll)).is_err());
        assert_eq!(all().to_vec(), [7]);
    }
}
