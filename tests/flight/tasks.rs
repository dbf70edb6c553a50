//! Flights of `#[memoize]` functions, awaited by tasks: tokio's on two threads, and those of the plain executor of `futures`.

use std::cell::Cell;
use std::future::{pending, poll_fn};
use std::panic::AssertUnwindSafe;
use std::pin::{Pin, pin};
use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::task::{Context, Poll, Waker};
use std::thread;

use futures::FutureExt;
use futures::executor::{LocalPool, block_on};
use futures::future::{join, join_all};
use futures::task::LocalSpawnExt;
use memokit::{CacheInfo, Memo, memoize};

use super::watchdog;

fn on_tokio<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap().block_on(work)
}

/// Lets every other task of this executor run once.
async fn step_back() {
    let mut first = true;
    poll_fn(|context| {
        if std::mem::take(&mut first) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(())
    })
    .await;
}

async fn until_later(it_is_so: impl Fn() -> bool) {
    while !it_is_so() {
        step_back().await;
    }
}

/// Polls once, with a waker that wakes nobody.
fn poll_once<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// An executor that may run inside another.
fn poll_until_done<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    loop {
        match poll_once(future.as_mut()) {
            Poll::Ready(value) => return value,
            Poll::Pending => thread::yield_now(),
        }
    }
}

fn assert_one_run(info: CacheInfo) {
    assert_eq!((info.misses, info.hits + info.coalesced, info.bypassed, info.errors), (1, 63, 0, 0), "{info:?}");
}

macro_rules! sixty_four_tasks {
    ($($test:ident($($words:tt)*);)*) => { $(
        #[test]
        fn $test() {
            static RUNS: AtomicU32 = AtomicU32::new(0);
            static ARRIVED: AtomicU32 = AtomicU32::new(0);

            #[memoize($($words)*)]
            async fn cold(key: &str) -> String {
                RUNS.fetch_add(1, SeqCst);
                until_later(|| ARRIVED.load(SeqCst) % 64 == 0).await;
                key.to_uppercase()
            }
            async fn call() -> String {
                ARRIVED.fetch_add(1, SeqCst);
                cold("key").await
            }

            watchdog(|| {
                on_tokio(async {
                    let tasks: Vec<_> = (0..64).map(|_| tokio::spawn(call())).collect();
                    for task in tasks {
                        assert_eq!(task.await.unwrap(), "KEY");
                    }
                });
                assert_eq!(RUNS.load(SeqCst), 1);
                assert_one_run(cold::cache_info());

                cold::cache_clear();
                let mut pool = LocalPool::new();
                (0..64).for_each(|_| pool.spawner().spawn_local(call().map(drop)).unwrap());
                pool.run();
                assert_eq!(RUNS.load(SeqCst), 2);
                assert_one_run(cold::cache_info());
            });
        }
    )* };
}

sixty_four_tasks! {
    sixty_four_tasks_run_an_unbounded_function_once();
    sixty_four_tasks_run_an_lru_function_once(lru = 4);
    sixty_four_tasks_run_an_lfu_function_once(lfu = 4);
    sixty_four_tasks_run_a_fifo_function_once(fifo = 4);
    sixty_four_tasks_run_a_random_function_once(random = 4);
    sixty_four_tasks_run_an_adaptive_function_once(max = 4);
    sixty_four_tasks_run_a_function_with_ttl_once(ttl = "1h");
    sixty_four_tasks_run_a_weighted_function_once(max_weight = 100, weight = |_key, value| value.len());
    sixty_four_tasks_run_a_function_with_a_long_wait_once(single_flight = "1h");
}

#[test]
fn sixty_four_tasks_of_one_thread_run_a_local_function_once() {
    #[memoize(local)]
    async fn mine(key: &str) -> usize {
        step_back().await;
        key.len()
    }

    watchdog(|| {
        assert_eq!(block_on(join_all((0..64).map(|_| mine("key")))), [3; 64]);
        assert_one_run(mine::cache_info());
    });
}

#[test]
fn tasks_run_a_function_with_its_cache_in_a_field_once_per_instance() {
    static RUNS: AtomicU32 = AtomicU32::new(0);

    #[derive(Default)]
    struct Shop {
        prices: Memo<(u32,), u32>,
    }

    impl Shop {
        #[memoize(in = self.prices)]
        async fn price(&self, item: u32) -> u32 {
            RUNS.fetch_add(1, SeqCst);
            step_back().await;
            item * 2
        }
    }

    watchdog(|| {
        let shops = [Shop::default(), Shop::default()];
        let prices = block_on(join_all((0..64).map(|n| shops[n % 2].price(4))));
        assert_eq!((prices, RUNS.load(SeqCst)), (vec![8; 64], 2));
    });
}

#[test]
fn cold_keys_are_computed_at_once() {
    static INSIDE: AtomicU32 = AtomicU32::new(0);

    #[memoize(lru = 100)]
    async fn slow(n: u32) -> u32 {
        INSIDE.fetch_add(1, SeqCst);
        // Ends only when all of them are in here.
        until_later(|| INSIDE.load(SeqCst) == 32).await;
        n
    }

    watchdog(|| block_on(join_all((0..32).map(slow))));
}

