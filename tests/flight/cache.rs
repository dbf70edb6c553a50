//! Tests of single flight in a [`Cache`], on which functions are built.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::{Arc, Barrier, mpsc};
use std::thread;
use std::time::Duration;

use futures::executor::block_on;
use memokit::Cache;

use super::watchdog;

/// The number of a cache's waiters is not visible from outside; this many yields let all callers
/// reach their wait.
fn let_others_come() {
    for _ in 0..200 {
        thread::yield_now();
    }
    thread::sleep(Duration::from_millis(20));
}

#[test]
fn sixty_four_threads_on_one_cold_key_run_once_for_every_policy() {
    watchdog(|| {
        for policy in 0..6 {
            let builder = Cache::<u32, u32>::builder();
            let cache = match policy {
                0 => builder,
                1 => builder.lru(4),
                2 => builder.lfu(4),
                3 => builder.fifo(4),
                4 => builder.random(4),
                _ => builder.max(4),
            }
            .build();
            let (runs, start) = (AtomicU32::new(0), Barrier::new(64));
            thread::scope(|scope| {
                for _ in 0..64 {
                    scope.spawn(|| {
                        start.wait();
                        let value = cache.get_or_insert_with(1, || {
                            let_others_come();
                            runs.fetch_add(1, SeqCst) + 10
                        });
                        assert_eq!(value, 10);
                    });
                }
            });
            assert_eq!(runs.load(SeqCst), 1);
            let info = cache.info();
            assert_eq!((info.misses, info.hits + info.coalesced), (1, 63));
        }
    });
}

#[test]
fn callers_of_other_keys_do_not_wait() {
    watchdog(|| {
        let cache = Cache::<u32, u32>::builder().lru(100).build();
        let all_inside = Barrier::new(8);
        thread::scope(|scope| {
            for key in 0..8 {
                let (cache, all_inside) = (&cache, &all_inside);
                scope.spawn(move || {
                    cache.get_or_insert_with(key, || {
                        // Passes only when all eight compute at the same time.
                        all_inside.wait();
                        key
                    })
                });
            }
        });
        assert_eq!(cache.info().misses, 8);
    });
}

#[test]
fn a_hit_does_not_wait_for_another_keys_run() {
    watchdog(|| {
        let cache = Cache::<u32, u32>::builder().lru(100).build();
        cache.insert(1, 10);
        let (inside, go_on) = (Barrier::new(2), Barrier::new(2));
        thread::scope(|scope| {
            scope.spawn(|| {
                cache.get_or_insert_with(2, || {
                    inside.wait();
                    go_on.wait();
                    20
                })
            });
            inside.wait();
            assert_eq!(cache.get(&1), Some(10));
            go_on.wait();
        });
    });
}

#[test]
fn with_a_bound_of_zero_calls_still_coalesce_and_count_as_misses() {
    watchdog(|| {
        let cache = Cache::<u32, u32>::builder().lru(0).build();
        let runs = AtomicU32::new(0);
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    cache.get_or_insert_with(1, || {
                        let_others_come();
                        runs.fetch_add(1, SeqCst)
                    })
                });
            }
        });
        let info = cache.info();
        assert_eq!(info.misses, u64::from(runs.load(SeqCst)));
        assert_eq!((info.misses + info.coalesced, info.hits, info.currsize), (8, 0, 0));
        assert!(info.coalesced > 0);
        cache.get_or_insert_with(1, || 5);
        assert_eq!(cache.info().misses, info.misses + 1);
    });
}

#[test]
fn after_a_leader_panics_a_waiter_leads() {
    watchdog(|| {
        let cache = Cache::<u32, u32>::builder().build();
        let (runs, inside) = (AtomicU32::new(0), Barrier::new(2));
        thread::scope(|scope| {
            let leader = scope.spawn(|| {
                catch_unwind(AssertUnwindSafe(|| {
                    cache.get_or_insert_with(1, || {
                        inside.wait();
                        let_others_come();
                        panic!("the first run fails")
                    })
                }))
            });
            inside.wait();
            let waiters: Vec<_> = (0..8)
                .map(|_| {
                    scope.spawn(|| {
                        cache.get_or_insert_with(1, || {
                            let_others_come();
                            runs.fetch_add(1, SeqCst) + 1
                        })
                    })
                })
                .collect();
            assert!(leader.join().unwrap().is_err());
            for waiter in waiters {
                assert_eq!(waiter.join().unwrap(), 1);
            }
        });
        assert_eq!(runs.load(SeqCst), 1);
        assert_eq!(cache.info().errors, 1);
    });
}

