//! `Cache::entry`: the atomic change of one entry, on threads and as tasks.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Barrier, mpsc};
use std::thread;
use std::time::Duration;

use futures::executor::block_on;
use memokit::{Answer, Cache, Change, Changed, LocalCache, ManualClock, RemovalCause, Settled};

use super::{load, watchdog};

const THREADS: u64 = 4;
const EACH: u64 = 2_000;

/// Four threads, and each changes the entry this often: no change is lost.
fn none_is_lost(change: impl Fn(&Cache<&'static str, u64>, u64) + Sync + Send + 'static) {
    watchdog(move || {
        for cache in [Cache::builder().lru(100).build(), Cache::builder().single_flight(false).build()] {
            thread::scope(|scope| {
                for _ in 0..THREADS {
                    scope.spawn(|| (0..EACH).for_each(|n| change(&cache, n)));
                }
            });
            assert_eq!(cache.get("client"), Some(THREADS * EACH));
            cache.validate();
        }
    });
}

#[test]
fn no_modification_is_lost() {
    none_is_lost(|cache, _| assert!(cache.entry("client").and_modify(|n| *n += 1).or_insert(1) > 0));
}

#[test]
fn no_change_of_any_form_is_lost() {
    none_is_lost(|cache, n| match n % 5 {
        0 => drop(cache.entry("client").upsert_with(|old| old.unwrap_or(0) + 1)),
        1 => drop(cache.entry("client").compute(|old| Change::Put(old.unwrap_or(0) + 1))),
        2 => block_on(async {
            let add = |old: Option<u64>| async move { Change::Put(old.unwrap_or(0) + 1) };
            cache.entry("client").compute_async(add).await;
        }),
        3 => drop(block_on(cache.entry("client").and_modify_async(|n| *n += 1)).or_insert(1)),
        _ => {
            let add = |old: Option<u64>| Ok::<_, ()>(Change::Put(old.unwrap_or(0) + 1));
            cache.entry("client").try_compute(add).unwrap();
        }
    });
}

#[test]
fn tasks_on_one_thread_take_turns() {
    watchdog(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let cache: LocalCache<u32, u32> = LocalCache::default();
        let local = tokio::task::LocalSet::new();
        let tasks: Vec<_> = (0..20)
            .map(|_| {
                let cache = cache.clone();
                local.spawn_local(async move {
                    let add = |old: Option<u32>| async move {
                        for _ in 0..3 {
                            tokio::task::yield_now().await;
                        }
                        Change::Put(old.unwrap_or(0) + 1)
                    };
                    cache.entry(1).compute_async(add).await.into_value().unwrap()
                })
            })
            .collect();
        let mut seen: Vec<u32> = runtime.block_on(local.run_until(async {
            let mut seen = Vec::new();
            for task in tasks {
                seen.push(task.await.unwrap());
            }
            seen
        }));
        seen.sort_unstable();
        assert_eq!(seen, (1..=20).collect::<Vec<_>>());
        cache.validate();
    });
}

#[test]
fn a_change_tells_what_became_of_the_entry() {
    let cache: Cache<u32, u32> = Cache::default();
    assert_eq!(cache.entry(1).compute(|old| old.map_or(Change::Keep, Change::Put)), Changed::Absent);
    assert_eq!(cache.entry(1).compute(|_| Change::Remove), Changed::Absent);
    assert_eq!(cache.entry(1).compute(|_| Change::Put(1)), Changed::Inserted(1));
    assert_eq!(cache.entry(1).compute(|_| Change::Keep), Changed::Kept(1));
    assert_eq!(cache.entry(1).compute(|old| Change::Put(old.unwrap() + 1)), Changed::Replaced(2));
    assert_eq!(cache.entry(1).compute(|_| Change::Remove), Changed::Removed(2));
    assert_eq!((cache.get(&1), cache.info().misses, cache.info().hits), (None, 1, 0));
    assert_eq!((cache.info().errors, cache.info().refreshes), (0, 0));
}

