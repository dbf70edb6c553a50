//! memokit's caches as values.

use std::time::Duration;

use memokit::{Cache, LocalCache};

use super::store::{ExpiringStore, Store, Value};
use crate::harness::Role;
use crate::keys::Key;

macro_rules! ours {
    ($store:ident, $name:literal, $cache:ident, |$bound:ident| $build:expr) => {
        pub(crate) struct $store<K: Key, V: Value>($cache<K::Owned, V>);

        impl<K: Key, V: Value> Store<K, V> for $store<K, V> {
            const NAME: &'static str = $name;
            const ROLE: Role = Role::Ours;

            fn new($bound: usize) -> Self {
                Self($build)
            }

            #[inline]
            fn get(&self, key: K) -> Option<V> {
                key.with_borrowed(|key| self.0.get(key))
            }

            #[inline]
            fn insert(&self, key: K, value: V) {
                self.0.insert(key.owned(), value);
            }

            #[inline]
            fn get_or_insert_with(&self, key: K, compute: impl FnOnce() -> V) -> V {
                key.with_borrowed(|key| self.0.get_or_insert_with_by_ref(key, compute))
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

ours!(OurLru, "memokit Cache, lru", Cache, |bound| Cache::builder().lru(bound).build());
ours!(OurMax, "memokit Cache, max", Cache, |bound| Cache::builder().max(bound).build());
ours!(OurUnbounded, "memokit Cache, unbounded", Cache, |_bound| Cache::builder().build());
ours!(OurLocal, "memokit LocalCache, lru", LocalCache, |bound| LocalCache::builder().lru(bound).build());
// A day by default: nothing expires while hits are measured.
ours!(OurTtl, "memokit Cache, lru and ttl", Cache, |bound| {
    Cache::builder().lru(bound).ttl(Duration::from_hours(24)).build()
});

impl<K: Key, V: Value> ExpiringStore<K, V> for OurTtl<K, V> {
    fn with_ttl(bound: usize, ttl: Duration) -> Self {
        Self(Cache::builder().lru(bound).ttl(ttl).build())
    }
}
