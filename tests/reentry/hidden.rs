//! Tests of single paths in the engine where user code runs.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};
use std::time::Duration;

use memokit::{Cache, ManualClock, memoize};

use crate::flight::watchdog;

#[test]
fn a_weigher_may_ask_for_the_value_that_it_weighs() {
    static ONCE: AtomicBool = AtomicBool::new(true);

    fn weigh(key: u32) -> u32 {
        if ONCE.swap(false, SeqCst) { heavy(key) } else { 1 }
    }
    #[memoize(max_weight = 100, weight = |key, _value| weigh(*key))]
    fn heavy(n: u32) -> u32 {
        n
    }

    watchdog(|| assert_eq!((heavy(3), heavy(3)), (3, 3)));
}

#[test]
fn the_entry_that_a_refresh_replaces_is_dropped_without_the_lock() {
    static DROPS: AtomicU32 = AtomicU32::new(0);
    static EVICT: AtomicBool = AtomicBool::new(false);

    #[derive(Clone)]
    struct Asks;

    impl Drop for Asks {
        fn drop(&mut self) {
            assert!(leaves::cache_info().currsize <= 1);
            DROPS.fetch_add(1, SeqCst);
        }
    }

    #[memoize(lru = 1)]
    fn leaves(n: u32) -> Asks {
        // Evicts the entry that the run is about to replace.
        if EVICT.load(SeqCst) {
            leaves::put(n + 1, Asks);
        }
        Asks
    }

    watchdog(|| {
        drop(leaves(1));
        EVICT.store(true, SeqCst);
        drop(leaves::refresh(1));
        leaves::cache_clear();
        assert!(DROPS.load(SeqCst) >= 4);
    });
}

#[test]
fn keys_that_all_collide_stay_apart() {
    #[derive(Clone, Debug, PartialEq, Eq)]
    struct Same(u32);

    impl std::hash::Hash for Same {
        fn hash<H: std::hash::Hasher>(&self, _: &mut H) {}
    }

    watchdog(|| {
        let cache = Cache::builder().lru(200).build();
        for round in 0..2 {
            for n in 0..200 {
                assert_eq!(cache.get_or_insert_with(Same(n), || n), n, "round {round}");
            }
        }
        let info = cache.info();
        assert_eq!((info.hits, info.misses), (200, 200));
        cache.validate();
    });
}

#[test]
fn a_value_may_hold_its_own_cache() {
    #[derive(Clone)]
    struct Holder(Cache<u32, Holder>);

    impl Drop for Holder {
        fn drop(&mut self) {
            let _ = self.0.len();
        }
    }

    watchdog(|| {
        let cache = Cache::builder().lru(2).build();
        (0..5).for_each(|n| cache.insert(n, Holder(cache.clone())));
        assert_eq!(cache.len(), 2);
        cache.clear();
        assert!(cache.is_empty());
    });
}

#[test]
fn the_last_reference_to_a_cache_may_be_dropped_while_it_computes() {
    watchdog(|| {
        let cache = Cache::builder().lru(2).build();
        let clone = cache.clone();
        let value = clone.get_or_insert_with(1, move || {
            drop(cache);
            5
        });
        assert_eq!(value, 5);
    });
}

#[test]
fn a_clock_may_panic() {
    struct Faulty(ManualClock, AtomicBool);

    impl memokit::Clock for &'static Faulty {
        fn now(&self) -> Duration {
            assert!(!self.1.load(SeqCst), "the clock has stopped");
            self.0.now()
        }
    }

    watchdog(|| {
        let clock: &'static Faulty = Box::leak(Box::new(Faulty(ManualClock::new(), AtomicBool::new(false))));
        let cache = Cache::builder().ttl(Duration::from_secs(1)).clock(clock).build();
        cache.insert(1, 1);
        clock.1.store(true, SeqCst);
        let calls: [fn(&Cache<u32, u32>); 3] =
            [|cache| _ = cache.get(&1), |cache| cache.insert(2, 2), |cache| _ = cache.get_or_insert_with(3, || 3)];
        for call in calls {
            assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| call(&cache))).is_err());
        }
        clock.1.store(false, SeqCst);
        assert_eq!((1..4).map(|n| cache.get_or_insert_with(n, || n)).sum::<u32>(), 6);
        cache.validate();
    });
}

#[test]
fn listeners_are_called_for_removals_that_they_cause() {
    watchdog(|| {
        static HEARD: AtomicU32 = AtomicU32::new(0);
        let cell: &'static std::sync::OnceLock<Cache<u32, u32>> = Box::leak(Box::new(std::sync::OnceLock::new()));
        let cache = cell.get_or_init(|| {
            Cache::builder()
                .lru(1)
                .removal_listener(move |key, _, _| {
                    // A chain: each removal causes the next one, five deep.
                    HEARD.fetch_add(1, SeqCst);
                    if *key < 5 {
                        cell.get().expect("built").insert(key + 2, 0);
                    }
                })
                .build()
        });
        cache.insert(0, 0);
        cache.insert(1, 0);
        assert!(HEARD.load(SeqCst) >= 4);
        assert_eq!(cache.len(), 1);
        cache.validate();
    });
}
