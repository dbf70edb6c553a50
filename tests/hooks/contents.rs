//! A cache's entries all together: the order of eviction, the next victim, draining, expired
//! entries, collecting, and statistics apart from entries.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use memokit::{Cache, LocalCache, ManualClock, RemovalCause, Settled};

use super::{load, watchdog};

fn keys<T>(entries: impl Iterator<Item = memokit::Entry<u32, T>>) -> Vec<u32> {
    entries.map(|entry| *entry.key()).collect()
}

/// Every policy, with room for this many entries.
fn caches(n: usize) -> [(&'static str, Cache<u32, u32>); 6] {
    let build = || Cache::builder();
    [
        ("unbounded", build().build()),
        ("lru", build().lru(n).build()),
        ("lfu", build().lfu(n).build()),
        ("fifo", build().fifo(n).build()),
        ("random", build().random(n).build()),
        ("max", build().max(n).build()),
    ]
}

/// Inserts, hits, replacements and removals in an order that looks random.
fn use_it(cache: &Cache<u32, u32>, seed: u32) {
    let mut state = seed;
    for _ in 0..500 {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let key = (state >> 24) % 60;
        match (state >> 16) % 8 {
            0 => drop(cache.remove(&key)),
            1 | 2 => cache.insert(key, state),
            _ => drop(cache.get_or_insert_with(key, || state)),
        }
    }
}

#[test]
fn the_order_of_eviction_is_the_order_of_victims() {
    for seed in 0..20 {
        for (name, cache) in caches(40) {
            use_it(&cache, seed);
            let order = keys(cache.iter_in_eviction_order());
            assert_eq!(order.len(), cache.len());
            let mut popped = Vec::new();
            while let Some((key, _)) = cache.pop() {
                popped.push(key);
                cache.validate();
            }
            assert_eq!((cache.len(), cache.pop()), (0, None));
            if ["lru", "lfu", "fifo", "unbounded"].contains(&name) {
                assert_eq!(order, popped, "{name}, seed {seed}");
            } else {
                let sorted = |mut keys: Vec<u32>| {
                    keys.sort_unstable();
                    keys
                };
                assert_eq!(sorted(order), sorted(popped), "{name}, seed {seed}");
            }
        }
    }
}

/// What is popped is what an insert into the full cache would have evicted.
#[test]
fn the_next_victim_is_what_would_be_evicted() {
    for (popping, evicting) in caches(30).into_iter().zip(caches(30)) {
        let (name, popping, evicting) = (popping.0, popping.1, evicting.1);
        if ["random", "unbounded", "max"].contains(&name) {
            continue;
        }
        for cache in [&popping, &evicting] {
            (0..30).for_each(|key| cache.insert(key, key));
            (0..30).step_by(3).for_each(|key| drop(cache.get(&key)));
        }
        let before: Vec<u32> = keys(evicting.iter());
        evicting.insert(99, 99);
        let after = keys(evicting.iter());
        let evicted: Vec<u32> = before.into_iter().filter(|key| !after.contains(key)).collect();
        assert_eq!(evicted, [popping.pop().unwrap().0], "{name}");
    }
}

#[test]
fn a_popped_entry_is_removed_for_its_observers_and_an_expired_one_is_no_victim() {
    let (clock, heard) = (ManualClock::new(), Arc::new(Mutex::new(Vec::new())));
    let cache: Cache<u32, u32> = Cache::builder()
        .lru(10)
        .clock(clock.clone())
        .removal_listener({
            let heard = heard.clone();
            move |key, _, cause| heard.lock().unwrap().push((*key, cause))
        })
        .build();
    cache.insert_with_ttl(1, 1, Duration::from_secs(1));
    cache.insert(2, 2);
    clock.advance(Duration::from_secs(1));
    assert_eq!((cache.pop(), cache.pop()), (Some((2, 2)), None));
    assert_eq!(*heard.lock().unwrap(), [(1, RemovalCause::Expired), (2, RemovalCause::Removed)]);
    assert_eq!((cache.info().expirations, cache.info().evictions), (1, 0));
}

#[test]
fn threads_that_pop_share_the_entries_out() {
    watchdog(|| {
        for (_, cache) in caches(1_000) {
            (0..1_000).for_each(|key| cache.insert(key, key));
            let popped = Mutex::new(Vec::new());
            thread::scope(|scope| {
                for _ in 0..4 {
                    scope.spawn(|| {
                        while let Some((key, _)) = cache.pop() {
                            popped.lock().unwrap().push(key);
                        }
                    });
                }
            });
            let mut popped = popped.into_inner().unwrap();
            popped.sort_unstable();
            assert_eq!(popped, (0..1_000).collect::<Vec<_>>());
            cache.validate();
        }
    });
}

#[test]
fn draining_gives_each_entry_once_and_discards_runs() {
    let removed = Arc::new(AtomicUsize::new(0));
    let cache: Cache<u32, u32> = Cache::builder()
        .removal_listener({
            let removed = removed.clone();
            move |_, _, cause| _ = removed.fetch_add(usize::from(cause == RemovalCause::Removed), SeqCst)
        })
        .build();
    (&cache).extend((0..300).map(|n| (n, n * 2)));
    cache.get(&1);
    let guard = load!(cache, &999);
    let mut drained: Vec<_> = cache.drain().map(|entry| entry.into_parts()).collect();
    drained.sort_unstable();
    assert_eq!(drained, (0..300).map(|n| (n, n * 2)).collect::<Vec<_>>());
    assert_eq!(guard.insert(1), Settled::Invalidated);
    assert_eq!((cache.len(), cache.info().hits, removed.load(SeqCst)), (0, 1, 301 - 1));
    cache.validate();
}

#[test]
fn expire_returns_what_has_expired_and_sweeps_count_it() {
    let clock = ManualClock::new();
    let cache: LocalCache<u32, String> = LocalCache::builder().clock(clock.clone()).build();
    for n in 0..200_u32 {
        cache.insert_with_ttl(n, n.to_string(), Duration::from_secs(1 + u64::from(n % 2)));
    }
    clock.advance(Duration::from_secs(1));
    let mut expired: Vec<_> = cache.expire().map(|entry| entry.into_parts()).collect();
    expired.sort_unstable();
    let expected: Vec<_> = (0..200_u32).step_by(2).map(|n| (n, n.to_string())).collect();
    assert_eq!((expired, cache.len()), (expected, 100));
    assert_eq!(cache.expire().count(), 0);
    clock.advance(Duration::from_secs(1));
    assert_eq!((cache.run_pending(), cache.run_pending(), cache.info().expirations), (100, 0, 200));
    cache.validate();
}

#[test]
fn caches_are_made_of_pairs_and_extended() {
    let mut cache: Cache<u32, u32> = [(1, 1), (2, 4)].into_iter().collect();
    cache.extend([(3, 9), (1, 0)]);
    assert_eq!((cache.len(), cache.get(&1), cache.get(&3)), (3, Some(0), Some(9)));
    let mut local: LocalCache<u32, u32> = (0..3).map(|n| (n, n)).collect();
    local.extend(vec![(7, 7)]);
    assert_eq!((local.len(), local.retain(|key, _| key % 2 == 1)), (4, 2));
}

#[test]
fn statistics_are_reset_without_the_entries() {
    let cache: Cache<u32, u32> = Cache::builder().name("reset without the entries").build();
    cache.insert(1, 1);
    (cache.get(&1), cache.get(&2));
    cache.reset_info();
    let info = cache.info();
    assert_eq!((info.hits, info.misses, info.currsize), (0, 0, 1));
    cache.get(&1);
    assert_eq!(cache.info().hits, 1);
    let handle = memokit::caches().into_iter().find(|handle| handle.name() == "reset without the entries").unwrap();
    handle.reset_info();
    assert_eq!((handle.info().hits, handle.info().currsize), (0, 1));

    #[memokit::memoize]
    fn next(n: u32) -> u32 {
        n + 1
    }
    (next(1), next(1));
    next::cache_reset_info();
    assert_eq!((next::cache_info().hits, next::cache_info().currsize, next(1)), (0, 1, 2));
    assert_eq!(next::cache_info().hits, 1);
}
