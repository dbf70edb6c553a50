//! Times to live by rules of a cache: of new values, and of values that replace others.

use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::time::Duration;

use futures::executor::block_on;
use memokit::{Answer, Cache, CacheBuilder, Change, LocalCache, ManualClock};

const SECOND: Duration = Duration::from_secs(1);

fn builder(clock: &ManualClock) -> CacheBuilder<u32, u64> {
    Cache::builder().clock(clock.clone()).ttl_by(|_: &u32, seconds: &u64| Duration::from_secs(*seconds))
}

#[test]
fn every_way_to_write_a_value_follows_the_rule() {
    let clock = ManualClock::new();
    let cache = builder(&clock).ttl(100 * SECOND).build();
    cache.insert(1, 10);
    cache.get_or_insert_with(2, || 20);
    cache.get_or_insert_with_by_ref(&3, || 30);
    assert_eq!(cache.try_get_or_insert_with(4, || Ok::<_, ()>(40)), Ok(40));
    block_on(async {
        cache.get_or_insert_async(5, async { 50 }).await;
        cache.try_get_or_insert_async(6, async { Ok::<_, ()>(60) }).await.unwrap();
        cache.entry(7).compute_async(|_| async { Change::Put(70) }).await;
    });
    let Answer::Load(guard) = cache.begin(&8) else { panic!("nothing is cached") };
    guard.insert(80);
    cache.entry(9).or_insert(90);
    cache.entry(1).and_modify(|seconds| *seconds = 11);
    for key in 2..10 {
        assert_eq!(cache.expires_in(&key), Some(u32::try_from(key * 10).unwrap() * SECOND), "{key}");
    }
    assert_eq!(cache.expires_in(&1), Some(11 * SECOND));
    // What is said with the value goes before the rule.
    cache.insert_with_ttl(1, 10, 5 * SECOND);
    cache.entry(2).compute(|_| Change::PutWithTtl(20, 6 * SECOND));
    assert_eq!((cache.expires_in(&1), cache.expires_in(&2)), (Some(5 * SECOND), Some(6 * SECOND)));
    // Zero: not cached.
    cache.insert(1, 0);
    assert_eq!((cache.get(&1), cache.get_or_insert_with(50, || 0), cache.peek(&50)), (None, 0, None));
    clock.advance(30 * SECOND);
    assert_eq!((cache.get(&3), cache.get(&4)), (None, Some(40)));
    cache.validate();
}

#[test]
fn a_rule_may_have_no_opinion() {
    let clock = ManualClock::new();
    let rule = |key: &u32, _: &u32| key.is_multiple_of(2).then_some(3 * SECOND);
    let with_ttl: Cache<u32, u32> = Cache::builder().clock(clock.clone()).ttl(9 * SECOND).ttl_by(rule).build();
    let without: Cache<u32, u32> = Cache::builder().clock(clock.clone()).ttl_by(rule).build();
    for cache in [&with_ttl, &without] {
        (0..2).for_each(|key| cache.insert(key, key));
        assert_eq!(cache.expires_in(&0), Some(3 * SECOND));
    }
    assert_eq!((with_ttl.expires_in(&1), without.expires_in(&1)), (Some(9 * SECOND), None));
    clock.advance(3 * SECOND);
    assert_eq!((without.get(&0), without.get(&1)), (None, Some(1)));
}

#[test]
fn a_value_that_replaces_one_follows_its_own_rule() {
    let clock = ManualClock::new();
    let cache: LocalCache<u32, u64> = LocalCache::builder()
        .clock(clock.clone())
        .ttl_by(|_, seconds| Duration::from_secs(*seconds))
        .ttl_after_update(|_, value, left| match *value {
            0 => None,
            value => left.map(|left| left + Duration::from_secs(value)),
        })
        .build();
    cache.insert(1, 10);
    clock.advance(4 * SECOND);
    cache.insert(1, 5);
    assert_eq!(cache.expires_in(&1), Some(11 * SECOND));
    cache.entry(1).and_modify(|value| *value = 7);
    assert_eq!(cache.expires_in(&1), Some(18 * SECOND));
    // No opinion: as a new value, which is not cached for no time.
    cache.insert(1, 0);
    assert_eq!(cache.get(&1), None);
    // What has expired is not replaced.
    cache.insert(2, 3);
    clock.advance(3 * SECOND);
    cache.insert(2, 8);
    assert_eq!(cache.expires_in(&2), Some(8 * SECOND));
    cache.validate();
}