#[test]
fn a_change_has_a_time_to_live_and_a_weight_of_its_own() {
    let clock = ManualClock::new();
    let cache: Cache<u32, u64> = Cache::builder()
        .ttl(Duration::from_secs(60))
        .clock(clock.clone())
        .max_weight(10)
        .weight(|_: &u32, weight: &u64| *weight)
        .build();
    cache.entry(1).compute(|_| Change::PutWithTtl(4, Duration::from_secs(5)));
    assert_eq!((cache.expires_in(&1), cache.weight()), (Some(Duration::from_secs(5)), 4));
    cache.entry(1).and_modify(|n| *n = 6);
    assert_eq!((cache.expires_in(&1), cache.weight()), (Some(Duration::from_secs(60)), 6));
    // Too heavy: refused, and the old value is out of date.
    assert_eq!(cache.entry(1).compute(|_| Change::Put(11)), Changed::Replaced(11));
    assert_eq!((cache.get(&1), cache.weight()), (None, 0));
    // An expired entry is absent.
    cache.entry(1).compute(|_| Change::Put(1));
    clock.advance(Duration::from_secs(60));
    assert_eq!(cache.entry(1).compute(|old| Change::Put(old.map_or(2, |_| 99))), Changed::Inserted(2));
    cache.validate();
}

#[test]
fn what_is_written_meanwhile_counts_as_written_later() {
    let cache: Cache<u32, u32> = Cache::default();
    cache.insert(1, 1);
    cache.entry(1).compute(|old| {
        cache.insert(1, 100);
        Change::Put(old.unwrap() + 1)
    });
    assert_eq!(cache.get(&1), Some(100));
    cache.entry(1).and_modify(|_| assert_eq!(cache.remove(&1), Some(100)));
    assert_eq!(cache.get(&1), None);
    cache.insert(1, 5);
    cache.entry(1).and_modify(|n| {
        cache.clear();
        *n += 1;
    });
    assert_eq!(cache.get(&1), None);
    cache.validate();
}

/// `retain` cannot judge a value that is not there yet. The old one is out of date all the same.
#[test]
fn a_change_that_a_sweep_has_not_seen_leaves_no_older_value() {
    let cache: Cache<u32, u32> = Cache::default();
    cache.insert(1, 1);
    cache.entry(1).and_modify(|n| {
        cache.retain(|_, _| true);
        *n += 1;
    });
    assert_eq!(cache.get(&1), None);
    cache.validate();
}

#[test]
fn a_change_waits_for_a_load_and_a_load_for_a_change() {
    watchdog(|| {
        let cache: Cache<u32, u32> = Cache::default();
        let guard = load!(cache, &1);
        thread::scope(|scope| {
            let change = scope.spawn(|| cache.entry(1).upsert_with(|old| old.unwrap_or(0) + 1));
            thread::sleep(Duration::from_millis(30));
            assert!(!change.is_finished());
            assert_eq!(guard.insert(10), Settled::Kept);
            assert_eq!(change.join().unwrap(), 11);
        });
        let (begun, wait) = (Barrier::new(2), Barrier::new(2));
        thread::scope(|scope| {
            scope.spawn(|| {
                cache.entry(2).upsert_with(|old| {
                    begun.wait();
                    wait.wait();
                    old.unwrap_or(5)
                })
            });
            begun.wait();
            let load = scope.spawn(|| cache.get_or_insert_with(2, || unreachable!("the change brings the value")));
            while cache.begin(&2).is_ready() {}
            thread::sleep(Duration::from_millis(20));
            wait.wait();
            assert_eq!(load.join().unwrap(), 5);
        });
    });
}

trait IsReady {
    fn is_ready(&self) -> bool;
}

impl<A, L, W> IsReady for Answer<A, L, W> {
    fn is_ready(&self) -> bool {
        matches!(self, Answer::Ready(_))
    }
}

#[test]
fn look_ups_find_the_old_value_during_a_change() {
    let cache: Cache<u32, u32> = Cache::default();
    cache.insert(1, 1);
    cache.entry(1).and_modify(|n| {
        assert_eq!(thread::scope(|scope| scope.spawn(|| cache.get_or_insert_with(1, || 9)).join().unwrap()), 1);
        *n = 2;
    });
    assert_eq!(cache.get(&1), Some(2));
}

