//! `cached`: its sharded stores, which it recommends if threads share a cache. They look up
//! borrowed keys, which its attributes cannot do.

use std::time::Duration;

use cached::{ShardedLruCache, ShardedLruTtlCache};

use super::store::{ExpiringStore, Store, Value};
use crate::keys::Key;

macro_rules! cached {
    ($store:ident, $name:literal, $cache:ident, |$bound:ident| $build:expr) => {
        pub(crate) struct $store<K: Key, V: Value>($cache<K::Owned, V>);

        impl<K: Key, V: Value> Store<K, V> for $store<K, V> {
            const NAME: &'static str = $name;

            fn new($bound: usize) -> Self {
                Self($build)
            }

            #[inline]
            fn get(&self, key: K) -> Option<V> {
                key.with_borrowed(|key| self.0.get(key))
            }

            #[inline]
            fn insert(&self, key: K, value: V) {
                self.0.set(key.owned(), value);
            }

            #[inline]
            fn get_or_insert_with(&self, key: K, compute: impl FnOnce() -> V) -> V {
                self.0.get_or_set_with(key.owned(), compute)
            }

            fn clear(&self) {
                self.0.clear();
            }

            fn len(&self) -> usize {
                self.0.len()
            }
        }
    };
}

cached!(Cached, "cached ShardedLruCache", ShardedLruCache, |bound| ShardedLruCache::new(bound));
cached!(CachedTtl, "cached ShardedLruTtlCache", ShardedLruTtlCache, |bound| {
    ShardedLruTtlCache::new(bound, Duration::from_hours(24))
});

impl<K: Key, V: Value> ExpiringStore<K, V> for CachedTtl<K, V> {
    fn with_ttl(bound: usize, ttl: Duration) -> Self {
        Self(ShardedLruTtlCache::new(bound, ttl))
    }
}
