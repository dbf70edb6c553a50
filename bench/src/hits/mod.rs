//! What a hit costs: Zipf 0.99, every call a hit, one thread.
//!
//! Bounds are twice the entries for everybody: the sharded stores of the peer do not fit exactly, and would miss at less.

mod functions;

use cached::ShardedLruCache;
use memokit::{Cache, LocalCache};

use crate::body::{self, Value};
use crate::race::{ROUND, Race, Role};
use crate::report::{Case, Other};
use crate::{Effort, floor, keys, python};
use functions::{SIZES, Size};

const EXPONENT: f64 = 0.99;
const TEXT: usize = 20;

pub(crate) fn answer(effort: Effort) {
    println!("# hits: ns per hit, Zipf {EXPONENT}, every call a hit, one thread");
    for size in &SIZES {
        let all: Vec<u64> = (0..size.entries).map(keys::number).collect();
        run(effort, size, "u64", &numbers(size), &all, &python::hits(effort, "int", size.entries));
    }
    for size in &SIZES {
        let all: Vec<&'static str> = (0..size.entries).map(|id| &*keys::text(id, TEXT).leak()).collect();
        run(effort, size, "&str of 20", &texts(size), &all, &python::hits(effort, "str", size.entries));
    }
}

fn run<K: Copy + 'static>(effort: Effort, size: &Size, key: &str, race: &Race<K>, all: &[K], others: &[Other]) {
    let calls: Vec<K> = keys::zipf(size.entries, EXPONENT, ROUND).into_iter().map(|id| all[id]).collect();
    race.warm_up(all);
    race.warm_up(&calls);
    let runs = body::runs();
    let times = race.run(effort.rounds(), || calls.clone());
    assert_eq!(body::runs(), runs, "every call was to be a hit");
    Case { question: "hits", key, entries: size.entries }.print(&times, others);
}

fn numbers(size: &Size) -> Race<u64> {
    let mut race = Race::new();
    race.enter(Role::Floor, "floor: HashTable, thread-local", floor::of_numbers());
    (size.our_numbers)(&mut race);
    let cache = Cache::builder().lru(size.bound).build();
    race.enter(Role::Ours, "memokit Cache, lru", move |key| {
        stored(cache.get(&key), key, |value| cache.insert(key, value))
    });
    let cache = LocalCache::builder().lru(size.bound).build();
    race.enter(Role::Ours, "memokit LocalCache, lru", move |key| {
        stored(cache.get(&key), key, |value| cache.insert(key, value))
    });
    (size.their_numbers)(&mut race);
    let cache = ShardedLruCache::<u64, u64>::new(size.bound);
    race.enter(Role::Peer, "cached ShardedLruCache", move |key| {
        stored(cache.get(&key), key, |value| {
            cache.set(key, value);
        })
    });
    race
}

fn texts(size: &Size) -> Race<&'static str> {
    let mut race = Race::new();
    race.enter(Role::Floor, "floor: HashTable, thread-local", floor::of_texts());
    (size.our_texts)(&mut race);
    let cache = Cache::<String, u64>::builder().lru(size.bound).build();
    race.enter(Role::Ours, "memokit Cache, lru", move |key: &'static str| {
        stored(cache.get(key), key, |value| cache.insert(key.to_owned(), value))
    });
    let cache = LocalCache::<String, u64>::builder().lru(size.bound).build();
    race.enter(Role::Ours, "memokit LocalCache, lru", move |key: &'static str| {
        stored(cache.get(key), key, |value| cache.insert(key.to_owned(), value))
    });
    (size.their_texts)(&mut race);
    // By borrowed key, which the peer's attributes cannot do.
    let cache = ShardedLruCache::<String, u64>::new(size.bound);
    race.enter(Role::Peer, "cached ShardedLruCache", move |key: &'static str| {
        stored(cache.get(key), key, |value| {
            cache.set(key.to_owned(), value);
        })
    });
    race
}

/// A memoized function made of a store.
#[inline]
fn stored<K: Value>(found: Option<u64>, key: K, insert: impl FnOnce(u64)) -> u64 {
    found.unwrap_or_else(|| {
        let value = body::counted(key);
        insert(value);
        value
    })
}
