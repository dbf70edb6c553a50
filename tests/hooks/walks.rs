//! Walks over a whole cache hold its lock for at most 256 entries at a time.
//!
//! That is counted, not timed. What a walk has pinned under the lock it shows even if it is removed
//! before its turn; what it has not come to yet it does not. So if everything is removed in the
//! middle of a walk, the walk goes on for as many entries as it took in one holding of the lock.

use std::cell::RefCell;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use memokit::{Cache, LocalCache, ManualClock, RemovalCause, memoize};

use super::watchdog;

const KEYS: usize = 1000;
const MOST: usize = 256;

/// Called once for each entry that a walk looks at.
type See = Box<dyn FnMut(usize)>;

thread_local! {
    static SEE: RefCell<(usize, Option<See>)> = const { RefCell::new((0, None)) };
}

fn seen() {
    let (count, see) = SEE.with_borrow_mut(|(count, see)| {
        *count += 1;
        (*count, see.take())
    });
    // Taken out meanwhile: it may look at values too.
    if let Some(mut see) = see {
        see(count);
        SEE.with_borrow_mut(|(_, again)| *again = Some(see));
    }
}

/// Does this walk, and calls `see` with 1, 2, .. for each entry that it looks at. Gives their
/// number.
fn walk(walk: impl FnOnce(), see: impl FnMut(usize) + 'static) -> usize {
    SEE.set((0, Some(Box::new(see))));
    walk();
    SEE.take().0
}

/// A value that says when a walk looks at it.
struct Value;

impl Clone for Value {
    fn clone(&self) -> Self {
        seen();
        Self
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        seen();
        f.write_str("Value")
    }
}

fn full() -> Cache<usize, Value> {
    let cache = Cache::default();
    (0..KEYS).for_each(|key| cache.insert(key, Value));
    cache
}

type Walk = (&'static str, fn(&Cache<usize, Value>));

const WALKS: &[Walk] = &[
    ("iter", |cache| drop(cache.iter())),
    ("Debug", |cache| drop(format!("{cache:?}"))),
    ("retain", |cache| {
        cache.retain(|_, _| {
            seen();
            true
        });
    }),
    ("retain that removes", |cache| {
        cache.retain(|_, _| {
            seen();
            false
        });
    }),
];

#[test]
fn a_walk_pins_few_entries_at_a_time() {
    for (what, run) in WALKS {
        // In the middle of a batch, at its end, in a later one.
        for at in [1, 128, 129, 900] {
            for clear in CLEARS {
                let cache = full();
                let inner = cache.clone();
                let see = move |count| {
                    if count == at {
                        clear(&inner);
                    }
                };
                let looks = walk(|| run(&cache), see);
                assert!((at..at + MOST).contains(&looks), "{what}: {looks} looks, everything left at {at}");
                cache.validate();
            }
        }
    }
}

/// Ways to remove everything.
const CLEARS: [fn(&Cache<usize, Value>); 3] =
    [Cache::clear, |cache| _ = cache.retain(|_, _| false), |cache| cache.resize(0)];

#[test]
fn a_walk_over_everything_looks_at_each_entry_once() {
    for (what, run) in WALKS {
        let cache = full();
        assert_eq!(walk(|| run(&cache), |_| ()), KEYS, "{what}");
    }
}

#[test]
fn a_walk_of_a_local_cache_pins_few_entries_too() {
    let cache: LocalCache<usize, Value> = LocalCache::default();
    (0..KEYS).for_each(|key| cache.insert(key, Value));
    let inner = cache.clone();
    let looks = walk(
        || drop(cache.iter()),
        move |count| {
            if count == 1 {
                inner.clear();
            }
        },
    );
    assert!((1..=MOST).contains(&looks), "{looks}");
}

#[test]
fn forget_if_pins_few_entries_at_a_time() {
    #[memoize]
    fn next(n: usize) -> usize {
        n + 1
    }

    (0..KEYS).for_each(|key| assert_eq!(next(key), key + 1));
    static LOOKS: AtomicUsize = AtomicUsize::new(0);
    let removed = next::forget_if(|_, _| {
        if LOOKS.fetch_add(1, SeqCst) == 0 {
            next::cache_clear();
        }
        true
    });
    let looks = LOOKS.load(SeqCst);
    assert!((1..=MOST).contains(&looks), "{looks}");
    assert_eq!(removed, 0, "what was cleared is not removed once more");
    assert_eq!(next::cache_info().currsize, 0);
}

/// Inserts, on another thread, and waits for it.
fn insert_elsewhere<V: Send + Sync + 'static>(cache: &Cache<usize, V>, key: usize, value: V) {
    let cache = cache.clone();
    thread::spawn(move || cache.insert(key, value)).join().unwrap();
}

