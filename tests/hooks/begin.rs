//! `Cache::begin` on threads: a hit, a guard, or a wait.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::thread;
use std::time::Duration;

use memokit::{Answer, Cache, CacheInfo, LocalCache, ManualClock, Settled};

use super::{load, wait, watchdog};

fn all_calls(info: CacheInfo) -> u64 {
    info.hits + info.misses + info.coalesced + info.bypassed
}

#[test]
fn a_hit_gives_the_value() {
    let cache: Cache<String, u32> = Cache::default();
    cache.insert("one".into(), 1);
    assert!(matches!(cache.begin("one"), Answer::Ready(1)));
    assert_eq!((cache.info().hits, cache.info().misses), (1, 0));
    let local: LocalCache<String, u32> = LocalCache::default();
    local.insert("one".into(), 1);
    assert!(matches!(local.begin("one"), Answer::Ready(1)));
}

#[test]
fn a_guard_lands_its_value_with_a_time_to_live_of_its_own() {
    let clock = ManualClock::new();
    let cache: Cache<u32, u32> = Cache::builder().ttl(Duration::from_secs(10)).clock(clock.clone()).build();
    load!(cache, &1).insert(10);
    load!(cache, &2).insert_with_ttl(20, Duration::from_secs(3));
    load!(cache, &3).into_async().insert_with_ttl(30, Duration::from_secs(20));
    let expiry = [1, 2, 3].map(|key| cache.expires_in(&key).map(|left| left.as_secs()));
    assert_eq!(expiry, [Some(10), Some(3), Some(20)]);
    clock.advance(Duration::from_secs(3));
    assert_eq!([1, 2, 3].map(|key| cache.peek(&key)), [Some(10), None, Some(30)]);
    clock.advance(Duration::from_secs(7));
    assert_eq!([1, 2, 3].map(|key| cache.peek(&key)), [None, None, Some(30)]);
    drop(load!(cache, &2));
    cache.validate();
}

#[test]
fn the_time_to_live_counts_from_landing() {
    let clock = ManualClock::new();
    let cache: Cache<u32, u32> = Cache::builder().clock(clock.clone()).build();
    let guard = load!(cache, &1);
    clock.advance(Duration::from_secs(100));
    guard.insert_with_ttl(10, Duration::from_secs(5));
    assert_eq!(cache.expires_in(&1), Some(Duration::from_secs(5)));
}

/// A guard is given up in this way while four threads wait: exactly one of them leads, the others
/// get its value.
fn gives_up(give_up: impl FnOnce(&Cache<u32, u32>, &dyn Fn()) + Send + 'static) {
    watchdog(move || {
        let cache: Cache<u32, u32> = Cache::default();
        let (begun, leaders) = (Barrier::new(5), AtomicU32::new(0));
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    // The guard is there first.
                    begun.wait();
                    let wait = wait!(cache, &1);
                    begun.wait();
                    let value = wait.park().unwrap_or_else(|guard| {
                        leaders.fetch_add(1, SeqCst);
                        assert_eq!(guard.insert(7), Settled::Kept);
                        7
                    });
                    assert_eq!(value, 7);
                });
            }
            give_up(&cache, &|| {
                begun.wait();
                begun.wait();
            });
        });
        assert_eq!((leaders.load(SeqCst), cache.get(&1)), (1, Some(7)));
        cache.validate();
    });
}

#[test]
fn a_guard_that_is_dropped_lets_one_waiter_lead() {
    gives_up(|cache, let_all_wait| {
        let guard = load!(cache, &1);
        let_all_wait();
        drop(guard);
    });
}

#[test]
fn a_panic_beside_the_guard_lets_one_waiter_lead() {
    gives_up(|cache, let_all_wait| {
        let panics = || {
            let _guard = load!(cache, &1);
            let_all_wait();
            panic!("as the test wants it");
        };
        assert!(catch_unwind(AssertUnwindSafe(panics)).is_err());
    });
}

#[test]
fn a_waiter_gets_the_value_that_lands() {
    watchdog(|| {
        let cache: Cache<u32, u32> = Cache::default();
        let (guard, begun) = (load!(cache, &1), Barrier::new(5));
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let wait = wait!(cache, &1);
                    begun.wait();
                    assert_eq!(wait.park().ok(), Some(7));
                });
            }
            begun.wait();
            assert_eq!(guard.insert(7), Settled::Kept);
        });
        assert_eq!((cache.info().misses, cache.info().coalesced, all_calls(cache.info())), (1, 4, 5));
    });
}

#[test]
fn a_weigher_that_panics_gives_the_load_up() {
    let cache: Cache<u32, u32> = Cache::builder().max_weight(10).weight(|_, _| panic!("no weight")).build();
    let (guard, waiter) = (load!(cache, &1).into_async(), wait!(cache, &1));
    assert!(catch_unwind(AssertUnwindSafe(|| guard.insert(1))).is_err());
    assert!(waiter.park().is_err(), "the waiter leads");
    assert_eq!((cache.len(), cache.info().currsize), (0, 0));
    cache.validate();
}