#[test]
fn a_token_lives_no_longer_than_it_is_good_and_is_loaded_once() {
    #[derive(Clone)]
    struct Token {
        good_for: Duration,
    }

    let runs = AtomicU32::new(0);
    let cache: Cache<u32, Token> =
        Cache::builder().ttl(3600 * SECOND).ttl_by(|_, token: &Token| token.good_for).build();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let token = cache.get_or_insert_with(1, || {
                    runs.fetch_add(1, SeqCst);
                    Token { good_for: 60 * SECOND }
                });
                assert!(cache.expires_in(&1) <= Some(token.good_for));
            });
        }
    });
    assert_eq!(runs.load(SeqCst), 1);
}

#[test]
fn a_rule_may_use_the_cache_and_may_panic() {
    let cache: LocalCache<u32, u32> = {
        thread_local!(static CACHE: std::cell::OnceCell<LocalCache<u32, u32>> = const { std::cell::OnceCell::new() });
        let cache = LocalCache::builder()
            .ttl_by(|key: &u32, _: &u32| {
                CACHE.with(|cache| cache.get().map(|cache| cache.contains(&(key + 1))));
                assert_ne!(*key, 13, "the rule's panic");
                Some(SECOND)
            })
            .build();
        CACHE.with(|there| there.set(cache.clone()).ok());
        cache
    };
    cache.insert(1, 1);
    let writes: [fn(&LocalCache<u32, u32>); 2] =
        [|cache| cache.insert(13, 1), |cache| _ = cache.get_or_insert_with(13, || 1)];
    for write in writes {
        assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| write(&cache))).is_err());
    }
    assert_eq!((cache.get(&1), cache.get(&13)), (Some(1), None));
    cache.validate();
}

#[test]
fn times_change_at_run_time() {
    let clock = ManualClock::new();
    let cache: Cache<u32, u32> = Cache::builder().clock(clock.clone()).build();
    cache.insert(1, 1);
    cache.set_ttl(4 * SECOND);
    cache.insert(2, 2);
    assert_eq!(cache.get_or_insert_with(3, || 3), 3);
    assert_eq!(cache.parameters().ttl, Some(4 * SECOND));
    cache.set_ttl(9 * SECOND);
    cache.insert(3, 4);
    let left = [1, 2, 3].map(|key| cache.expires_in(&key));
    assert_eq!(left, [None, Some(4 * SECOND), Some(9 * SECOND)]);
    cache.set_ttl(Duration::ZERO);
    cache.insert(5, 5);
    assert_eq!(cache.get(&5), None);
    cache.set_ttl(None);
    cache.insert(5, 5);
    assert_eq!((cache.expires_in(&5), cache.parameters().ttl), (None, None));
    clock.advance(4 * SECOND);
    assert_eq!([1, 2, 3].map(|key| cache.get(&key)), [Some(1), None, Some(4)]);
    cache.validate();

    let idle: LocalCache<u32, u32> = LocalCache::builder().clock(clock.clone()).idle(2 * SECOND).build();
    idle.insert(1, 1);
    idle.set_idle(8 * SECOND).unwrap();
    clock.advance(SECOND);
    assert_eq!(
        (idle.get(&1), idle.expires_in(&1), idle.parameters().idle),
        (Some(1), Some(8 * SECOND), Some(8 * SECOND))
    );
    assert!(idle.set_idle(Duration::ZERO).is_err() && cache.set_idle(SECOND).is_err());
    idle.validate();

    // By the system's clock too, where the entries' deadlines are in their heads.
    let system: Cache<u32, u32> = Cache::default();
    system.set_ttl(Duration::from_millis(5));
    system.insert(1, 1);
    std::thread::sleep(Duration::from_millis(5));
    assert_eq!((system.get(&2), system.get(&1)), (None, None));
}
