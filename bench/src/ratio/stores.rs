//! Who is compared: all caches behind one face. Each is set up as its documentation recommends for a cache of so many entries.

use std::num::NonZeroUsize;

use memokit::Cache;

/// What a memoized function asks of a cache. What is kept is of no interest, only whether it is.
pub(super) trait Store {
    fn get(&mut self, key: u32) -> bool;
    fn insert(&mut self, key: u32);
}

pub(super) struct Contender {
    pub(super) name: &'static str,
    pub(super) build: fn(usize) -> Box<dyn Store>,
    /// What the others are compared with.
    pub(super) is_plain_lru: bool,
}

const fn contender(name: &'static str, build: fn(usize) -> Box<dyn Store>) -> Contender {
    Contender { name, build, is_plain_lru: false }
}

/// `cached`'s unsharded store is an exact LRU too, and would repeat that row. moka evicts after 64 writes and holds more than its bound until
/// then, which flatters it where the cache is small; with its pending tasks run after each insert it would get 12 points less of Belady.
pub(super) const CONTENDERS: [Contender; 10] = [
    contender("memokit max", |capacity| Box::new(Cache::builder().max(capacity).build())),
    contender("memokit lru", |capacity| Box::new(Cache::builder().lru(capacity).build())),
    contender("memokit lfu", |capacity| Box::new(Cache::builder().lfu(capacity).build())),
    contender("memokit fifo", |capacity| Box::new(Cache::builder().fifo(capacity).build())),
    contender("memokit random", |capacity| Box::new(Cache::builder().random(capacity).seed(1).build())),
    contender("moka sync::Cache", |capacity| Box::new(moka::sync::Cache::new(capacity as u64))),
    contender("quick_cache sync::Cache", |capacity| Box::new(quick_cache::sync::Cache::new(capacity))),
    contender("foyer Cache", |capacity| Box::new(foyer_memory::CacheBuilder::new(capacity).build())),
    contender("cached ShardedLruCache", |capacity| Box::new(cached::ShardedLruCache::new(capacity))),
    Contender {
        name: "lru LruCache",
        build: |capacity| Box::new(lru::LruCache::new(NonZeroUsize::new(capacity).expect("a cache for something"))),
        is_plain_lru: true,
    },
];

impl Store for Cache<u32, ()> {
    fn get(&mut self, key: u32) -> bool {
        Self::get(self, &key).is_some()
    }

    fn insert(&mut self, key: u32) {
        Self::insert(self, key, ());
    }
}

impl Store for moka::sync::Cache<u32, ()> {
    fn get(&mut self, key: u32) -> bool {
        Self::get(self, &key).is_some()
    }

    fn insert(&mut self, key: u32) {
        Self::insert(self, key, ());
    }
}

impl Store for quick_cache::sync::Cache<u32, ()> {
    fn get(&mut self, key: u32) -> bool {
        Self::get(self, &key).is_some()
    }

    fn insert(&mut self, key: u32) {
        Self::insert(self, key, ());
    }
}

impl Store for foyer_memory::Cache<u32, ()> {
    fn get(&mut self, key: u32) -> bool {
        Self::get(self, &key).is_some()
    }

    fn insert(&mut self, key: u32) {
        Self::insert(self, key, ());
    }
}

impl Store for cached::ShardedLruCache<u32, ()> {
    fn get(&mut self, key: u32) -> bool {
        Self::get(self, &key).is_some()
    }

    fn insert(&mut self, key: u32) {
        self.set(key, ());
    }
}

impl Store for lru::LruCache<u32, ()> {
    fn get(&mut self, key: u32) -> bool {
        Self::get(self, &key).is_some()
    }

    fn insert(&mut self, key: u32) {
        self.put(key, ());
    }
}
