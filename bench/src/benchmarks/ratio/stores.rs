//! The contenders: all caches behind one interface, each set up as its documentation recommends for
//! a cache of a fixed number of entries.

use std::num::NonZeroUsize;

use memokit::Cache;

/// What a memoized function needs of a cache. Values do not matter here, only whether they are
/// cached.
pub(super) trait ReplayCache {
    fn get(&mut self, key: u32) -> bool;
    fn insert(&mut self, key: u32);
}

pub(super) struct ReplayContender {
    pub(super) name: &'static str,
    pub(super) build: fn(usize) -> Box<dyn ReplayCache>,
    /// The reference for the others.
    pub(super) is_plain_lru: bool,
}

const fn contender(name: &'static str, build: fn(usize) -> Box<dyn ReplayCache>) -> ReplayContender {
    ReplayContender { name, build, is_plain_lru: false }
}

/// The unsharded store of `cached` is also an exact LRU, and would repeat that row. `moka` evicts
/// after 64 writes and holds more than its bound until then, which favours it while the cache is
/// small; with its pending tasks run after each insert it would reach 12 points less of Belady's
/// optimum.
pub(super) const CONTENDERS: [ReplayContender; 10] = [
    contender("memokit max", |capacity| Box::new(Cache::builder().max(capacity).build())),
    contender("memokit lru", |capacity| Box::new(Cache::builder().lru(capacity).build())),
    contender("memokit lfu", |capacity| Box::new(Cache::builder().lfu(capacity).build())),
    contender("memokit fifo", |capacity| Box::new(Cache::builder().fifo(capacity).build())),
    contender("memokit random", |capacity| Box::new(Cache::builder().random(capacity).seed(1).build())),
    contender("moka sync::Cache", |capacity| Box::new(moka::sync::Cache::new(capacity as u64))),
    contender("quick_cache sync::Cache", |capacity| Box::new(quick_cache::sync::Cache::new(capacity))),
    contender("foyer Cache", |capacity| Box::new(foyer_memory::CacheBuilder::new(capacity).build())),
    contender("cached ShardedLruCache", |capacity| Box::new(cached::ShardedLruCache::new(capacity))),
    ReplayContender {
        name: "lru LruCache",
        build: |capacity| {
            Box::new(lru::LruCache::new(NonZeroUsize::new(capacity).expect("the smallest capacity is 16")))
        },
        is_plain_lru: true,
    },
];

impl ReplayCache for Cache<u32, ()> {
    fn get(&mut self, key: u32) -> bool {
        Self::get(self, &key).is_some()
    }

    fn insert(&mut self, key: u32) {
        Self::insert(self, key, ());
    }
}

impl ReplayCache for moka::sync::Cache<u32, ()> {
    fn get(&mut self, key: u32) -> bool {
        Self::get(self, &key).is_some()
    }

    fn insert(&mut self, key: u32) {
        Self::insert(self, key, ());
    }
}

impl ReplayCache for quick_cache::sync::Cache<u32, ()> {
    fn get(&mut self, key: u32) -> bool {
        Self::get(self, &key).is_some()
    }

    fn insert(&mut self, key: u32) {
        Self::insert(self, key, ());
    }
}

impl ReplayCache for foyer_memory::Cache<u32, ()> {
    fn get(&mut self, key: u32) -> bool {
        Self::get(self, &key).is_some()
    }

    fn insert(&mut self, key: u32) {
        Self::insert(self, key, ());
    }
}

impl ReplayCache for cached::ShardedLruCache<u32, ()> {
    fn get(&mut self, key: u32) -> bool {
        Self::get(self, &key).is_some()
    }

    fn insert(&mut self, key: u32) {
        self.set(key, ());
    }
}

impl ReplayCache for lru::LruCache<u32, ()> {
    fn get(&mut self, key: u32) -> bool {
        Self::get(self, &key).is_some()
    }

    fn insert(&mut self, key: u32) {
        self.put(key, ());
    }
}
