//! A walk over a cache is a snapshot in this sense: a key that is there during the whole walk, and
//! is only ever replaced meanwhile, appears exactly once.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use memokit::{Cache, LocalCache, ManualClock, memoize};

use super::watchdog;

const KEYS: u32 = 1000;

/// Takes snapshots, by the function given, while two threads replace every value and a third
/// inserts and removes other keys.
fn beside_writers(cache: &Cache<u32, u32>, mut snapshot: impl FnMut(&Cache<u32, u32>) -> Vec<u32>) {
    (0..KEYS).for_each(|key| cache.insert(key, 0));
    let stop = AtomicBool::new(false);
    /// Also where an assertion fails: else the writers never end.
    struct Stop<'a>(&'a AtomicBool);
    impl Drop for Stop<'_> {
        fn drop(&mut self) {
            self.0.store(true, Relaxed);
        }
    }
    thread::scope(|scope| {
        let _stop = Stop(&stop);
        for step in [1, 3] {
            let stop = &stop;
            scope.spawn(move || {
                let mut value = 0;
                while !stop.load(Relaxed) {
                    (0..KEYS).for_each(|key| cache.insert(key * step % KEYS, value));
                    value += 1;
                }
            });
        }
        scope.spawn(|| {
            while !stop.load(Relaxed) {
                (KEYS..KEYS + 200).for_each(|key| cache.insert(key, 0));
                (KEYS..KEYS + 200).for_each(|key| drop(cache.remove(&key)));
            }
        });
        let start = Instant::now();
        for taken in 0..1000 {
            let keys = snapshot(cache);
            let mut stable: Vec<u32> = keys.into_iter().filter(|key| *key < KEYS).collect();
            stable.sort_unstable();
            assert!(stable.iter().copied().eq(0..KEYS), "snapshot {taken}: {} keys of {KEYS}", stable.len());
            if start.elapsed() > Duration::from_millis(600) {
                break;
            }
        }
    });
    cache.validate();
}

#[test]
fn iter_gives_each_key_that_is_only_replaced_once() {
    watchdog(|| beside_writers(&Cache::default(), |cache| cache.iter().map(|entry| *entry.key()).collect()));
}

#[test]
fn iter_of_a_bounded_cache_does_so_too() {
    let cache = Cache::builder().lru(KEYS as usize + 500).ttl(Duration::from_secs(3600)).build();
    watchdog(move || beside_writers(&cache, |cache| cache.iter().map(|entry| *entry.key()).collect()));
}

#[test]
fn iter_of_an_observed_cache_does_so_too() {
    let cache = Cache::builder().removal_listener(|_, _, _| ()).removal_listener(|_, _, _| ()).build();
    watchdog(move || beside_writers(&cache, |cache| cache.iter().map(|entry| *entry.key()).collect()));
}

#[test]
fn debug_shows_each_key_that_is_only_replaced_once() {
    let keys = |cache: &Cache<u32, u32>| {
        let shown = format!("{cache:?}");
        let entries = shown.trim_matches(['{', '}']).split(", ");
        entries.map(|entry| entry.split(':').next().unwrap().parse().unwrap()).collect()
    };
    watchdog(move || beside_writers(&Cache::default(), keys));
}

#[test]
fn retain_asks_about_each_key_that_is_only_replaced_once_and_keeps_it() {
    let keys = |cache: &Cache<u32, u32>| {
        let mut seen = Vec::new();
        cache.retain(|key, _| {
            seen.push(*key);
            true
        });
        seen
    };
    watchdog(move || beside_writers(&Cache::default(), keys));
}

#[test]
fn forget_if_asks_about_each_key_that_is_only_replaced_once() {
    #[memoize]
    fn double(n: u32) -> u32 {
        n * 2
    }

    watchdog(|| {
        (0..KEYS).for_each(|key| assert_eq!(double(key), key * 2));
        let stop = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                while !stop.load(Relaxed) {
                    (0..KEYS).for_each(|key| double::put(key, 1));
                    (0..KEYS).for_each(|key| assert_eq!(double::refresh(key), key * 2));
                }
            });
            let start = Instant::now();
            let mut wrong = None;
            while start.elapsed() < Duration::from_millis(600) && wrong.is_none() {
                // Of this thread, because the predicate is also asked about the values of refreshes
                // that end meanwhile, on theirs.
                let (this, seen) = (thread::current().id(), Arc::new(Mutex::new(BTreeMap::<u32, u32>::new())));
                let removed = double::forget_if({
                    let seen = seen.clone();
                    move |key, _| {
                        if thread::current().id() == this {
                            *seen.lock().unwrap().entry(*key.arg::<u32>(0).unwrap()).or_default() += 1;
                        }
                        false
                    }
                });
                let seen = seen.lock().unwrap().clone();
                let exactly_once = seen.len() == KEYS as usize && seen.values().all(|&times| times == 1);
                wrong = (!exactly_once || removed != 0).then_some((seen, removed));
            }
            stop.store(true, Relaxed);
            assert_eq!(wrong, None);
        });
        assert_eq!(double::cache_info().currsize, KEYS as usize);
    });
}

thread_local! {
    /// What happens when the next value is cloned or shown.
    static AT_NEXT: RefCell<Option<Box<dyn FnOnce()>>> = const { RefCell::new(None) };
}

fn happens() {
    // Taken out first: what happens may clone values itself.
    let next = AT_NEXT.with(|next| next.borrow_mut().take());
    if let Some(next) = next {
        next();
    }
}

