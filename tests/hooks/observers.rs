//! Several removal listeners: each hears every removal with its cause, whatever the others do.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use memokit::RemovalCause::{Cleared, Evicted, Expired, Refused, Removed, Replaced};
use memokit::{Cache, LocalCache, ManualClock, RemovalCause};

use super::{load, watchdog};

type Heard = Vec<(u8, u32, u32, RemovalCause)>;

/// What one listener heard, of all that all heard.
fn of(listener: u8, heard: &Heard) -> Vec<(u32, u32, RemovalCause)> {
    heard.iter().filter(|(who, ..)| *who == listener).map(|&(_, key, value, cause)| (key, value, cause)).collect()
}

/// Removes entries for each cause, and by each way in.
macro_rules! remove_in_all_ways {
    ($cache:expr, $clock:expr) => {{
        let (cache, clock) = (&$cache, &$clock);
        cache.insert(1, 10);
        cache.insert(1, 11);
        cache.insert(2, 20);
        load!(cache, &3).insert(30);
        cache.remove(&2);
        cache.insert(4, 40);
        cache.insert(5, 50);
        cache.retain(|key, _| *key != 4);
        clock.advance(Duration::from_secs(1));
        cache.run_pending();
        cache.insert(6, 60);
        cache.insert_with_ttl(6, 61, Duration::ZERO);
        cache.insert(7, 70);
        cache.resize(0);
        cache.resize(2);
        cache.insert(8, 80);
        cache.clear();
        cache.validate();
        vec![
            (1, 10, Replaced),
            (1, 11, Evicted),
            (2, 20, Removed),
            (3, 30, Evicted),
            (4, 40, Removed),
            (5, 50, Expired),
            (6, 60, Removed),
            (6, 61, Refused),
            (7, 70, Evicted),
            (8, 80, Cleared),
        ]
    }};
}

#[test]
fn all_listeners_hear_each_removal_with_its_cause_in_the_order_they_were_given() {
    let (clock, heard) = (ManualClock::new(), Arc::new(Mutex::new(Heard::new())));
    let hear = |who: u8| {
        let heard = heard.clone();
        move |key: &u32, value: &u32, cause| heard.lock().unwrap().push((who, *key, *value, cause))
    };
    let cache = Cache::builder()
        .removal_listener(hear(0))
        .lru(2)
        .removal_listener(hear(1))
        .ttl(Duration::from_secs(1))
        .clock(clock.clone())
        .removal_listener(hear(2))
        .build();
    let expected = remove_in_all_ways!(cache, clock);
    let heard = heard.lock().unwrap();
    for listener in 0..3 {
        assert_eq!(of(listener, &heard), expected);
    }
    assert!(heard.chunks(3).all(|told| told.iter().map(|told| told.0).eq(0..3)), "in order: {heard:?}");
}

#[test]
fn a_listener_that_panics_is_contained_and_the_others_hear() {
    let (clock, heard) = (ManualClock::new(), Arc::new(Mutex::new(Heard::new())));
    let hear = |who: u8| {
        let heard = heard.clone();
        move |key: &u32, value: &u32, cause| heard.lock().unwrap().push((who, *key, *value, cause))
    };
    let cache = Cache::builder()
        .lru(2)
        .ttl(Duration::from_secs(1))
        .clock(clock.clone())
        .removal_listener(|_, _, _| panic!("the first listener"))
        .removal_listener(hear(1))
        .removal_listener(|_, _, _| std::panic::panic_any(PanicsWhenDropped))
        .removal_listener(hear(3))
        .build();
    let expected = remove_in_all_ways!(cache, clock);
    {
        let heard = heard.lock().unwrap();
        assert_eq!((of(1, &heard), of(3, &heard)), (expected.clone(), expected));
    }
    for key in 0..100 {
        assert_eq!(cache.get_or_insert_with(key, || key + 1), key + 1);
        cache.validate();
    }
    assert_eq!((cache.len(), cache.info().evictions), (2, 98), "the cache goes on as before");
}

/// The payload of a panic, with a destructor that panics in turn.
struct PanicsWhenDropped;

impl Drop for PanicsWhenDropped {
    fn drop(&mut self) {
        panic!("the payload's destructor");
    }
}

