//! Tests of invalidation while tasks compute. Every future is polled by hand, so every order is
//! certain.

use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};
use std::task::{Context, Poll, Waker};

use memokit::memoize;

use crate::flight::watchdog;

fn poll<F: Future>(future: &mut Pin<Box<F>>) -> Poll<F::Output> {
    future.as_mut().poll(&mut Context::from_waker(Waker::noop()))
}

/// Ready at the first poll.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("waits for something"),
    }
}

/// Pending until the gate is opened.
async fn pass(gate: &AtomicBool) {
    std::future::poll_fn(|_| if gate.load(SeqCst) { Poll::Ready(()) } else { Poll::Pending }).await;
}

macro_rules! slow {
    ([$($words:tt)*] $invalidate:expr) => {{
        static RUNS: AtomicU32 = AtomicU32::new(0);
        static GATE: AtomicBool = AtomicBool::new(false);

        #[memoize($($words)*)]
        async fn slow(n: u32) -> u32 {
            let run = RUNS.fetch_add(1, SeqCst);
            if run == 0 {
                pass(&GATE).await;
            }
            n * 100 + run
        }

        watchdog(|| {
            let (mut leader, mut waiter) = (Box::pin(slow(1)), Box::pin(slow(1)));
            assert!(poll(&mut leader).is_pending() && poll(&mut waiter).is_pending());
            $invalidate;
            // The first run is still in flight, and these calls do not wait for it.
            let after = now(slow(1));
            assert_ne!(after, 100, "later callers start anew");
            assert!(poll(&mut waiter).is_pending(), "who waits already goes on waiting");
            GATE.store(true, SeqCst);
            assert_eq!(poll(&mut leader), Poll::Ready(100), "the leader gets its own result");
            assert_eq!(poll(&mut waiter), Poll::Ready(100), "and so does who waited for it");
            assert_eq!((slow::peek(1), now(slow(1))), (Some(after), after), "the old run leaves nothing");
        });
    }};
}

#[test]
fn forget_invalidates_a_run() {
    slow!([] assert!(!slow::forget(1)));
}

#[test]
fn clear_invalidates_a_run() {
    slow!([lru = 5] slow::cache_clear());
}

#[test]
fn put_invalidates_a_run() {
    slow!([ttl = "1h"] slow::put(1, 555));
}

#[test]
fn refresh_invalidates_a_run() {
    slow!([random = 5] assert_eq!(now(slow::refresh(1)), 101));
}

#[test]
fn clear_invalidates_a_run_of_a_local_function() {
    slow!([local] slow::cache_clear());
}

#[test]
fn put_invalidates_a_run_of_a_local_function() {
    slow!([local, fifo = 5] slow::put(1, 555));
}

#[test]
fn a_refresh_that_started_later_wins_over_a_call_that_completes_first() {
    static RUNS: AtomicU32 = AtomicU32::new(0);
    static GATES: [AtomicBool; 2] = [const { AtomicBool::new(false) }; 2];

    #[memoize]
    async fn slow(n: u32) -> u32 {
        let run = RUNS.fetch_add(1, SeqCst);
        pass(&GATES[run as usize]).await;
        n * 100 + run
    }

    watchdog(|| {
        let (mut old, mut new) = (Box::pin(slow(1)), Box::pin(slow::refresh(1)));
        assert!(poll(&mut old).is_pending() && poll(&mut new).is_pending());
        GATES[0].store(true, SeqCst);
        assert_eq!(poll(&mut old), Poll::Ready(100));
        GATES[1].store(true, SeqCst);
        assert_eq!(poll(&mut new), Poll::Ready(101));
        assert_eq!(slow::peek(1), Some(101), "what was asked for later is newer");
    });
}

#[test]
fn of_two_refreshes_the_one_started_last_wins_in_any_order_of_completion() {
    for first in [0, 1] {
        static RUNS: AtomicU32 = AtomicU32::new(0);
        static GATES: [AtomicBool; 2] = [const { AtomicBool::new(false) }; 2];

        #[memoize]
        async fn slow(n: u32) -> u32 {
            let run = RUNS.fetch_add(1, SeqCst);
            pass(&GATES[run as usize]).await;
            n * 100 + run
        }

        watchdog(move || {
            RUNS.store(0, SeqCst);
            slow::put(1, 55);
            let mut refreshes = [Box::pin(slow::refresh(1)), Box::pin(slow::refresh(1))];
            assert!(refreshes.iter_mut().all(|refresh| poll(refresh).is_pending()));
            for turn in [first, 1 - first] {
                GATES[turn].store(true, SeqCst);
                assert_eq!(poll(&mut refreshes[turn]), Poll::Ready(100 + turn as u32));
            }
            assert_eq!(now(slow(1)), 101, "landed first: {first}");
            GATES.iter().for_each(|gate| gate.store(false, SeqCst));
        });
    }
}

#[test]
fn a_cancelled_refresh_leaves_the_old_value_and_no_run() {
    static GATE: AtomicBool = AtomicBool::new(true);

    #[memoize]
    async fn slow(n: u32) -> u32 {
        pass(&GATE).await;
        n
    }

    watchdog(|| {
        assert_eq!(now(slow(1)), 1);
        GATE.store(false, SeqCst);
        let mut refresh = Box::pin(slow::refresh(1));
        assert!(poll(&mut refresh).is_pending());
        drop(refresh);
        assert_eq!(now(slow(1)), 1);
        assert!(slow::forget(1));
        GATE.store(true, SeqCst);
        assert_eq!(now(slow(1)), 1);
    });
}

#[test]
fn a_run_that_was_invalidated_and_cancelled_disturbs_no_caller() {
    static RUNS: AtomicU32 = AtomicU32::new(0);
    static GATE: AtomicBool = AtomicBool::new(false);

    #[memoize]
    async fn slow(n: u32) -> u32 {
        if RUNS.fetch_add(1, SeqCst) == 0 {
            pass(&GATE).await;
        }
        n
    }

    watchdog(|| {
        let (mut leader, mut waiter) = (Box::pin(slow(1)), Box::pin(slow(1)));
        assert!(poll(&mut leader).is_pending() && poll(&mut waiter).is_pending());
        slow::cache_clear();
        drop(leader);
        assert_eq!(poll(&mut waiter), Poll::Ready(1));
        assert_eq!((slow::peek(1), RUNS.load(SeqCst)), (Some(1), 2));
    });
}