#[test]
fn a_change_inside_a_run_of_its_key_panics_and_does_not_hang() {
    watchdog(|| {
        let cache: Cache<u32, u32> = Cache::default();
        let inside = catch_unwind(AssertUnwindSafe(|| {
            cache.get_or_insert_with(1, || cache.entry(1).upsert_with(|old| old.unwrap_or(0) + 1))
        }));
        let message = *inside.unwrap_err().downcast::<&str>().unwrap();
        assert!(message.contains("would wait for itself"), "{message}");
        let nested = catch_unwind(AssertUnwindSafe(|| {
            cache.entry(1).and_modify(|_| ()).or_insert_with(|| cache.entry(1).upsert_with(|_| 1))
        }));
        assert!(nested.is_err());
        // Nothing is poisoned.
        assert_eq!(cache.entry(1).upsert_with(|old| old.unwrap_or(7)), 7);
        // Another key may be changed inside.
        assert_eq!(cache.entry(2).upsert_with(|_| cache.entry(3).upsert_with(|_| 3)), 3);
        cache.validate();
    });
}

/// Two threads inside changes of two keys, each of which changes the other key: at least one is
/// stopped, none hangs, and no change is half done.
#[test]
fn changes_that_wait_for_each_other_do_not_hang() {
    watchdog(|| {
        let cache: Cache<u32, u32> = Cache::default();
        let both = Barrier::new(2);
        let stopped = AtomicU32::new(0);
        thread::scope(|scope| {
            for key in 0..2 {
                let (cache, both, stopped) = (&cache, &both, &stopped);
                scope.spawn(move || {
                    let ended = catch_unwind(AssertUnwindSafe(|| {
                        cache.entry(key).upsert_with(|_| {
                            both.wait();
                            cache.entry(1 - key).upsert_with(|old| old.unwrap_or(0) + 1)
                        })
                    }));
                    stopped.fetch_add(u32::from(ended.is_err()), SeqCst);
                });
            }
        });
        assert!((1..=2).contains(&stopped.load(SeqCst)));
        cache.validate();
        assert!(cache.entry(0).upsert_with(|old| old.unwrap_or(50)) > 0);
    });
}

/// A load that waits for a change's thread is cut, and the change goes on.
#[test]
fn a_load_that_waits_for_the_changing_thread_is_cut() {
    watchdog(|| {
        let cache: Cache<u32, u32> = Cache::default();
        let both = Barrier::new(2);
        thread::scope(|scope| {
            let load = scope.spawn(|| {
                cache.get_or_insert_with(1, || {
                    both.wait();
                    // Waits for the change below.
                    cache.get_or_insert_with(2, || 20) + 1
                })
            });
            let changed = cache.entry(2).upsert_with(|_| {
                both.wait();
                thread::sleep(Duration::from_millis(30));
                cache.entry(1).upsert_with(|old| old.unwrap_or(0) + 5)
            });
            assert_eq!(changed, 5);
            assert_eq!(load.join().unwrap(), 6);
        });
        assert_eq!(cache.get(&1), Some(5));
        cache.validate();
    });
}

#[test]
fn a_change_waits_for_a_hanging_load_no_longer_than_a_caller_does() {
    watchdog(|| {
        let cache: Cache<u32, u32> = Cache::builder().single_flight(Duration::from_millis(20)).build();
        let guard = load!(cache, &1);
        assert_eq!(thread::scope(|s| s.spawn(|| cache.entry(1).upsert_with(|_| 2)).join().unwrap()), 2);
        assert_eq!(guard.insert(1), Settled::Invalidated);
        assert_eq!(cache.get(&1), Some(2));
    });
}

#[test]
fn a_failed_panicking_or_cancelled_change_changes_nothing_and_the_next_goes_on() {
    watchdog(|| {
        let cache: Cache<u32, u32> = Cache::default();
        cache.insert(1, 1);
        assert_eq!(cache.entry(1).try_compute(|_| Err::<Change<u32>, _>("no")), Err("no"));
        assert!(catch_unwind(AssertUnwindSafe(|| cache.entry(1).upsert_with(|_| panic!("in the closure")))).is_err());
        let mut pending = Box::pin(cache.entry(1).compute_async(|_| std::future::pending::<Change<u32>>()));
        let waker = std::task::Waker::noop();
        assert!(pending.as_mut().poll(&mut std::task::Context::from_waker(waker)).is_pending());
        let (sent, received) = mpsc::channel();
        thread::scope(|scope| {
            scope.spawn(|| sent.send(cache.entry(1).upsert_with(|old| old.unwrap() + 1)).unwrap());
            assert!(received.recv_timeout(Duration::from_millis(30)).is_err(), "it waits for the pending change");
            drop(pending);
            assert_eq!(received.recv().unwrap(), 2);
        });
        assert_eq!(cache.get(&1), Some(2));
        assert_eq!(cache.info().errors, 0);
        cache.validate();
    });
}

