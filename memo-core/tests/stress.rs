//! Stress tests of one store: threads do everything at the same time, with values that check
//! themselves and are counted.
//!
//! `MEMOKIT_STRESS_OPERATIONS` sets the number of operations; it is small by default. See
//! `proof.sh`.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use memo_core::{Cache, CacheBuilder};

const THREADS: u64 = 4;

/// The number of values that are alive. Only one test at a time counts.
static ALIVE: AtomicI64 = AtomicI64::new(0);
static ALONE: Mutex<()> = Mutex::new(());

/// Three words on the heap that belong to a key, and are overwritten when they are dropped.
struct Checked(Box<[u64; 3]>);

impl Checked {
    fn new(key: u64) -> Self {
        ALIVE.fetch_add(1, SeqCst);
        Self(Box::new([key, !key, key.rotate_left(9)]))
    }

    fn check(&self, key: u64) {
        assert_eq!(*self.0, [key, !key, key.rotate_left(9)], "what was read belongs to its key");
    }
}

impl Clone for Checked {
    fn clone(&self) -> Self {
        self.check(self.0[0]);
        ALIVE.fetch_add(1, SeqCst);
        Self(self.0.clone())
    }
}

impl Drop for Checked {
    fn drop(&mut self) {
        ALIVE.fetch_sub(1, SeqCst);
        *self.0 = [0xDEAD; 3];
    }
}

/// A key that is on the heap too.
type Key = Box<u64>;

fn operations() -> u64 {
    std::env::var("MEMOKIT_STRESS_OPERATIONS").ok().and_then(|n| n.parse().ok()).unwrap_or(100_000)
}

/// Does everything at the same time, on keys below `keys`; then checks that no value is left.
fn stress<H>(builder: CacheBuilder<Key, Checked, H>, keys: u64, share: u64)
where
    H: BuildHasher + Send + Sync + 'static,
{
    let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let before = ALIVE.load(SeqCst);
    let cache: Cache<Key, Checked, H> = builder.build();
    let computed = AtomicU64::new(0);
    thread::scope(|scope| {
        for number in 0..THREADS {
            let (cache, computed) = (&cache, &computed);
            scope.spawn(move || {
                let mut state = RandomState::new().build_hasher();
                let mut dice = move || {
                    state.write_u8(1);
                    state.finish()
                };
                for _ in 0..(operations() / share / THREADS).max(100) {
                    let roll = dice();
                    // Low keys are more frequent.
                    let key = (roll % keys).min(roll / keys % keys);
                    match dice() % 1000 {
                        0 => cache.clear(),
                        1 => cache.resize(usize::try_from(1 + key).expect("small")),
                        2 => {
                            _ = cache.retain(|key, value| {
                                value.check(**key);
                                **key % 3 != 0
                            });
                        }
                        3 => cache.iter().for_each(|entry| entry.value().check(**entry.key())),
                        4 => _ = cache.run_pending(),
                        5 => assert!(cache.weight() <= cache.parameters().max_weight.unwrap_or(u64::MAX)),
                        6..50 => drop(cache.remove(&key)),
                        50..120 => cache.insert(Box::new(key), Checked::new(key)),
                        120..130 => cache.insert_with_ttl(Box::new(key), Checked::new(key), Duration::from_millis(2)),
                        130..600 => {
                            if let Some(value) = cache.get(&key) {
                                value.check(key);
                            }
                        }
                        600..650 => {
                            cache.with(&key, |value| {
                                value.check(key);
                                // A reader inside a reader.
                                if let Some(other) = cache.get(&(key + 1)) {
                                    other.check(key + 1);
                                }
                            });
                        }
                        650..660 if number == 0 => {
                            let failed = cache.try_get_or_insert_with(Box::new(key), || Err::<Checked, _>(()));
                            if let Ok(value) = failed {
                                value.check(key);
                            }
                        }
                        _ => {
                            let value = cache.load(key, computed);
                            value.check(key);
                        }
                    }
                }
            });
        }
    });
    cache.validate();
    drop(cache);
    // The background thread may be sweeping the store at this moment: then that thread drops it.
    for _ in 0..3_000 {
        if ALIVE.load(SeqCst) == before {
            break;
        }
        thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(ALIVE.load(SeqCst), before, "nothing leaks, and nothing is dropped twice");
    drop(alone);
}

trait Compute {
    fn load(&self, key: u64, computed: &AtomicU64) -> Checked;
}

impl<H: BuildHasher + Send + Sync + 'static> Compute for Cache<Key, Checked, H> {
    fn load(&self, key: u64, computed: &AtomicU64) -> Checked {
        self.get_or_insert_with(Box::new(key), || {
            computed.fetch_add(1, SeqCst);
            Checked::new(key)
        })
    }
}

#[test]
fn lru() {
    stress(Cache::builder().lru(50), 120, 4);
}

#[test]
fn lru_of_very_few() {
    stress(Cache::builder().lru(3), 8, 8);
}

#[test]
fn max() {
    stress(Cache::builder().max(200), 500, 8);
}

#[test]
fn lfu_and_fifo_and_random() {
    stress(Cache::builder().lfu(40), 100, 16);
    stress(Cache::builder().fifo(40), 100, 16);
    stress(Cache::builder().random(40), 100, 16);
}

#[test]
fn unbounded_and_splitting() {
    stress(Cache::builder(), 5_000, 8);
}

#[test]
fn times_to_live_and_to_idle() {
    stress(Cache::builder().lru(60).ttl(Duration::from_millis(1)), 120, 16);
    stress(Cache::builder().lru(60).idle(Duration::from_millis(1)), 120, 16);
}

#[test]
fn weights() {
    stress(Cache::builder().max_weight(500).weight(|key: &Key, _: &Checked| 1 + **key % 20), 120, 16);
}

#[test]
fn listeners() {
    let heard = Arc::new(AtomicU64::new(0));
    let builder = Cache::builder().lru(50).removal_listener({
        let heard = heard.clone();
        move |key: &Key, value: &Checked, _| {
            value.check(**key);
            heard.fetch_add(1, SeqCst);
        }
    });
    stress(builder, 120, 16);
    assert!(heard.load(SeqCst) > 0);
}

/// Every key has the same hash.
#[derive(Default)]
struct Collide;

impl BuildHasher for Collide {
    type Hasher = Self;

    fn build_hasher(&self) -> Self {
        Self
    }
}

impl Hasher for Collide {
    fn finish(&self) -> u64 {
        7
    }

    fn write(&mut self, _: &[u8]) {}
}

#[test]
fn one_hash_for_all() {
    stress(Cache::builder().lru(20).hasher(Collide), 40, 32);
}
