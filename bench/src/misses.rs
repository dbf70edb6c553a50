//! What a miss costs: fresh keys, a body that does next to nothing, a full cache from which one entry leaves for each that comes.
//!
//! Fresh keys, because keys that come round again flatter caches that remember what they evicted.

use cached::ShardedLruCache;
use cached::macros::{cached, concurrent_cached};
use memokit::{Cache, memoize};

use crate::body::Value;
use crate::race::{ROUND, Race, Role};
use crate::report::Case;
use crate::{Effort, keys, python};

pub(crate) fn answer(effort: Effort) {
    println!("# misses: ns per miss, fresh keys, trivial body, the cache full, one thread");
    for size in &SIZES {
        let mut race = Race::new();
        (size.ours)(&mut race);
        let cache = Cache::builder().lru(size.entries).build();
        race.enter(Role::Ours, "memokit Cache::get_or_insert_with", move |key: u64| {
            cache.get_or_insert_with(key, || key.value())
        });
        (size.theirs)(&mut race);
        let cache = ShardedLruCache::<u64, u64>::new(size.entries);
        race.enter(Role::Peer, "cached ShardedLruCache::get_or_set_with", move |key| {
            cache.get_or_set_with(key, || key.value())
        });

        let mut next = 0;
        let mut fresh = |count: usize| -> Vec<u64> {
            next += count;
            (next - count..next).map(keys::number).collect()
        };
        race.warm_up(&fresh(2 * size.entries));
        let times = race.run(effort.rounds(), || fresh(ROUND));
        let others = python::misses(effort, "int", size.entries);
        Case { question: "misses", key: "u64", entries: size.entries }.print(&times, &others);
    }
}

/// The functions of one size: a bound is part of an attribute.
struct Size {
    entries: usize,
    ours: fn(&mut Race<u64>),
    theirs: fn(&mut Race<u64>),
}

const SIZES: [Size; 2] = [small::SIZE, large::SIZE];

macro_rules! size {
    ($module:ident, $entries:tt) => {
        mod $module {
            use super::*;

            #[memoize(lru = $entries)]
            fn lru(key: u64) -> u64 {
                key.value()
            }

            #[memoize(lru = $entries, single_flight = false)]
            fn without_flights(key: u64) -> u64 {
                key.value()
            }

            #[memoize(max = $entries)]
            fn max(key: u64) -> u64 {
                key.value()
            }

            #[memoize(lru = $entries, local)]
            fn local(key: u64) -> u64 {
                key.value()
            }

            #[cached(max_size = $entries)]
            fn peer(key: u64) -> u64 {
                key.value()
            }

            // What comes nearest to our default: once per key at a time.
            #[cached(max_size = $entries, sync_writes = "by_key")]
            fn peer_by_key(key: u64) -> u64 {
                key.value()
            }

            #[concurrent_cached(max_size = $entries)]
            fn sharded_peer(key: u64) -> u64 {
                key.value()
            }

            fn ours(race: &mut Race<u64>) {
                race.enter(Role::Ours, "memokit #[memoize(lru)]", |key| lru(key));
                race.enter(Role::Ours, "memokit #[memoize(lru, single_flight = false)]", |key| without_flights(key));
                race.enter(Role::Ours, "memokit #[memoize(max)]", |key| max(key));
                race.enter(Role::Ours, "memokit #[memoize(lru, local)]", |key| local(key));
            }

            fn theirs(race: &mut Race<u64>) {
                race.enter(Role::Peer, "cached #[cached(max_size)]", |key| peer(key));
                race.enter(Role::Peer, "cached #[cached(max_size, sync_writes by_key)]", |key| peer_by_key(key));
                race.enter(Role::Peer, "cached #[concurrent_cached(max_size)]", |key| sharded_peer(key));
            }

            pub(super) const SIZE: Size = Size { entries: $entries, ours, theirs };
        }
    };
}

size!(small, 128);
size!(large, 10_000);
