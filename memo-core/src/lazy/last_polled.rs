//! On which thread each suspended computation was last polled: those of async getters, between two
//! polls.
//!
//! A thread that blocks until such a computation ends may be the only thread that would poll it. So
//! each computation records the thread that polled it last, and a thread does not wait for one that
//! was last polled here.

use std::pin::Pin;
use std::sync::LazyLock;
use std::task::{Context, Poll};

use dashmap::DashMap;

use crate::flight::RunId;
use crate::flight::current_runs::InRun;

/// By run: the thread that polled it last.
static LAST_POLLED: LazyLock<DashMap<RunId, ThreadAddress>> = LazyLock::new(DashMap::new);

/// A thread, by the address of one of its locals; 0 while it is being torn down.
type ThreadAddress = usize;

fn this_thread() -> ThreadAddress {
    thread_local! { static LOCAL: u8 = const { 0 } }
    LOCAL.try_with(|local| std::ptr::from_ref(local).addr()).unwrap_or(0)
}

/// Whether the run is suspended and was last polled on this thread.
pub(super) fn is_here(run: RunId) -> bool {
    LAST_POLLED.get(&run).is_some_and(|thread| *thread == this_thread())
}

/// The computation of an async getter. Always boxed, so that an async getter may be recursive.
pub(super) struct TrackedFuture<F> {
    future: InRun<Pin<Box<F>>>,
    /// The run and the thread that polled it last, if other callers may wait for the run.
    tracked: Option<(RunId, ThreadAddress)>,
}

impl<F> TrackedFuture<F> {
    /// Other callers may wait for the run if it is `shared`.
    pub(super) fn new(run: RunId, shared: bool, future: F) -> Self {
        Self { future: InRun::new(Some(run), Box::pin(future)), tracked: shared.then_some((run, 0)) }
    }
}

impl<F: Future> Future for TrackedFuture<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        if let Some((run, last)) = &mut self.tracked {
            let here = this_thread();
            if *last != here {
                *last = here;
                LAST_POLLED.insert(*run, here);
            }
        }
        Pin::new(&mut self.future).poll(cx)
    }
}

impl<F> Drop for TrackedFuture<F> {
    fn drop(&mut self) {
        if let Some((run, _)) = self.tracked {
            LAST_POLLED.remove(&run);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;
    use std::pin::pin;
    use std::task::{Context, Waker};
    use std::thread;

    use super::{LAST_POLLED, TrackedFuture, is_here};

    fn poll(future: &mut TrackedFuture<impl Future>) {
        assert!(pin!(future).poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }

    // The ids are 3 modulo 4, so no other run has them: ids of lazy fields are 1, of entries 0.

    #[test]
    fn a_computation_is_where_it_was_last_polled() {
        let mut future = TrackedFuture::new(11, true, pending::<()>());
        assert!(!is_here(11));
        poll(&mut future);
        assert!(is_here(11));
        thread::scope(|scope| {
            scope.spawn(|| {
                assert!(!is_here(11));
                poll(&mut future);
                assert!(is_here(11));
            });
        });
        assert!(!is_here(11));
        poll(&mut future);
        assert!(is_here(11));
        drop(future);
        assert!(!LAST_POLLED.contains_key(&11));
    }

    #[test]
    fn a_computation_without_waiters_is_not_tracked() {
        let mut future = TrackedFuture::new(15, false, pending::<()>());
        poll(&mut future);
        assert!(!is_here(15));
    }
}
