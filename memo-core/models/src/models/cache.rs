//! Whole caches: values of the user's, capacities, and what becomes of removed entries.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::SeqCst};

use super::live::{Live, ModelCache, builder, check_live};
use super::runner::check;
use crate::info::RemovalCause;
use crate::sync::{ModelThread, Mutex, spawn, yield_now};

/// Entries are evicted and their cells reused while others read and write the same keys: what is
/// read is whole and belongs to its key.
pub fn a_value_lives_while_it_is_read_though_it_is_evicted() {
    check_live(|count| {
        let cache = builder().lru(1).build();
        let threads = [1, 2].map(|key| {
            let (cache, count) = (cache.clone(), count.clone());
            spawn(move || {
                cache.insert(key, count.live(key));
                for other in [1, 2] {
                    assert!(cache.get(&other).is_none_or(|value: Live| value.number() == other));
                }
            })
        });
        let _ = threads.map(ModelThread::join);
        cache.validate();
        assert_eq!(cache.len(), 1);
    });
}

/// Entries are visited while others evict them and reuse their cells.
pub fn a_visited_value_belongs_to_its_key() {
    check_live(|count| {
        let cache: ModelCache = builder().lru(1).build();
        cache.insert(1, count.live(1));
        let visitor = {
            let cache = cache.clone();
            spawn(move || {
                cache.retain(|key, value| {
                    assert_eq!(value.number(), *key);
                    true
                });
            })
        };
        for key in 2..5 {
            cache.insert(key, count.live(key));
        }
        visitor.join();
        cache.validate();
    });
}

/// A key that `insert` replaces is there for every reader.
pub fn a_key_that_is_inserted_again_is_always_there() {
    check_live(|count| {
        let cache = builder().build();
        cache.insert(1, count.live(10));
        let reader = {
            let cache: ModelCache = cache.clone();
            spawn(move || {
                for _ in 0..2 {
                    let value = cache.get(&1).expect("it is there");
                    assert!((10..13).contains(&value.number()));
                }
            })
        };
        for number in 11..13 {
            cache.insert(1, count.live(number));
        }
        reader.join();
        assert_eq!(cache.get(&1).map(|value| value.number()), Some(12));
    });
}

/// A cache of plain values is cleared with all its memory, and filled again, while others read and
/// write.
pub fn a_cache_is_cleared_while_it_is_read() {
    check(|| {
        let cache: ModelCache<[u64; 2]> = builder().lru(4).build();
        for key in 0..3 {
            cache.insert(key, [key, !key]);
        }
        let reader = {
            let cache = cache.clone();
            spawn(move || {
                for key in 0..2 {
                    assert!(cache.get(&key).is_none_or(|value| value == [key, !key]));
                }
                cache.remove(&1);
            })
        };
        let clearing = {
            let cache = cache.clone();
            spawn(move || cache.clear())
        };
        cache.clear();
        cache.insert(1, [1, !1]);
        reader.join();
        clearing.join();
        cache.validate();
        assert!(cache.len() <= 1);
    });
}

/// The same where values have something to drop: a listener is told of each removal once.
pub fn a_listener_is_told_of_each_removal_once() {
    check_live(|count| {
        let told = Arc::new(AtomicI64::new(0));
        let cache: ModelCache = builder()
            .fifo(2)
            .removal_listener({
                let told = told.clone();
                move |key: &u64, value: &Live, _: RemovalCause| {
                    assert_eq!(value.number(), *key);
                    told.fetch_add(1, SeqCst);
                }
            })
            .build();
        let threads = [0, 2].map(|first| {
            let (cache, count) = (cache.clone(), count.clone());
            spawn(move || {
                for key in first..first + 2 {
                    cache.insert(key, count.live(key));
                }
                let _ = cache.get(&first);
            })
        });
        cache.clear();
        let _ = threads.map(ModelThread::join);
        cache.clear();
        cache.validate();
        assert_eq!(told.load(SeqCst), 4);
    });
}

/// Capacities change while entries are inserted.
pub fn a_cache_is_resized_while_it_is_written() {
    check_live(|count| {
        let cache: ModelCache = builder().build();
        let writer = {
            let (cache, count) = (cache.clone(), count.clone());
            spawn(move || {
                for key in 0..3 {
                    cache.insert(key, count.live(key));
                    assert!(cache.get(&key).is_none_or(|value| value.number() == key));
                }
            })
        };
        cache.resize(1);
        cache.validate();
        cache.resize(2);
        writer.join();
        cache.validate();
        assert!(cache.len() <= 2);
    });
}

/// Caches are dropped and made, and reuse the numbers of dropped ones, while threads that counted
/// hits in those go on.
pub fn hits_are_counted_for_the_cache_they_happen_in() {
    check(|| {
        let old: ModelCache<u64> = builder().build();
        old.insert(1, 1);
        let old = Arc::new(Mutex::new(Some(old)));
        let threads = [(); 2].map(|()| {
            let old = old.clone();
            spawn(move || {
                let get = || old.lock().unwrap().as_ref().and_then(|old| old.get(&1));
                while get().is_some() {
                    yield_now();
                }
                let new: ModelCache<u64> = builder().build();
                assert_eq!(new.get(&1), None);
                new.insert(1, 2);
                assert_eq!(new.get(&1), Some(2));
                assert_eq!((new.info().hits, new.info().misses), (1, 1));
            })
        });
        yield_now();
        drop(old.lock().unwrap().take());
        let _ = threads.map(ModelThread::join);
    });
}