#[test]
fn failures_are_shared_with_the_waiters() {
    watchdog(|| {
        let cache = Arc::new(Cache::<u32, u32>::builder().build());
        let runs = AtomicU32::new(0);
        let start = Barrier::new(16);
        thread::scope(|scope| {
            for _ in 0..16 {
                scope.spawn(|| {
                    start.wait();
                    let failed: Result<u32, String> = cache.try_get_or_insert_with(1, || {
                        runs.fetch_add(1, SeqCst);
                        thread::sleep(Duration::from_millis(100));
                        Err("no".into())
                    });
                    assert_eq!(failed, Err("no".into()));
                });
            }
        });
        // A thread that called after the end of the run has led a run of its own.
        let (runs, info) = (runs.load(SeqCst), cache.info());
        assert_eq!((info.misses, info.coalesced), (u64::from(runs), u64::from(16 - runs)));
        assert!(runs <= 2, "{runs} runs");
    });
}

#[test]
fn a_re_entrant_call_for_the_same_key_bypasses_the_cache() {
    watchdog(|| {
        let cache = Cache::<u32, u32>::builder().build();
        let value = cache.get_or_insert_with(1, || cache.get_or_insert_with(1, || 5) + 1);
        assert_eq!((value, cache.get(&1)), (6, Some(6)));
        assert_eq!(cache.info().bypassed, 1);
    });
}

#[test]
fn two_threads_that_wait_for_each_other_do_not_deadlock() {
    watchdog(|| {
        for _ in 0..50 {
            let cache = Cache::<u32, u32>::builder().build();
            let both_inside = Barrier::new(2);
            thread::scope(|scope| {
                for (mine, other) in [(1, 2), (2, 1)] {
                    let (cache, both_inside) = (&cache, &both_inside);
                    scope.spawn(move || {
                        cache.get_or_insert_with(mine, || {
                            both_inside.wait();
                            cache.get_or_insert_with(other, || 100) + mine
                        })
                    });
                }
            });
            assert_eq!(cache.len(), 2);
        }
    });
}

#[test]
fn a_cycle_of_threads_does_not_deadlock() {
    watchdog(|| {
        const N: u32 = 6;
        let cache = Cache::<u32, u32>::builder().build();
        let all_inside = Barrier::new(N as usize);
        thread::scope(|scope| {
            for mine in 0..N {
                let (cache, all_inside) = (&cache, &all_inside);
                scope.spawn(move || {
                    cache.get_or_insert_with(mine, || {
                        all_inside.wait();
                        cache.get_or_insert_with((mine + 1) % N, || 100) + 1
                    })
                });
            }
        });
        assert_eq!(cache.len(), N as usize);
    });
}

#[test]
fn a_clear_invalidates_a_run() {
    cut_off_by(|cache| cache.clear(), None);
}

#[test]
fn a_remove_invalidates_a_run() {
    cut_off_by(|cache| assert_eq!(cache.remove(&1), None), None);
}

#[test]
fn a_retain_invalidates_a_run() {
    cut_off_by(|cache| _ = cache.retain(|_, _| true), None);
}

#[test]
fn an_insert_invalidates_a_run() {
    cut_off_by(|cache| cache.insert(1, 77), Some(77));
}

/// The caller of the run gets its result, the result is not cached, and later callers start another
/// run.
fn cut_off_by(invalidate: impl Fn(&Cache<u32, u32>) + Send + Sync + Copy + 'static, then: Option<u32>) {
    watchdog(move || {
        let cache = Cache::<u32, u32>::builder().lru(10).build();
        let (inside, go_on) = (Barrier::new(2), Barrier::new(2));
        thread::scope(|scope| {
            let leader = scope.spawn(|| {
                cache.get_or_insert_with(1, || {
                    inside.wait();
                    go_on.wait();
                    5
                })
            });
            inside.wait();
            invalidate(&cache);
            go_on.wait();
            assert_eq!(leader.join().unwrap(), 5);
        });
        assert_eq!(cache.get(&1), then);
        assert_eq!(cache.get_or_insert_with(1, || 6), then.unwrap_or(6));
        cache.validate();
    });
}

#[test]
fn callers_after_an_invalidation_do_not_wait_for_the_old_run() {
    watchdog(|| {
        let cache = Cache::<u32, u32>::builder().build();
        let (inside, go_on) = (Barrier::new(2), Barrier::new(2));
        thread::scope(|scope| {
            let old = scope.spawn(|| {
                cache.get_or_insert_with(1, || {
                    inside.wait();
                    go_on.wait();
                    5
                })
            });
            inside.wait();
            cache.clear();
            assert_eq!(cache.get_or_insert_with(1, || 6), 6);
            go_on.wait();
            assert_eq!(old.join().unwrap(), 5);
        });
        assert_eq!(cache.get(&1), Some(6));
    });
}

#[test]
fn sixty_four_tasks_on_one_cold_key_run_once() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap();
    let cache = Cache::<u32, u32>::builder().lru(10).build();
    let runs = Arc::new(AtomicU32::new(0));
    runtime.block_on(async {
        let tasks: Vec<_> = (0..64)
            .map(|_| {
                let (cache, runs) = (cache.clone(), runs.clone());
                tokio::spawn(async move {
                    let compute = async {
                        tokio::time::sleep(Duration::from_millis(30)).await;
                        runs.fetch_add(1, SeqCst)
                    };
                    cache.get_or_insert_async(1, compute).await
                })
            })
            .collect();
        for task in tasks {
            assert_eq!(task.await.unwrap(), 0);
        }
    });
    assert_eq!(runs.load(SeqCst), 1);
    let info = cache.info();
    assert_eq!((info.misses, info.hits + info.coalesced), (1, 63));
}