/// A value that lets something happen in the middle of a walk, on the walk's own thread.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Hooked(u32);

impl Clone for Hooked {
    fn clone(&self) -> Self {
        happens();
        Self(self.0)
    }
}

impl fmt::Debug for Hooked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        happens();
        self.0.fmt(f)
    }
}

#[test]
fn what_is_replaced_in_the_middle_of_a_walk_appears_once() {
    // Each key before, in and behind the batch under way, replaced once and twice.
    for times in 1..=3 {
        let cache: Cache<u32, Hooked> = Cache::default();
        (0..KEYS).for_each(|key| cache.insert(key, Hooked(0)));
        let replace = || {
            let cache = cache.clone();
            AT_NEXT.set(Some(Box::new(move || {
                for round in 0..times {
                    (0..KEYS).for_each(|key| cache.insert(key * 7 % KEYS, Hooked(round)));
                }
            })));
        };
        for walk in walks() {
            replace();
            assert!(walk(&cache).into_iter().eq(0..KEYS));
            assert!(AT_NEXT.take().is_none(), "it happened");
            cache.validate();
        }
    }
}

type Walk = fn(&Cache<u32, Hooked>) -> Vec<u32>;

/// Each kind of walk: the keys that it saw, sorted.
fn walks() -> [Walk; 3] {
    fn sorted(mut keys: Vec<u32>) -> Vec<u32> {
        keys.sort_unstable();
        keys
    }
    [
        |cache| sorted(cache.iter().map(|entry| *entry.key()).collect()),
        |cache| {
            let shown = format!("{cache:?}");
            let entries = shown.trim_matches(['{', '}']).split(", ").filter(|entry| !entry.is_empty());
            sorted(entries.map(|entry| entry.split(':').next().unwrap().parse().unwrap()).collect())
        },
        |cache| {
            let mut seen = Vec::new();
            cache.retain(|key, _| {
                happens();
                seen.push(*key);
                true
            });
            sorted(seen)
        },
    ]
}

#[test]
fn what_is_replaced_before_it_expires_appears_though_the_old_entry_would_have_expired() {
    for walk in walks() {
        let clock = ManualClock::new();
        let cache: Cache<u32, Hooked> = Cache::builder().ttl(Duration::from_secs(10)).clock(clock.clone()).build();
        (0..KEYS).for_each(|key| cache.insert(key, Hooked(0)));
        let writer = cache.clone();
        AT_NEXT.set(Some(Box::new(move || {
            clock.advance(Duration::from_secs(6));
            (0..KEYS).for_each(|key| writer.insert(key, Hooked(1)));
            clock.advance(Duration::from_secs(6));
        })));
        // At each moment every key is there.
        assert!(walk(&cache).into_iter().eq(0..KEYS));
    }
}

#[test]
fn a_walk_inside_a_walk_and_one_that_panics_leave_the_others_alone() {
    let cache: Cache<u32, Hooked> = Cache::default();
    (0..KEYS).for_each(|key| cache.insert(key, Hooked(0)));
    let inner = cache.clone();
    AT_NEXT.set(Some(Box::new(move || {
        let panics = || inner.retain(|key, _| if *key == 300 { panic!("in the middle") } else { true });
        assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(panics)).is_err());
        let again = inner.clone();
        AT_NEXT.set(Some(Box::new(move || (0..KEYS).for_each(|key| again.insert(key, Hooked(1))))));
        assert!(walks()[0](&inner).into_iter().eq(0..KEYS));
    })));
    assert!(walks()[2](&cache).into_iter().eq(0..KEYS));
    cache.validate();
}

#[test]
fn what_is_removed_or_cleared_in_the_middle_of_a_walk_does_not_come_twice() {
    let clears: [(bool, fn(&Cache<u32, Hooked>)); 4] = [
        (false, Cache::clear),
        (false, |cache| _ = cache.retain(|_, _| false)),
        (false, |cache| (0..KEYS).for_each(|key| drop(cache.remove(&key)))),
        (true, |cache| {
            cache.clear();
            (0..KEYS).for_each(|key| cache.insert(key, Hooked(2)));
        }),
    ];
    for (reinserts, clear) in clears {
        for walk in walks() {
            let cache: Cache<u32, Hooked> = Cache::default();
            (0..KEYS).for_each(|key| cache.insert(key, Hooked(0)));
            let inner = cache.clone();
            AT_NEXT.set(Some(Box::new(move || clear(&inner))));
            let seen = walk(&cache);
            // A key that was removed and inserted again is another entry: it may be seen a second
            // time.
            let distinct: BTreeSet<u32> = seen.iter().copied().collect();
            assert!(!seen.is_empty() && (reinserts || distinct.len() == seen.len()));
            cache.validate();
        }
    }
}

#[test]
fn a_local_cache_has_the_same_snapshots() {
    let cache: LocalCache<u32, Hooked> = LocalCache::default();
    (0..KEYS).for_each(|key| cache.insert(key, Hooked(0)));
    let inner = cache.clone();
    AT_NEXT.set(Some(Box::new(move || (0..KEYS).for_each(|key| inner.insert(key, Hooked(1))))));
    let mut keys: Vec<u32> = cache.iter().map(|entry| *entry.key()).collect();
    keys.sort_unstable();
    assert!(keys.into_iter().eq(0..KEYS));
    cache.validate();
}
