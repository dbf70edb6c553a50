//! Tests of the engine that cannot be written from outside: full hash collisions, the size of the
//! heaps, which reader protects which entry.

mod cliffs;
mod entry_types;
mod stripes;

use std::hash::{BuildHasher, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use proptest::prelude::*;

use crate::RemovalCause::{Cleared, Evicted, Expired, Removed, Replaced};
use crate::{Cache, ManualClock};

/// Every key has the same hash.
#[derive(Clone, Default)]
struct Collide;

impl BuildHasher for Collide {
    type Hasher = Self;

    fn build_hasher(&self) -> Self {
        Self
    }
}

impl Hasher for Collide {
    fn finish(&self) -> u64 {
        7
    }

    fn write(&mut self, _: &[u8]) {}
}

#[test]
fn keys_with_one_hash_are_told_apart() {
    let cache = Cache::builder().lru(50).hasher(Collide).build();
    for key in 0..100u32 {
        assert_eq!(cache.get_or_insert_with(key, || key * 2), key * 2);
        cache.validate();
    }
    for key in 0..100u32 {
        assert_eq!(cache.peek(&key), (key >= 50).then_some(key * 2));
    }
    assert_eq!(cache.remove(&70), Some(140));
    cache.insert(71, 1);
    assert_eq!((cache.get(&70), cache.get(&71), cache.get(&72)), (None, Some(1), Some(144)));
    cache.validate();
}

#[test]
fn runs_with_one_hash_do_not_wait_for_each_other() {
    let cache = Cache::builder().hasher(Collide).build();
    let value =
        cache.get_or_insert_with(1, || cache.get_or_insert_with(2, || cache.get_or_insert_with(3, || 5) + 1) + 1);
    assert_eq!((value, cache.info().misses, cache.info().bypassed), (7, 3, 0));
}

#[test]
fn listeners_get_the_cause_of_each_removal() {
    let heard = Arc::new(std::sync::Mutex::new(Vec::new()));
    let clock = ManualClock::new();
    let cache = Cache::builder()
        .lru(2)
        .ttl(Duration::from_secs(1))
        .clock(clock.clone())
        .removal_listener({
            let heard = heard.clone();
            move |key: &u32, value: &u32, cause| heard.lock().unwrap().push((*key, *value, cause))
        })
        .build();
    cache.insert(1, 10);
    cache.insert(1, 11);
    cache.insert(2, 20);
    cache.insert(3, 30);
    cache.remove(&2);
    clock.advance(Duration::from_secs(1));
    cache.run_pending();
    cache.insert(4, 40);
    cache.clear();
    let expected = [(1, 10, Replaced), (1, 11, Evicted), (2, 20, Removed), (3, 30, Expired), (4, 40, Cleared)];
    assert_eq!(*heard.lock().unwrap(), expected);
}

#[test]
fn stale_deadlines_do_not_pile_up() {
    let clock = ManualClock::new();
    let cache = Cache::builder().lru(10).ttl(Duration::from_secs(3600)).clock(clock).build();
    for key in 0..10_000u32 {
        cache.insert(key, key);
        cache.insert(0, key);
    }
    // The heap asserts its bound with every push; `validate` looks up every live entry in it.
    cache.validate();
    assert_eq!(cache.len(), 10);
}

#[test]
fn weights_hold_when_an_entry_is_replaced_by_a_heavier_one() {
    let cache = Cache::builder().max_weight(100).weight(|_: &u32, value: &Vec<u8>| value.len() as u64).build();
    for key in 0..10 {
        cache.insert(key, vec![0; 10]);
    }
    assert_eq!((cache.len(), cache.weight()), (10, 100));
    cache.insert(9, vec![0; 60]);
    cache.validate();
    assert_eq!((cache.len(), cache.weight()), (5, 100));
    cache.insert(9, vec![0; 101]);
    assert!(!cache.contains(&9), "heavier than the bound: neither the old value nor the new one stays");
    assert_eq!(cache.weight(), 40);
    cache.validate();
}

#[test]
fn weights_near_the_largest_number_are_replaced() {
    let cache = Cache::builder().max_weight(u64::MAX).weight(|_: &u32, value: &u64| *value).build();
    for value in [u64::MAX, u64::MAX, 1, u64::MAX - 1] {
        cache.insert(1, value);
        cache.validate();
        assert_eq!((cache.len(), cache.weight()), (1, value));
    }
    cache.insert(2, 2);
    assert_eq!((cache.len(), cache.weight()), (1, 2));
    cache.insert(2, u64::MAX);
    cache.validate();
}

struct Counted(Arc<AtomicUsize>);

impl Counted {
    fn new(alive: &Arc<AtomicUsize>) -> Self {
        alive.fetch_add(1, SeqCst);
        Self(alive.clone())
    }
}

impl Clone for Counted {
    fn clone(&self) -> Self {
        Self::new(&self.0)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, SeqCst);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_leaks_and_nothing_is_dropped_twice(steps in prop::collection::vec((0..6u8, 0..30u32), 1..200)) {
        let alive = Arc::new(AtomicUsize::new(0));
        let cache = Cache::builder().lru(8).build();
        for (what, key) in steps {
            match what {
                0 | 1 => drop(cache.get_or_insert_with(key, || Counted::new(&alive))),
                2 => cache.insert(key, Counted::new(&alive)),
                3 => drop(cache.remove(&key)),
                4 => _ = cache.retain(|other, _| other % 3 != key % 3),
                _ => if key == 0 { cache.clear() },
            }
            // Drops what waits for others.
            let len = cache.len();
            prop_assert_eq!(alive.load(SeqCst), len);
        }
        drop(cache);
        prop_assert_eq!(alive.load(SeqCst), 0);
    }
}