#[test]
fn after_a_leader_is_cancelled_a_waiting_task_leads() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap();
    runtime.block_on(async {
        let cache = Cache::<u32, u32>::builder().build();
        let (started, wait) = mpsc::channel();
        let leader = tokio::spawn({
            let cache = cache.clone();
            async move {
                let for_ever = async {
                    started.send(()).unwrap();
                    std::future::pending::<u32>().await
                };
                cache.get_or_insert_async(1, for_ever).await
            }
        });
        tokio::task::spawn_blocking(move || wait.recv().unwrap()).await.unwrap();
        let waiters: Vec<_> = (0..4)
            .map(|i| {
                let cache = cache.clone();
                tokio::spawn(async move { cache.get_or_insert_async(1, async move { 10 + i }).await })
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(20)).await;
        leader.abort();
        let mut values = Vec::new();
        for waiter in waiters {
            let value = tokio::time::timeout(Duration::from_secs(30), waiter).await.expect("nobody hangs").unwrap();
            values.push(value);
        }
        values.dedup();
        assert_eq!(values.len(), 1, "one of them computed for all");
    });
}

#[test]
fn a_task_that_re_enters_its_own_key_bypasses_the_cache() {
    watchdog(|| {
        let cache = Cache::<u32, u32>::builder().build();
        let value =
            block_on(cache.get_or_insert_async(1, async { cache.get_or_insert_async(1, async { 5 }).await + 1 }));
        assert_eq!((value, cache.info().bypassed), (6, 1));
    });
}

#[test]
fn threads_and_tasks_wait_for_each_other() {
    watchdog(|| {
        let cache = Cache::<u32, u32>::builder().build();
        let inside = Barrier::new(2);
        thread::scope(|scope| {
            scope.spawn(|| {
                cache.get_or_insert_with(1, || {
                    inside.wait();
                    let_others_come();
                    5
                })
            });
            inside.wait();
            assert_eq!(block_on(cache.get_or_insert_async(1, async { 6 })), 5);
        });
    });
}

#[test]
fn without_single_flight_every_caller_computes() {
    watchdog(|| {
        let cache = Cache::<u32, u32>::builder().lru(3).single_flight(false).build();
        let (all_inside, runs) = (Barrier::new(4), AtomicU32::new(0));
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    cache.get_or_insert_with(1, || {
                        all_inside.wait();
                        runs.fetch_add(1, SeqCst)
                    })
                });
            }
        });
        assert_eq!((runs.load(SeqCst), cache.len(), cache.info().misses), (4, 1, 4));
        cache.validate();
    });
}

#[test]
fn the_longest_wait_ends_an_undetected_deadlock() {
    watchdog(|| {
        // The leader waits for a thread that waits for the leader: only the longest wait ends this.
        let cache = Cache::<u32, u32>::builder().single_flight(Duration::from_millis(50)).build();
        let value = cache.get_or_insert_with(1, || {
            let other = cache.clone();
            thread::spawn(move || other.get_or_insert_with(1, || 7)).join().unwrap() + 1
        });
        assert_eq!(value, 8);
    });
}

#[test]
fn the_longest_wait_ends_for_tasks_too() {
    watchdog(|| {
        let cache = Cache::<u32, u32>::builder().single_flight(Duration::from_millis(50)).build();
        let mut abandoned = Box::pin(cache.get_or_insert_async(1, std::future::pending()));
        // Polled once, then neither polled nor dropped.
        let waker = std::task::Waker::noop();
        assert!(abandoned.as_mut().poll(&mut std::task::Context::from_waker(waker)).is_pending());
        assert_eq!(block_on(cache.get_or_insert_async(1, async { 9 })), 9);
    });
}

#[test]
fn many_threads_keys_and_clears_never_deadlock() {
    watchdog(|| {
        let cache = Cache::<u32, u32>::builder().lru(16).build();
        thread::scope(|scope| {
            for thread in 0..8u32 {
                let cache = &cache;
                scope.spawn(move || {
                    let mut x = thread + 1;
                    for _ in 0..3000 {
                        x ^= x << 13;
                        x ^= x >> 17;
                        x ^= x << 5;
                        let key = x % 40;
                        match x >> 27 {
                            0 => cache.clear(),
                            1 => assert!(cache.remove(&key).is_none_or(|value| value == key * 2)),
                            2 => cache.insert(key, key * 2),
                            _ => assert_eq!(cache.get_or_insert_with(key, || key * 2), key * 2),
                        }
                    }
                });
            }
        });
        cache.validate();
        assert!(cache.len() <= 16);
    });
}