#[test]
fn replace_if_judges_the_value_and_computes_once() {
    watchdog(|| {
        let cache: Cache<u32, u32> = Cache::default();
        cache.insert(1, 1);
        let (runs, start) = (AtomicU32::new(0), Barrier::new(8));
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    start.wait();
                    let fresh = || {
                        runs.fetch_add(1, SeqCst);
                        thread::sleep(Duration::from_millis(10));
                        2
                    };
                    assert_eq!(cache.entry(1).or_insert_with_if(fresh, |old| *old < 2), 2);
                });
            }
        });
        assert_eq!(runs.load(SeqCst), 1);
        let value = block_on(cache.entry(2).or_insert_async_if(async { 7 }, |_| unreachable!("there is none")));
        assert_eq!(value, 7);
    });
}

#[test]
fn a_conditional_removal_is_one_step() {
    watchdog(|| {
        // Each takes the entry only while it is positive: it never becomes negative.
        let cache: Cache<u32, i64> = Cache::default();
        cache.insert(1, 100);
        let taken = AtomicU64::new(0);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..50 {
                        if cache.entry(1).and_modify(|n| *n -= 1).into_value().is_some_and(|n| n >= 0) {
                            taken.fetch_add(1, SeqCst);
                        }
                        cache.entry(1).remove_if(|n| *n == 0);
                    }
                });
            }
        });
        assert_eq!((taken.load(SeqCst), cache.get(&1)), (100, None));
        let heard = Arc::new(AtomicU32::new(0));
        let observed: Cache<u32, u32> = Cache::builder()
            .removal_listener({
                let heard = heard.clone();
                move |_, value, cause| {
                    assert_eq!((*value, cause), (1, RemovalCause::Removed));
                    heard.fetch_add(1, SeqCst);
                }
            })
            .build();
        observed.insert(1, 1);
        assert_eq!(block_on(observed.entry(1).remove_if_async(|n| *n == 1)), Some(1));
        assert_eq!(heard.load(SeqCst), 1);
    });
}

/// Nobody but this thread can end a task's run of a thread's own cache: a call that would block for
/// it computes instead, and a change cuts it.
#[test]
fn a_thread_does_not_block_for_a_task_in_its_own_cache() {
    watchdog(|| {
        let cache: LocalCache<u32, u32> = LocalCache::default();
        let guard = load!(cache, &1).into_async();
        assert_eq!(cache.get_or_insert_with(1, || 2), 2);
        assert_eq!(cache.entry(1).upsert_with(|old| old.unwrap_or(3)), 3);
        assert_eq!(guard.insert(1), Settled::Invalidated);
        assert_eq!(cache.get(&1), Some(3));
        cache.validate();
    });
}

/// Changes, loads, writes, removals and sweeps at once: no hang, and the books are right.
#[test]
fn changes_among_everything_else() {
    watchdog(|| {
        let cache: Cache<u32, u32> = Cache::builder().lru(8).build();
        thread::scope(|scope| {
            for seed in 0..4_u32 {
                let cache = &cache;
                scope.spawn(move || {
                    let mut state = seed + 1;
                    for _ in 0..4_000 {
                        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                        let key = state >> 28;
                        match (state >> 20) % 9 {
                            0 => cache.insert(key, state),
                            1 => drop(cache.remove(&key)),
                            2 => drop(cache.get_or_insert_with(key, || state)),
                            3 => drop(cache.entry(key).and_modify(|n| *n ^= 1).into_value()),
                            4 => drop(cache.entry(key).compute(|old| old.map_or(Change::Put(1), |_| Change::Remove))),
                            5 => drop(cache.entry(key).remove_if(|n| n % 2 == 0)),
                            6 => drop(block_on(cache.entry(key).or_insert_async_if(async { 1 }, |n| n % 3 == 0))),
                            7 => _ = cache.retain(|_, n| n % 5 != 0),
                            _ => drop(cache.entry(key).or_insert_with_if(|| state, |_| true)),
                        }
                    }
                });
            }
        });
        cache.validate();
    });
}
