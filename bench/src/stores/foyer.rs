//! `foyer`'s in-memory cache, with its default policy and shards. Its default hasher is xxHash; it
//! accepts another one.
//!
//! Its method that looks up or computes is async and needs a runtime, so here it looks up and
//! inserts.

use foldhash::fast::RandomState;
use foyer_memory::{Cache, CacheBuilder, CacheProperties};

use super::store::{Store, Value};
use crate::keys::Key;

pub(crate) struct Foyer<K: Key, V: Value>(Cache<K::Owned, V, RandomState, CacheProperties>);

impl<K: Key, V: Value> Store<K, V> for Foyer<K, V> {
    const NAME: &'static str = "foyer";

    fn new(bound: usize) -> Self {
        Self(CacheBuilder::new(bound).with_hash_builder(RandomState::default()).build())
    }

    #[inline]
    fn get(&self, key: K) -> Option<V> {
        self.0.get(key.probe()).map(|entry| entry.value().clone())
    }

    #[inline]
    fn insert(&self, key: K, value: V) {
        self.0.insert(key.owned(), value);
    }

    fn clear(&self) {
        self.0.clear();
    }

    fn len(&self) -> usize {
        self.0.entries()
    }
}
