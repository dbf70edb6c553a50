//! Entries that weigh nothing: they are not evicted to make room by weight, for that makes none.

use memokit::{Cache, CacheBuilder};

type Named = (&'static str, fn(CacheBuilder<u32, u64>, usize) -> CacheBuilder<u32, u64>);

const POLICIES: [Named; 6] = [
    ("by weight alone", |builder, _| builder),
    ("lru", |builder, n| builder.lru(n)),
    ("lfu", |builder, n| builder.lfu(n)),
    ("fifo", |builder, n| builder.fifo(n)),
    ("random", |builder, n| builder.random(n).seed(1)),
    ("max", |builder, n| builder.max(n)),
];

/// The value is the weight.
fn weighted(max_weight: u64) -> CacheBuilder<u32, u64> {
    Cache::builder().max_weight(max_weight).weight(|_, value| *value)
}

#[test]
fn they_stay_where_others_are_evicted_by_weight() {
    for (name, bounded) in POLICIES {
        let cache = bounded(weighted(10), 1_000).build();
        (0..5).for_each(|pinned| cache.insert(pinned, 0));
        (100..200).for_each(|n| cache.insert(n, 1));
        assert_eq!((0..5).filter(|pinned| cache.contains(pinned)).count(), 5, "{name}");
        assert_eq!((cache.weight(), cache.len()), (10, 15), "{name}");
        cache.validate();
    }
}

#[test]
fn an_update_may_give_and_take_weight() {
    for (name, bounded) in POLICIES {
        let cache = bounded(weighted(10), 1_000).build();
        (0..5).for_each(|key| cache.insert(key, 2));
        // All become weightless, so ten more fit.
        (0..5).for_each(|key| cache.insert(key, 0));
        (100..110).for_each(|key| cache.insert(key, 1));
        assert_eq!((cache.len(), cache.weight()), (15, 10), "{name}");
        cache.validate();
        // One gets heavy again: others that weigh something make room, the weightless ones stay.
        cache.insert(0, 7);
        assert_eq!((1..5).filter(|key| cache.contains(key)).count(), 4, "{name}");
        assert!(cache.weight() <= 10, "{name}");
        cache.validate();
        // The heaviest that fits evicts all that weigh something.
        cache.insert(50, 10);
        assert_eq!((cache.weight(), cache.len()), (10, 5), "{name}");
        cache.insert(50, 0);
        (200..300).for_each(|key| cache.insert(key, 10));
        assert_eq!((1..5).filter(|key| cache.contains(key)).count(), 4, "{name}");
        cache.clear();
        cache.insert(1, 0);
        assert_eq!(cache.len(), 1);
        cache.validate();
    }
}

/// Where there are too many entries, weightless ones are victims as others are.
#[test]
fn they_count_as_entries() {
    for (name, bounded) in &POLICIES[1..] {
        let cache = bounded(weighted(u64::MAX), 10).build();
        (0..100).for_each(|key| cache.insert(key, 0));
        assert!(cache.len() <= 10, "{name}");
        (100..200).for_each(|key| cache.insert(key, u64::from(key % 2)));
        assert!(cache.len() <= 10, "{name}");
        cache.validate();
        cache.resize(3);
        assert!(cache.len() <= 3, "{name}");
        cache.validate();
        while cache.pop().is_some() {
            cache.validate();
        }
        assert_eq!(cache.len(), 0, "{name}");
    }
}

/// With a bound in entries alone that counts, the order of eviction is that of a cache without
/// weights.
#[test]
fn their_order_among_the_others_is_the_policy_s() {
    for (name, bounded) in [POLICIES[1], POLICIES[2], POLICIES[3]] {
        let two_parts = bounded(weighted(u64::MAX), 20).build();
        let one = bounded(Cache::builder(), 20).build();
        let mut state = 7_u32;
        for step in 0..4_000 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let (key, value) = ((state >> 24) % 50, u64::from(state >> 16) % 2);
            for cache in [&two_parts, &one] {
                match (state >> 8) % 6 {
                    0 => cache.insert(key, value),
                    1 if step % 7 == 0 => drop(cache.remove(&key)),
                    2 => drop(cache.get(&key)),
                    _ => drop(cache.get_or_insert_with(key, || value)),
                }
            }
            let there = |cache: &Cache<u32, u64>| (0..50).filter(|key| cache.contains(key)).collect::<Vec<_>>();
            assert_eq!(there(&two_parts), there(&one), "{name}, step {step}");
        }
        two_parts.validate();
    }
}
