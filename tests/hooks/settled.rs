//! A run that lands says how it ended, up to the guard that users hold.

use std::time::Duration;

use memokit::{Cache, LocalCache, Settled};

use super::{load, wait};

type Set = (&'static str, fn() -> Cache<u32, u32>);

const MINUTE: Duration = Duration::from_secs(60);

/// A cache of every policy, with this bound.
fn policies(bound: usize) -> [Cache<u32, u32>; 5] {
    [
        Cache::builder().lru(bound).build(),
        Cache::builder().lfu(bound).build(),
        Cache::builder().fifo(bound).build(),
        Cache::builder().random(bound).build(),
        Cache::builder().max(bound).build(),
    ]
}

#[test]
fn a_value_that_is_cached_is_kept() {
    for cache in policies(2) {
        for key in 0..10 {
            assert_eq!(load!(cache, &key).insert(key), Settled::Kept);
            assert_eq!(cache.get(&key), Some(key));
            assert_eq!(load!(cache, &(key + 100)).into_async().insert(key), Settled::Kept);
            assert_eq!(load!(cache, &(key + 200)).insert_with_ttl(key, MINUTE), Settled::Kept);
            assert_eq!(load!(cache, &(key + 300)).into_async().insert_with_ttl(key, MINUTE), Settled::Kept);
            cache.validate();
        }
    }
    let local: LocalCache<u32, u32> = LocalCache::default();
    assert_eq!(load!(local, &1).insert(10), Settled::Kept);
    assert_eq!(load!(local, &2).into_async().insert(20), Settled::Kept);
    assert_eq!((local.get(&1), local.get(&2)), (Some(10), Some(20)));
}

#[test]
fn a_value_that_lives_for_no_time_is_not_kept() {
    let cache: Cache<u32, u32> = Cache::default();
    assert_eq!(load!(cache, &1).insert_with_ttl(10, Duration::ZERO), Settled::NotKept);
    assert_eq!(load!(cache, &1).into_async().insert_with_ttl(10, Duration::ZERO), Settled::NotKept);
    assert_eq!(cache.len(), 0);
}

#[test]
fn a_value_that_is_too_heavy_is_not_kept() {
    let cache = Cache::builder().max_weight(10).weight(|_: &u32, value: &u32| u64::from(*value)).build();
    assert_eq!(load!(cache, &1).insert(10), Settled::Kept);
    assert_eq!(load!(cache, &2).insert(11), Settled::NotKept);
    assert_eq!(load!(cache, &3).into_async().insert(11), Settled::NotKept);
    assert_eq!((cache.len(), cache.weight()), (1, 10), "what is refused evicts nothing");
    cache.validate();
}

#[test]
fn a_bound_of_zero_keeps_nothing_whatever_the_policy() {
    for cache in policies(0) {
        assert_eq!(load!(cache, &1).insert(10), Settled::NotKept);
        assert_eq!(load!(cache, &1).into_async().insert(10), Settled::NotKept);
    }
    for cache in policies(5) {
        let guard = load!(cache, &1);
        cache.resize(0);
        assert_eq!(guard.insert(10), Settled::NotKept, "the bound counts when the value lands");
        cache.validate();
    }
}

#[test]
fn a_run_that_bypasses_the_cache_is_not_kept() {
    let cache: Cache<u32, u32> = Cache::default();
    let outer = load!(cache, &1);
    assert_eq!(load!(cache, &1).insert(11), Settled::NotKept);
    assert_eq!(load!(cache, &1).into_async().insert(12), Settled::NotKept);
    assert_eq!(cache.peek(&1), None);
    assert_eq!(outer.insert(10), Settled::Kept);
    assert_eq!((cache.get(&1), cache.info().bypassed), (Some(10), 2));
}

/// What invalidates a run of the key 1, and what is cached for the key afterwards.
type Invalidation = (&'static str, fn(&Cache<u32, u32>), Option<u32>);

const INVALIDATIONS: &[Invalidation] = &[
    ("clear", |cache| cache.clear(), None),
    ("remove", |cache| assert_eq!(cache.remove(&1), None), None),
    ("retain", |cache| _ = cache.retain(|_, _| true), None),
    ("insert", |cache| cache.insert(1, 5), Some(5)),
    ("insert for no time", |cache| cache.insert_with_ttl(1, 5, Duration::ZERO), None),
    (
        "a later run",
        |cache| {
            cache.remove(&1);
            assert_eq!(load!(cache, &1).insert(6), Settled::Kept);
        },
        Some(6),
    ),
];

const SETS: &[Set] = &[
    ("plain", Cache::default),
    ("bounded", || Cache::builder().lru(4).build()),
    ("expiring", || Cache::builder().ttl(MINUTE).build()),
    ("observed", || Cache::builder().removal_listener(|_, _, _| ()).build()),
];

#[test]
fn a_value_whose_key_was_invalidated_meanwhile_is_not_cached_and_says_so() {
    for (set, new) in SETS {
        for (what, invalidate, left) in INVALIDATIONS {
            let cache = new();
            let guard = load!(cache, &1);
            let other = load!(cache, &2).into_async();
            invalidate(&cache);
            assert_eq!(guard.insert(10), Settled::Invalidated, "{what}, {set}");
            assert_eq!(cache.peek(&1), *left, "{what}, {set}");
            let all = matches!(*what, "clear" | "retain");
            let expected = if all { Settled::Invalidated } else { Settled::Kept };
            assert_eq!(other.insert(20), expected, "another key's run: {what}, {set}");
            cache.validate();
        }
    }
}

#[test]
fn waiters_get_the_value_however_the_run_ended() {
    for (what, invalidate, left) in INVALIDATIONS {
        let cache: Cache<u32, u32> = Cache::default();
        let guard = load!(cache, &1).into_async();
        let waits = [wait!(cache, &1), wait!(cache, &1)];
        invalidate(&cache);
        assert_eq!(guard.insert(10), Settled::Invalidated, "{what}");
        for wait in waits {
            assert_eq!(wait.park().ok(), Some(10), "{what}");
        }
        assert_eq!(cache.peek(&1), *left, "{what}");
    }
    let cache: Cache<u32, u32> = Cache::default();
    let (guard, waiter) = (load!(cache, &1).into_async(), wait!(cache, &1));
    assert_eq!(guard.insert_with_ttl(10, Duration::ZERO), Settled::NotKept);
    assert_eq!(waiter.park().ok(), Some(10));
    let (guard, waiter) = (load!(cache, &1).into_async(), wait!(cache, &1));
    assert_eq!(guard.insert(11), Settled::Kept);
    assert_eq!(waiter.park().ok(), Some(11));
    cache.validate();
}
