//! Tests of async functions that call themselves and each other, in one task and in cycles across
//! tasks and threads.

use std::cell::Cell;
use std::future::pending;
use std::pin::pin;
use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::thread;

use futures::executor::block_on;
use futures::future::{join, join_all};
use memokit::memoize;

use super::tasks::{on_tokio, poll_once, poll_until_done, step_back, until_later};
use super::watchdog;

#[test]
fn async_recursion_needs_no_box() {
    #[memoize]
    async fn fibonacci(n: u64) -> u64 {
        if n < 2 { n } else { fibonacci(n - 1).await + fibonacci(n - 2).await }
    }

    watchdog(|| {
        assert_eq!(on_tokio(fibonacci(80)), 23_416_728_348_467_685);
        assert_eq!(fibonacci::cache_info().misses, 81);
    });
}

#[test]
fn async_recursion_into_both_branches_at_once_runs_each_argument_once() {
    static RUNS: AtomicU32 = AtomicU32::new(0);

    #[memoize]
    async fn fibonacci(n: u64) -> u64 {
        RUNS.fetch_add(1, SeqCst);
        step_back().await;
        if n < 2 {
            return n;
        }
        let (a, b) = join(fibonacci(n - 1), fibonacci(n - 2)).await;
        a + b
    }

    watchdog(|| {
        assert_eq!(block_on(fibonacci(40)), 102_334_155);
        assert_eq!(RUNS.load(SeqCst), 41);
    });
}

#[test]
fn async_mutual_recursion_needs_no_box() {
    #[memoize]
    async fn even(n: u32) -> bool {
        n == 0 || odd(n - 1).await
    }
    #[memoize(lru = 1000)]
    async fn odd(n: u32) -> bool {
        n != 0 && even(n - 1).await
    }

    watchdog(|| {
        assert!(on_tokio(async { even(100).await && odd(99).await }));
        assert_eq!(even::cache_info().misses + odd::cache_info().misses, 101);
    });
}

#[test]
fn a_task_that_re_enters_the_key_it_computes_bypasses_the_cache() {
    static DEPTH: AtomicU32 = AtomicU32::new(0);

    #[memoize]
    async fn circular(n: u32) -> u32 {
        step_back().await;
        if DEPTH.fetch_add(1, SeqCst) < 3 { circular(n).await + 1 } else { n }
    }

    watchdog(|| {
        assert_eq!(on_tokio(circular(10)), 13);
        let info = circular::cache_info();
        assert_eq!((info.misses, info.bypassed), (1, 3));
    });
}

#[test]
fn functions_that_wait_for_each_other_do_not_deadlock_inside_one_task() {
    static DEPTH: AtomicU32 = AtomicU32::new(0);

    #[memoize]
    async fn hen(n: u32) -> u32 {
        step_back().await;
        if DEPTH.fetch_add(1, SeqCst) < 10 { egg(n).await + 1 } else { n }
    }
    #[memoize]
    async fn egg(n: u32) -> u32 {
        step_back().await;
        if DEPTH.fetch_add(1, SeqCst) < 10 { hen(n).await + 1 } else { n }
    }

    watchdog(|| {
        let (hens, eggs) = block_on(join(hen(100), egg(100)));
        assert!(hens > 100 && eggs > 100);
        assert!(hen::contains(100) && egg::contains(100));
    });
}

#[test]
fn functions_that_wait_for_each_other_do_not_deadlock_across_tasks() {
    static DEPTH: AtomicU32 = AtomicU32::new(0);
    static BOTH: AtomicU32 = AtomicU32::new(0);

    #[memoize]
    async fn hen(n: u32) -> u32 {
        BOTH.fetch_or(1, SeqCst);
        until_later(|| BOTH.load(SeqCst) == 3).await;
        if DEPTH.fetch_add(1, SeqCst) < 10 { egg(n).await + 1 } else { n }
    }
    #[memoize]
    async fn egg(n: u32) -> u32 {
        BOTH.fetch_or(2, SeqCst);
        until_later(|| BOTH.load(SeqCst) == 3).await;
        if DEPTH.fetch_add(1, SeqCst) < 10 { hen(n).await + 1 } else { n }
    }

    watchdog(|| {
        on_tokio(async {
            let (hen, egg) = (tokio::spawn(hen(100)), tokio::spawn(egg(100)));
            assert!(hen.await.unwrap() > 100 && egg.await.unwrap() > 100);
        });
    });
}