#[test]
fn a_hit_does_not_wait_while_other_keys_are_computed() {
    #[memoize]
    async fn slow(n: u32) -> u32 {
        if n > 0 {
            pending::<()>().await;
        }
        n
    }

    watchdog(|| {
        block_on(slow(0));
        let mut other = pin!(slow(1));
        assert!(poll_once(other.as_mut()).is_pending());
        assert_eq!((poll_once(pin!(slow(0))), slow::peek(0)), (Poll::Ready(0), Some(0)));
        assert_eq!(poll_once(pin!(slow::with(0, |value| *value))), Poll::Ready(0));
    });
}

#[test]
fn a_cancelled_run_is_taken_over_by_one_of_those_who_wait() {
    static RUNS: AtomicU32 = AtomicU32::new(0);

    #[memoize]
    async fn stuck_at_first(n: u32) -> u32 {
        if RUNS.fetch_add(1, SeqCst) == 0 {
            pending::<()>().await;
        }
        n
    }

    watchdog(|| {
        let mut leader = Box::pin(stuck_at_first(1));
        assert!(poll_once(leader.as_mut()).is_pending());
        let mut waiters: Vec<_> = (0..8).map(|_| Box::pin(stuck_at_first(1))).collect();
        assert!(waiters.iter_mut().all(|waiter| poll_once(waiter.as_mut()).is_pending()));
        drop(leader);
        assert_eq!(block_on(join_all(waiters)), [1; 8]);
        let info = stuck_at_first::cache_info();
        assert_eq!((RUNS.load(SeqCst), info.misses, info.errors, info.hits + info.coalesced), (2, 2, 1, 7));
    });
}

#[test]
fn a_cancelled_run_without_company_leaves_nothing_behind() {
    static RUNS: AtomicU32 = AtomicU32::new(0);

    #[memoize]
    async fn stuck_at_first(n: u32) -> u32 {
        if RUNS.fetch_add(1, SeqCst) == 0 {
            pending::<()>().await;
        }
        n
    }

    watchdog(|| {
        {
            let mut leader = pin!(stuck_at_first(1));
            assert!(poll_once(leader.as_mut()).is_pending());
        }
        assert_eq!(block_on(stuck_at_first(1)), 1);
    });
}

#[test]
fn one_who_gives_up_waiting_does_not_disturb_the_others() {
    #[memoize]
    async fn slow(n: u32) -> u32 {
        step_back().await;
        n
    }

    watchdog(|| {
        let mut leader = Box::pin(slow(1));
        assert!(poll_once(leader.as_mut()).is_pending());
        let mut impatient = Box::pin(slow(1));
        let mut patient = Box::pin(slow(1));
        assert!(poll_once(impatient.as_mut()).is_pending() && poll_once(patient.as_mut()).is_pending());
        drop(impatient);
        assert_eq!(block_on(join(patient, leader)), (1, 1));
        let info = slow::cache_info();
        assert_eq!((info.misses, info.coalesced), (1, 2), "each call is counted once, the one that gave up too");
    });
}

#[test]
fn after_a_panic_one_of_those_who_wait_computes_for_all() {
    static RUNS: AtomicU32 = AtomicU32::new(0);

    #[memoize]
    async fn fails_at_first(n: u32) -> u32 {
        let run = RUNS.fetch_add(1, SeqCst);
        step_back().await;
        assert!(run > 0, "the first run fails");
        n + run
    }

    watchdog(|| {
        let calls = join_all((0..64).map(|_| AssertUnwindSafe(fails_at_first(1)).catch_unwind()));
        let outcomes = block_on(calls);
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_err()).count(), 1);
        assert!(outcomes.iter().flatten().all(|value| *value == 2));
        assert_eq!((RUNS.load(SeqCst), fails_at_first::cache_info().errors), (2, 1));
    });
}

#[test]
fn an_error_that_can_be_cloned_is_handed_to_all_who_wait() {
    #[memoize]
    async fn fails(n: u32) -> Result<u32, String> {
        step_back().await;
        Err(format!("no {n}"))
    }

    watchdog(|| {
        let outcomes = block_on(join_all((0..64).map(|_| fails(1))));
        assert!(outcomes.iter().all(|outcome| *outcome == Err("no 1".into())));
        let info = fails::cache_info();
        assert_eq!((info.misses, info.coalesced, info.errors, info.currsize), (1, 63, 1, 0));
    });
}

#[test]
fn errors_that_cannot_be_cloned_do_not_make_a_queue() {
    #[derive(Debug)]
    struct NoClone;
    static RUNS: AtomicU32 = AtomicU32::new(0);
    static INSIDE: AtomicU32 = AtomicU32::new(0);

    #[memoize]
    async fn fails(n: u32) -> Result<u32, NoClone> {
        if RUNS.fetch_add(1, SeqCst) < 2 {
            step_back().await;
        } else {
            INSIDE.fetch_add(1, SeqCst);
            until_later(|| INSIDE.load(SeqCst) == 62).await;
        }
        if n > 0 { Err(NoClone) } else { Ok(n) }
    }

    watchdog(|| {
        let outcomes = block_on(join_all((0..64).map(|_| fails(1))));
        assert!(outcomes.iter().all(Result::is_err));
        assert_eq!(RUNS.load(SeqCst), 64);
    });
}

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
fn a_task_that_asks_for_what_it_is_computing_computes_without_the_cache() {
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
fn functions_that_ask_for_each_other_go_on_inside_one_task() {
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
fn functions_that_ask_for_each_other_go_on_across_tasks() {
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
fn a_circle_of_a_thread_and_a_task_goes_on() {
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
        // The first to poll it is not the one that will wait for it.
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