#[test]
fn listeners_of_a_local_cache_hear_the_same() {
    let (clock, heard) = (ManualClock::new(), Rc::new(RefCell::new(Heard::new())));
    let hear = |who: u8| {
        let heard = heard.clone();
        move |key: &u32, value: &u32, cause| heard.borrow_mut().push((who, *key, *value, cause))
    };
    let cache = LocalCache::builder()
        .lru(2)
        .ttl(Duration::from_secs(1))
        .clock(clock.clone())
        .removal_listener(hear(0))
        .removal_listener(|_, _, _| panic!("a listener in the middle"))
        .removal_listener(hear(2))
        .build();
    let expected = remove_in_all_ways!(cache, clock);
    let heard = heard.borrow();
    assert_eq!((of(0, &heard), of(2, &heard)), (expected.clone(), expected));
}

#[test]
fn a_panic_of_a_listener_while_its_thread_unwinds_ends_nothing_else() {
    // The listener panics while a guard is dropped by a panic: a panic that got out would end the
    // process.
    let clock = ManualClock::new();
    let cache: Cache<u32, u32> = Cache::builder()
        .ttl(Duration::from_secs(1))
        .clock(clock.clone())
        .removal_listener(|_, _, _| panic!("a listener"))
        .build();
    struct Removes<'a>(&'a Cache<u32, u32>);
    impl Drop for Removes<'_> {
        fn drop(&mut self) {
            self.0.remove(&1);
            self.0.insert(2, 2);
        }
    }
    cache.insert(1, 1);
    cache.insert(2, 1);
    let unwinds = || {
        let _guard = load!(cache, &3);
        let _removes = Removes(&cache);
        panic!("as the test wants it");
    };
    assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(unwinds)).is_err());
    assert_eq!((cache.get(&1), cache.get(&2), cache.len()), (None, Some(2), 1));
    cache.validate();
}

type Act = (&'static str, fn(&Cache<u32, u32>, u32));

/// What a listener does with the cache that it listens to.
const ACTS: &[Act] = &[
    ("get", |cache, key| drop((cache.get(&key), cache.peek(&(key + 1))))),
    ("insert", |cache, key| cache.insert(key + 100, key)),
    ("load", |cache, key| assert_eq!(cache.get_or_insert_with(key + 100, || key), key)),
    ("begin", |cache, key| {
        if let memokit::Answer::Load(guard) = cache.begin(&(key + 100)) {
            guard.insert(key);
        }
    }),
    ("remove", |cache, _| drop((0..10).map(|key| cache.remove(&key)).collect::<Vec<_>>())),
    ("walk", |cache, _| drop((cache.iter().count(), format!("{cache:?}"), cache.info(), cache.len()))),
    ("retain", |cache, key| _ = cache.retain(|other, _| *other != key + 1)),
    ("clear", |cache, _| cache.clear()),
    ("resize", |cache, _| cache.resize(1)),
    ("sweep", |cache, _| _ = cache.run_pending()),
];

#[test]
fn listeners_may_use_the_cache_here_and_on_other_threads() {
    for on_another_thread in [false, true] {
        for (what, act) in ACTS {
            watchdog(move || {
                let own: Arc<Mutex<Option<Cache<u32, u32>>>> = Arc::default();
                let heard = Arc::new(Mutex::new(0));
                let acted = Arc::new([const { AtomicU32::new(0) }; 2]);
                let acts = {
                    let (own, acted) = (own.clone(), acted.clone());
                    move |key: &u32, _: &u32, _: RemovalCause| {
                        let (key, [called, returned]) = (*key, &*acted);
                        // What it causes in turn is heard too; the first generation of keys acts.
                        let cache = own.lock().unwrap().clone().filter(|_| key < 100);
                        if let Some(cache) = cache {
                            called.fetch_add(1, SeqCst);
                            if on_another_thread {
                                // Were a lock held, this would hang.
                                thread::spawn(move || act(&cache, key)).join().unwrap();
                            } else {
                                act(&cache, key);
                            }
                            // Not reached if it panics, which would be seen nowhere else.
                            returned.fetch_add(1, SeqCst);
                        }
                    }
                };
                let count = heard.clone();
                let cache = Cache::builder()
                    .lru(3)
                    .removal_listener(acts)
                    .removal_listener(move |_, _, _| *count.lock().unwrap() += 1)
                    .build();
                *own.lock().unwrap() = Some(cache.clone());
                for key in 0..8 {
                    cache.insert(key, key);
                    cache.insert(key, key);
                    cache.validate();
                }
                cache.remove(&7);
                cache.retain(|key, _| key % 2 == 0);
                cache.clear();
                cache.validate();
                assert!(*heard.lock().unwrap() >= 8, "{what}: the other listener heard");
                let [called, returned] = acted.each_ref().map(|count| count.load(SeqCst));
                assert!(called == returned && called >= 8, "{what}: {called} calls, {returned} returned");
                // The cache and its listener hold each other.
                own.lock().unwrap().take();
            });
        }
    }
}