#[test]
fn inserts_of_other_threads_go_on_at_each_step_of_a_walk() {
    watchdog(|| {
        for (what, run) in WALKS {
            let cache = full();
            let inner = cache.clone();
            let looks = walk(
                || run(&cache),
                move |count| {
                    // Were the lock held here, it would never end.
                    if count % 50 == 0 && count <= KEYS {
                        insert_elsewhere(&inner, KEYS + count, Value);
                        inner.insert(2 * KEYS + count, Value);
                    }
                },
            );
            assert!((KEYS..=KEYS + 2 * KEYS / 50).contains(&looks), "{what}: {looks}");
            let removed = if *what == "retain that removes" { looks } else { 0 };
            assert_eq!(cache.len(), KEYS + 2 * KEYS / 50 - removed, "{what}");
            cache.validate();
        }
    });
}

/// A cache whose listener does this at each removal; it gets the number of removals so far.
fn observed(
    clock: &ManualClock,
    act: impl Fn(&Cache<usize, usize>, usize, RemovalCause) + Send + Sync + 'static,
) -> Cache<usize, usize> {
    let own: Arc<Mutex<Option<Cache<usize, usize>>>> = Arc::default();
    let (inner, told) = (own.clone(), AtomicUsize::new(0));
    let cache = Cache::builder()
        .ttl(Duration::from_secs(1))
        .clock(clock.clone())
        .removal_listener(move |_, _, cause| {
            let cache = inner.lock().unwrap().clone().unwrap();
            act(&cache, told.fetch_add(1, SeqCst) + 1, cause);
        })
        .build();
    *own.lock().unwrap() = Some(cache.clone());
    (0..KEYS).for_each(|key| cache.insert(key, key));
    cache
}

#[test]
fn clear_and_sweeps_remove_few_entries_before_they_tell_the_listeners() {
    type Clear = (&'static str, fn(&Cache<usize, usize>, &ManualClock), RemovalCause);
    let clears: [Clear; 3] = [
        ("clear", |cache, _| cache.clear(), RemovalCause::Cleared),
        ("retain", |cache, _| _ = cache.retain(|_, _| false), RemovalCause::Removed),
        (
            "a sweep",
            |cache, clock| {
                clock.advance(Duration::from_secs(1));
                cache.run_pending();
            },
            RemovalCause::Expired,
        ),
    ];
    for (what, clear, cause) in clears {
        let (clock, told) = (ManualClock::new(), Arc::new(Mutex::new(Vec::new())));
        let tell = told.clone();
        let cache = observed(&clock, move |cache, told, why| {
            // Statistics do not sweep: this is what the walk has left so far. Judged below, for a
            // panic would end here.
            tell.lock().unwrap().push((told, cache.info().currsize, why));
        });
        clear(&cache, &clock);
        let told = told.lock().unwrap();
        assert_eq!((told.len(), cache.len()), (KEYS, 0), "{what}");
        for &(told, left, why) in &*told {
            assert_eq!(why, cause, "{what}");
            let removed = KEYS - left;
            assert!((told..told + MOST).contains(&removed), "{what}: {told} told of, {removed} removed");
        }
        cache.validate();
    }
}

#[test]
fn inserts_go_on_in_the_middle_of_a_clear_with_listeners() {
    watchdog(|| {
        let inserted = Arc::new(AtomicUsize::new(0));
        let count = inserted.clone();
        let cache = observed(&ManualClock::new(), move |cache, told, _| {
            if told % 100 == 0 && told <= KEYS {
                insert_elsewhere(cache, KEYS + told, 0);
                count.fetch_add(1, SeqCst);
            }
        });
        cache.clear();
        assert_eq!(inserted.load(SeqCst), KEYS / 100);
        assert!((0..KEYS).all(|key| !cache.contains(&key)), "what was there is gone");
        cache.validate();
    });
}
