//! Tests of single flight in `#[memoize]` functions that tasks await: tasks of tokio on two
//! threads, and of the plain executor of `futures`.

use std::future::{pending, poll_fn};
use std::panic::AssertUnwindSafe;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::task::{Context, Poll, Waker};
use std::thread;

use futures::FutureExt;
use futures::executor::{LocalPool, block_on};
use futures::future::{join, join_all};
use futures::task::LocalSpawnExt;
use memokit::{CacheInfo, Memo, memoize};

use super::watchdog;

pub(super) fn on_tokio<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap().block_on(work)
}

/// Lets every other task of this executor run once.
pub(super) async fn step_back() {
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

pub(super) async fn until_later(it_is_so: impl Fn() -> bool) {
    while !it_is_so() {
        step_back().await;
    }
}

/// Polls once, with a waker that wakes no task.
pub(super) fn poll_once<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// An executor that may run inside another.
pub(super) fn poll_until_done<T>(future: impl Future<Output = T>) -> T {
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
fn after_a_run_is_cancelled_a_waiter_leads() {
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
fn a_cancelled_run_without_waiters_leaves_no_entry_and_no_run() {
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
fn a_cancelled_waiter_does_not_disturb_the_others() {
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
fn after_a_panic_one_waiter_computes_for_all() {
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
fn an_error_that_is_clone_is_shared_with_all_waiters() {
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
fn errors_that_are_not_clone_do_not_serialise_the_waiters() {
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

/// Many tasks wait for one key, and come and go: each costs the same.
#[test]
fn many_waiters_of_one_key() {
    use std::future::{Future, pending};
    use std::task::{Context, Waker};

    let cache: memokit::Cache<u64, u64> = memokit::Cache::builder().build();
    let cx = &mut Context::from_waker(Waker::noop());
    let mut lead = Box::pin(cache.get_or_insert_async(1, pending()));
    assert!(lead.as_mut().poll(cx).is_pending());
    let mut crowd: Vec<_> = (0..30_000).map(|_| Box::pin(cache.get_or_insert_async(1, async { 2 }))).collect();
    let start = std::time::Instant::now();
    for _ in 0..2 {
        crowd.iter_mut().for_each(|task| assert!(task.as_mut().poll(cx).is_pending()));
    }
    drop(crowd.split_off(10_000));
    assert!(start.elapsed() < std::time::Duration::from_secs(2), "took {:?}", start.elapsed());
    drop(lead);
    crowd.iter_mut().for_each(|task| assert_eq!(task.as_mut().poll(cx), Poll::Ready(2)));
}