#[test]
fn one_caller_holds_many_guards_and_lands_them_in_any_order() {
    watchdog(|| {
        const KEYS: u32 = 40;
        let cache: Cache<u32, u32> = Cache::builder().lru(100).build();
        let guards: Vec<_> = (0..KEYS).map(|key| (key, load!(cache, &key))).collect();
        let begun = Barrier::new(5);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let waits: Vec<_> = (0..KEYS).collect();
                    let waits: Vec<_> = waits.iter().map(|key| (*key, wait!(cache, key))).collect();
                    begun.wait();
                    for (key, wait) in waits {
                        match wait.park() {
                            Ok(value) => assert_eq!((value, key % 5 == 0), (key * 10, false)),
                            Err(guard) => {
                                assert_eq!(key % 5, 0, "only what is given up is loaded anew");
                                drop(guard);
                            }
                        }
                    }
                });
            }
            begun.wait();
            // Neither in the order of beginning nor against it.
            let (even, odd): (Vec<_>, Vec<_>) = guards.into_iter().partition(|(key, _)| key % 2 == 0);
            for (key, guard) in odd.into_iter().rev().chain(even) {
                if key % 5 == 0 {
                    drop(guard);
                } else {
                    assert_eq!(guard.insert(key * 10), Settled::Kept);
                }
            }
        });
        for key in 0..KEYS {
            assert_eq!(cache.peek(&key), (key % 5 != 0).then_some(key * 10));
        }
        cache.validate();
        assert_eq!(load!(cache, &0).insert(1), Settled::Kept, "no run was left behind");
    });
}

#[test]
fn a_key_that_comes_twice_in_a_batch_does_not_wait_for_itself() {
    let cache: Cache<u32, u32> = Cache::default();
    let guards = [1, 2, 1].map(|key| (key, load!(cache, &key)));
    let settled = guards.map(|(key, guard)| guard.insert(key));
    assert_eq!(settled, [Settled::Kept, Settled::Kept, Settled::NotKept]);
    assert_eq!(all_calls(cache.info()), 3);
}

#[test]
fn guards_that_are_given_up_leave_the_runs_of_their_thread() {
    let cache: Cache<u32, u32> = Cache::default();
    for round in 0..50 {
        let guards: Vec<_> = (0..20).map(|key| load!(cache, &key)).collect();
        assert_eq!(cache.info().bypassed, 20 * round);
        (0..20).for_each(|key| drop(load!(cache, &key)));
        drop(guards);
    }
    assert_eq!(cache.len(), 0);
    cache.validate();
}

/// Each of `n` threads holds guards of two keys, and waits, before it lands them, for those of the
/// next thread.
fn ring(n: u32) {
    watchdog(move || {
        let begun = Barrier::new(n as usize);
        for _ in 0..50 {
            let cache: Cache<u32, u32> = Cache::default();
            let bypasses = AtomicU32::new(0);
            thread::scope(|scope| {
                for me in 0..n {
                    let (cache, begun, bypasses) = (&cache, &begun, &bypasses);
                    scope.spawn(move || {
                        let mine = [me * 2, me * 2 + 1];
                        let theirs = mine.map(|key| (key + 2) % (n * 2));
                        let guards = mine.map(|key| (key, load!(cache, &key)));
                        begun.wait();
                        let waits = theirs.each_ref().map(|key| (*key, wait!(cache, key)));
                        begun.wait();
                        for (key, wait) in waits {
                            let value = wait.park().unwrap_or_else(|guard| {
                                bypasses.fetch_add(1, SeqCst);
                                assert_eq!(guard.insert(key + 500), Settled::NotKept, "beside the cache");
                                key + 500
                            });
                            assert!([key + 100, key + 500].contains(&value));
                        }
                        for (key, guard) in guards {
                            assert_eq!(guard.insert(key + 100), Settled::Kept);
                        }
                    });
                }
            });
            assert!(bypasses.load(SeqCst) >= 1, "a wait that would never end was refused");
            assert!((0..n * 2).all(|key| cache.peek(&key) == Some(key + 100)));
            assert_eq!(all_calls(cache.info()), u64::from(n) * 4, "{:?}", cache.info());
            assert_eq!(cache.info().bypassed, u64::from(bypasses.load(SeqCst)));
            cache.validate();
        }
    });
}

#[test]
fn two_threads_that_wait_crosswise_for_each_others_guards_go_on() {
    ring(2);
}

#[test]
fn a_ring_of_threads_that_wait_for_each_others_guards_goes_on() {
    ring(4);
}

#[test]
fn a_guard_that_was_landed_is_waited_for_by_no_one() {
    watchdog(|| {
        // As a batch does it: take what is free, land it, and only then wait for the keys of
        // others.
        let cache: Cache<u32, u32> = Cache::default();
        let begun = Barrier::new(2);
        thread::scope(|scope| {
            for me in 0..2 {
                let (cache, begun) = (&cache, &begun);
                scope.spawn(move || {
                    let other = 1 - me;
                    let guard = load!(cache, &me);
                    begun.wait();
                    let wait = wait!(cache, &other);
                    begun.wait();
                    assert_eq!(guard.insert(me), Settled::Kept);
                    assert_eq!(wait.park().ok(), Some(other));
                });
            }
        });
        assert_eq!((cache.info().bypassed, cache.info().coalesced), (0, 2));
    });
}
