//! Whole stores: keys and values of the user's, runs that others wait for, bounds, and what becomes of it all.

use std::hash::{BuildHasher, Hasher};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::SeqCst};
use std::task::{Context, Poll, Waker};

use super::check;
use crate::sync::{Mutex, spawn, yield_now};
use crate::{Cache, CacheBuilder, RemovalCause};

/// Keys are their own hashes, so that runs of a model are alike.
#[derive(Clone, Copy, Default)]
struct Same(u64);

impl BuildHasher for Same {
    type Hasher = Self;

    fn build_hasher(&self) -> Self {
        Self(0)
    }
}

impl Hasher for Same {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = self.0 << 8 | u64::from(byte);
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}

/// A value that knows whether it lives, and how many do.
struct Live {
    number: u64,
    check: u64,
    alive: Arc<AtomicI64>,
}

const CHECK: u64 = 0x5EED_5EED;

impl Live {
    fn new(number: u64, alive: &Arc<AtomicI64>) -> Self {
        alive.fetch_add(1, SeqCst);
        Self { number, check: number ^ CHECK, alive: alive.clone() }
    }

    fn number(&self) -> u64 {
        assert_eq!(self.check, self.number ^ CHECK, "alive and whole");
        self.number
    }
}

impl Clone for Live {
    fn clone(&self) -> Self {
        Self::new(self.number(), &self.alive)
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.number();
        self.check = 0;
        self.alive.fetch_sub(1, SeqCst);
    }
}

type Store<V = Live> = Cache<u64, V, Same>;

fn builder<V>() -> CacheBuilder<u64, V, Same> {
    Cache::builder().seed(1).hasher(Same::default())
}

/// The model is given a counter of what lives; in the end nothing must.
fn check_live(model: impl Fn(&Arc<AtomicI64>) + Send + Sync + 'static) {
    check(move || {
        let alive = Arc::new(AtomicI64::new(0));
        model(&alive);
        assert_eq!(alive.load(SeqCst), 0, "all that lived was dropped, once");
    });
}

/// Entries are evicted and their places used again while others read, and write, the same keys: what is read is whole and belongs to its key.
#[test]
fn what_is_read_lives_though_it_is_evicted() {
    check_live(|alive| {
        let cache = builder().lru(1).build();
        let threads = [1, 2].map(|key| {
            let (cache, alive) = (cache.clone(), alive.clone());
            spawn(move || {
                cache.insert(key, Live::new(key, &alive));
                for other in [1, 2] {
                    assert!(cache.get(&other).is_none_or(|value| value.number() == other));
                }
            })
        });
        threads.into_iter().for_each(|thread| thread.join());
        cache.validate();
        assert_eq!(cache.len(), 1);
    });
}

/// A key that is replaced by `insert` is there for whoever asks.
#[test]
fn a_key_that_is_written_again_is_always_there() {
    check_live(|alive| {
        let cache = builder().build();
        cache.insert(1, Live::new(10, alive));
        let reader = {
            let cache: Store = cache.clone();
            spawn(move || {
                for _ in 0..2 {
                    let value = cache.get(&1).expect("it is there");
                    assert!((10..13).contains(&value.number()));
                }
            })
        };
        for number in 11..13 {
            cache.insert(1, Live::new(number, alive));
        }
        reader.join();
        assert_eq!(cache.get(&1).map(|value| value.number()), Some(12));
    });
}

/// Of those who compute one key at one time one runs and the others get its value, though the store is so small that it is evicted before they look.
#[test]
fn who_waits_gets_the_value_though_it_is_evicted() {
    check_live(|alive| {
        let cache: Store = builder().lru(1).build();
        let threads = [1, 1, 2].map(|key| {
            let (cache, alive) = (cache.clone(), alive.clone());
            spawn(move || {
                let value = cache.get_or_insert_with(key, || Live::new(key, &alive));
                assert_eq!(value.number(), key);
            })
        });
        threads.into_iter().for_each(|thread| thread.join());
        cache.validate();
        let info = cache.info();
        assert_eq!(info.hits + info.misses + info.coalesced, 3);
    });
}

