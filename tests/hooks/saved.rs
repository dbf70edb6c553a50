//! `Cache::snapshot` and `restore`: the order of eviction and the remaining times outlive a
//! process.

use std::time::Duration;

use memokit::{Cache, LocalCache, ManualClock, Snapshot};

const MINUTE: Duration = Duration::from_secs(60);

#[test]
fn order_and_remaining_times_survive_serialization() {
    let clock = ManualClock::new();
    let build = || Cache::<String, u32>::builder().lru(10).clock(clock.clone()).build();
    let cache = build();
    (0..5).for_each(|n| cache.insert(n.to_string(), n));
    cache.insert_with_ttl("token".into(), 7, 2 * MINUTE);
    cache.insert_with_ttl("old".into(), 8, MINUTE);
    cache.get("1");
    clock.advance(MINUTE);
    let json = serde_json::to_string(&cache.snapshot()).unwrap();

    let snapshot: Snapshot<String, u32> = serde_json::from_str(&json).unwrap();
    assert_eq!(snapshot, serde_json::from_str(&json).unwrap());
    assert_eq!((snapshot.len(), snapshot.is_empty()), (6, false));
    let restored = build();
    assert_eq!(restored.restore(snapshot), 6);
    let keys = |cache: &Cache<String, u32>| {
        cache.iter_in_eviction_order().map(|entry| entry.key().clone()).collect::<Vec<_>>()
    };
    assert_eq!(keys(&restored), ["0", "2", "3", "4", "token", "1"]);
    assert_eq!(keys(&restored), keys(&cache));
    // Less the few milliseconds that have passed by the system's clock.
    let left = restored.expires_in("token").unwrap();
    assert!(left <= MINUTE && left > MINUTE - Duration::from_secs(30), "{left:?}");
    assert_eq!(restored.expires_in("1"), None);
    restored.validate();
}

#[test]
fn time_passes_for_a_saved_snapshot() {
    let cache: Cache<u32, u32> = Cache::default();
    cache.insert_with_ttl(1, 1, MINUTE);
    cache.insert(2, 2);
    let mut saved = serde_json::to_value(cache.snapshot()).unwrap();
    // As if it had been taken two minutes earlier.
    let seconds = saved[0]["secs"].as_u64().unwrap();
    saved[0]["secs"] = (seconds - 120).into();
    let restored: Cache<u32, u32> = Cache::builder().ttl(MINUTE).build();
    assert_eq!(restored.restore(serde_json::from_value(saved).unwrap()), 1);
    assert_eq!((restored.get(&1), restored.get(&2)), (None, Some(2)));
    assert!(restored.expires_in(&2).is_some(), "it has the new cache's time to live");
}

/// What is left until an entry has been idle for too long is no time to live.
#[test]
fn idle_times_start_anew() {
    let clock = ManualClock::new();
    let build = || LocalCache::<u32, u32>::builder().idle(MINUTE).clock(clock.clone()).build();
    let cache = build();
    cache.insert(1, 1);
    cache.insert_with_ttl(2, 2, 3 * MINUTE);
    clock.advance(MINUTE / 2);
    let restored = build();
    assert_eq!(restored.restore(cache.snapshot()), 2);
    assert_eq!((restored.expires_in(&1), restored.expires_in(&2)), (Some(MINUTE), Some(MINUTE)));
    (0..6).for_each(|_| {
        clock.advance(MINUTE / 2);
        restored.get(&1);
        restored.get(&2);
    });
    assert_eq!((restored.get(&1), restored.get(&2)), (Some(1), None));
}
