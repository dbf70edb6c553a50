//! Waiters that are woken, give up, and are cancelled.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::Duration;

use super::{Flight, RunOutcome, WaitFuture};

const SHORT: Duration = Duration::from_millis(2);

/// Counts how often it is woken. Then does what a runtime may do: asks the flight itself.
struct Task {
    flight: Arc<Flight>,
    woken: AtomicUsize,
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        self.woken.fetch_add(1, Relaxed);
        assert!(self.flight.wait(None, "a cache").is_some(), "woken after the end, and not under the lock");
    }
}

fn task(flight: &Arc<Flight>) -> Arc<Task> {
    Arc::new(Task { flight: Arc::clone(flight), woken: AtomicUsize::new(0) })
}

fn poll(future: &mut WaitFuture, task: &Arc<Task>) -> Poll<Option<RunOutcome>> {
    pin!(future).poll(&mut Context::from_waker(&Waker::from(Arc::clone(task))))
}

fn is_value(outcome: Option<&RunOutcome>) -> bool {
    matches!(outcome, Some(RunOutcome::Value))
}

#[test]
fn all_waiters_get_the_outcome_and_so_do_later_ones() {
    let flight = Arc::new(Flight::default());
    let (task, mut future) = (task(&flight), WaitFuture::new(Arc::clone(&flight), None, "a cache"));
    assert!(poll(&mut future, &task).is_pending());
    thread::scope(|scope| {
        let threads = [None, Some(Duration::from_secs(60)), Some(Duration::MAX)].map(|longest| {
            let flight = &flight;
            scope.spawn(move || flight.wait(longest, "a cache"))
        });
        flight.end(RunOutcome::Value);
        assert!(threads.into_iter().all(|thread| is_value(thread.join().unwrap().as_ref())));
    });
    assert_eq!(task.woken.load(Relaxed), 1);
    let Poll::Ready(outcome) = poll(&mut future, &task) else { panic!("the run has ended") };
    assert!(is_value(outcome.as_ref()) && is_value(flight.wait(Some(Duration::ZERO), "a cache").as_ref()));
}

#[test]
fn a_shared_failure_reaches_every_waiter() {
    let flight = Flight::default();
    flight.end(RunOutcome::Failure(Arc::new("refused")));
    let failures = [(); 2].map(|()| flight.wait(None, "a cache"));
    for failure in failures {
        let Some(RunOutcome::Failure(failure)) = failure else { panic!("not a failure") };
        assert_eq!(failure.downcast_ref(), Some(&"refused"));
    }
}

#[test]
fn a_thread_gives_up_after_its_longest_wait() {
    let flight = Flight::default();
    assert!(flight.wait(Some(SHORT), "a cache").is_none());
    assert!(flight.wait(Some(Duration::ZERO), "a cache").is_none());
}

#[test]
fn a_task_is_woken_to_give_up_after_its_longest_wait() {
    struct Unpark(thread::Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(WaitFuture::new(Arc::default(), Some(SHORT), "a cache"));
    let outcome = loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(outcome) => break outcome,
            Poll::Pending => thread::park(),
        }
    };
    assert!(outcome.is_none());
}

#[test]
fn a_task_that_was_polled_with_several_wakers_is_woken_by_the_last() {
    let flight = Arc::new(Flight::default());
    let (first, last) = (task(&flight), task(&flight));
    let mut future = WaitFuture::new(Arc::clone(&flight), None, "a cache");
    assert!(poll(&mut future, &first).is_pending() && poll(&mut future, &last).is_pending());
    assert_eq!(Arc::strong_count(&first), 1);
    flight.end(RunOutcome::Nothing);
    assert_eq!((first.woken.load(Relaxed), last.woken.load(Relaxed)), (0, 1));
}

#[test]
fn a_cancelled_waiter_is_not_woken_and_leaves_its_place_to_another() {
    let flight = Arc::new(Flight::default());
    let (cancelled, waiting) = (task(&flight), task(&flight));
    let [mut first, mut second, mut third] = [(); 3].map(|()| WaitFuture::new(Arc::clone(&flight), None, "a cache"));
    assert!(poll(&mut first, &cancelled).is_pending() && poll(&mut second, &waiting).is_pending());
    drop(first);
    assert!(poll(&mut third, &waiting).is_pending());
    assert_eq!(flight.lock().wakers.len(), 2);
    flight.end(RunOutcome::Nothing);
    assert_eq!((cancelled.woken.load(Relaxed), waiting.woken.load(Relaxed)), (0, 2));
    // One that is dropped after the end gives nothing back.
    drop((second, third));
    assert!(flight.lock().free.is_empty());
}