/// A run fails, or is dropped where it waits: of those who wait one computes, and there is one value in the end.
#[test]
fn of_those_who_wait_one_leads_when_a_run_fails() {
    check_live(|alive| {
        let cache: Store = builder().build();
        let failing = {
            let cache = cache.clone();
            spawn(move || match cache.try_get_or_insert_with(1, || Err::<Live, _>("no")) {
                Ok(value) => assert_eq!(value.number(), 1),
                Err(error) => assert_eq!(error, "no"),
            })
        };
        let cancelled = {
            let (cache, alive) = (cache.clone(), alive.clone());
            spawn(move || {
                let run = async {
                    std::future::pending::<()>().await;
                    Live::new(3, &alive)
                };
                let run = pin!(cache.get_or_insert_async(1, run));
                match run.poll(&mut Context::from_waker(Waker::noop())) {
                    Poll::Ready(value) => assert_eq!(value.number(), 1),
                    Poll::Pending => {}
                }
            })
        };
        let value = cache.get_or_insert_with(1, || Live::new(1, alive));
        assert_eq!(value.number(), 1);
        cancelled.join();
        failing.join();
        drop(value);
        cache.validate();
    });
}

/// A run that is invalidated leaves nothing behind, though others get its value.
#[test]
fn what_was_removed_while_it_was_computed_does_not_come_back() {
    check_live(|alive| {
        let cache: Store = builder().build();
        let computing = {
            let (cache, alive) = (cache.clone(), alive.clone());
            spawn(move || {
                let inner = cache.clone();
                let value = cache.get_or_insert_with(1, || {
                    let value = Live::new(1, &alive);
                    inner.remove(&1);
                    value
                });
                assert_eq!(value.number(), 1);
            })
        };
        let waiting = {
            let (cache, alive) = (cache.clone(), alive.clone());
            spawn(move || cache.get_or_insert_with(2, || Live::new(2, &alive)).number())
        };
        cache.retain(|_, value| value.number() != 2);
        computing.join();
        assert_eq!(waiting.join(), 2);
        assert!(cache.get(&1).is_none());
        cache.validate();
    });
}

/// A store of plain values is emptied with all its memory, and filled again, while others read and write.
#[test]
fn a_store_is_emptied_under_its_readers() {
    check(|| {
        let cache: Store<[u64; 2]> = builder().lru(4).build();
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

/// The same where values have something to drop and a listener hears of each once.
#[test]
fn a_listener_hears_of_each_that_leaves_once() {
    check_live(|alive| {
        let heard = Arc::new(AtomicI64::new(0));
        let cache: Store = builder()
            .fifo(2)
            .removal_listener({
                let heard = heard.clone();
                move |key: &u64, value: &Live, _: RemovalCause| {
                    assert_eq!(value.number(), *key);
                    heard.fetch_add(1, SeqCst);
                }
            })
            .build();
        let threads = [0, 2].map(|first| {
            let (cache, alive) = (cache.clone(), alive.clone());
            spawn(move || {
                for key in first..first + 2 {
                    cache.insert(key, Live::new(key, &alive));
                }
                let _ = cache.get(&first);
            })
        });
        cache.clear();
        threads.into_iter().for_each(|thread| thread.join());
        cache.clear();
        cache.validate();
        assert_eq!(heard.load(SeqCst), 4);
    });
}

/// Bounds move while entries come.
#[test]
fn a_store_is_resized_under_its_writers() {
    check_live(|alive| {
        let cache: Store = builder().build();
        let writer = {
            let (cache, alive) = (cache.clone(), alive.clone());
            spawn(move || {
                for key in 0..3 {
                    cache.insert(key, Live::new(key, &alive));
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

/// Stores come and go, and their numbers with them, while threads that have counted in them live on.
#[test]
fn counts_are_those_of_the_store_that_is_there() {
    check(|| {
        let old: Store<u64> = builder().build();
        old.insert(1, 1);
        let old = Arc::new(Mutex::new(Some(old)));
        let threads = [(); 2].map(|()| {
            let old = old.clone();
            spawn(move || {
                let get = || old.lock().unwrap().as_ref().and_then(|old| old.get(&1));
                while get().is_some() {
                    yield_now();
                }
                let new: Store<u64> = builder().build();
                assert_eq!(new.get(&1), None);
                new.insert(1, 2);
                assert_eq!(new.get(&1), Some(2));
                assert_eq!((new.info().hits, new.info().misses), (1, 1));
            })
        });
        yield_now();
        drop(old.lock().unwrap().take());
        threads.into_iter().for_each(|thread| thread.join());
    });
}