#[test]
fn a_cycle_of_a_thread_and_a_task_does_not_deadlock() {
    static BOTH_INSIDE: Barrier = Barrier::new(2);
    thread_local! { static DEPTH: Cell<u32> = const { Cell::new(0) } }

    fn nested() -> bool {
        let depth = DEPTH.replace(DEPTH.get() + 1);
        if depth == 0 {
            BOTH_INSIDE.wait();
        }
        depth > 4
    }
    #[memoize]
    fn plain(n: u32) -> u32 {
        if nested() { n } else { poll_until_done(later(n)) + 1 }
    }
    #[memoize]
    async fn later(n: u32) -> u32 {
        if nested() { n } else { plain(n) + 1 }
    }

    watchdog(|| {
        thread::scope(|scope| {
            let (thread, task) = (scope.spawn(|| plain(1)), scope.spawn(|| poll_until_done(later(1))));
            assert!(thread.join().unwrap() > 1 && task.join().unwrap() > 1);
        });
    });
}

#[test]
fn tasks_and_threads_wait_for_the_same_run() {
    static RUNS: AtomicU32 = AtomicU32::new(0);
    static ARRIVED: AtomicU32 = AtomicU32::new(0);

    #[memoize]
    async fn shared(n: u32) -> u32 {
        RUNS.fetch_add(1, SeqCst);
        until_later(|| ARRIVED.load(SeqCst) == 16).await;
        n
    }
    async fn call() -> u32 {
        ARRIVED.fetch_add(1, SeqCst);
        shared(5).await
    }

    watchdog(|| {
        thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| block_on(call()))).collect();
            let tasks: Vec<_> = (0..8).map(|_| call()).collect();
            assert_eq!(on_tokio(join_all(tasks)), [5; 8]);
            assert!(threads.into_iter().all(|thread| thread.join().unwrap() == 5));
        });
        assert_eq!(RUNS.load(SeqCst), 1);
    });
}

#[test]
fn without_single_flight_all_compute() {
    static INSIDE: AtomicU32 = AtomicU32::new(0);

    #[memoize(single_flight = false)]
    async fn alone(n: u32) -> u32 {
        INSIDE.fetch_add(1, SeqCst);
        until_later(|| INSIDE.load(SeqCst) == 8).await;
        n
    }

    watchdog(|| {
        assert_eq!(block_on(join_all((0..8).map(|_| alone(3)))), [3; 8]);
        assert_eq!((alone::cache_info().misses, alone::cache_info().currsize), (8, 1));
    });
}

#[test]
fn the_longest_wait_ends_a_wait_for_an_abandoned_future() {
    static RUNS: AtomicU32 = AtomicU32::new(0);

    #[memoize(single_flight = "50ms")]
    async fn stuck_at_first(n: u32) -> u32 {
        if RUNS.fetch_add(1, SeqCst) == 0 {
            pending::<()>().await;
        }
        n
    }

    watchdog(|| {
        let mut abandoned = pin!(stuck_at_first(1));
        assert!(poll_once(abandoned.as_mut()).is_pending());
        assert_eq!(block_on(stuck_at_first(1)), 1);
    });
}

#[test]
fn the_longest_wait_ends_for_a_future_that_changed_its_task() {
    static RUNS: AtomicU32 = AtomicU32::new(0);

    #[memoize(single_flight = "50ms")]
    async fn stuck_at_first(n: u32) -> u32 {
        if RUNS.fetch_add(1, SeqCst) == 0 {
            pending::<()>().await;
        }
        n
    }

    watchdog(|| {
        let mut abandoned = pin!(stuck_at_first(1));
        assert!(poll_once(abandoned.as_mut()).is_pending());
        let mut moved = Box::pin(stuck_at_first(1));
        // The task that polls it first is not the task that will wait for it.
        assert!(poll_once(moved.as_mut()).is_pending());
        assert_eq!(block_on(moved), 1);
    });
}

#[test]
fn a_waiting_future_that_changed_its_task_is_woken_there() {
    #[memoize]
    async fn slow(n: u32) -> u32 {
        step_back().await;
        n
    }

    watchdog(|| {
        let mut leader = Box::pin(slow(1));
        assert!(poll_once(leader.as_mut()).is_pending());
        let mut moved = Box::pin(slow(1));
        assert!(poll_once(moved.as_mut()).is_pending());
        let other = thread::spawn(move || block_on(moved));
        (0..200).for_each(|_| thread::yield_now());
        assert_eq!(poll_until_done(leader), 1);
        assert_eq!(other.join().unwrap(), 1);
    });
}
