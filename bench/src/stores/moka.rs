//! `moka`: its default hasher is `SipHash`, which its documentation recommends to replace for short
//! keys that no attacker chooses.

use std::time::Duration;

use foldhash::fast::RandomState;
use moka::sync::Cache;

use super::store::{ExpiringStore, Store, Value};
use crate::keys::Key;

pub(crate) struct Moka<K: Key, V: Value>(Cache<K::Owned, V, RandomState>);

impl<K: Key, V: Value> Store<K, V> for Moka<K, V> {
    const NAME: &'static str = "moka";

    fn new(bound: usize) -> Self {
        Self(Cache::builder().max_capacity(bound as u64).build_with_hasher(RandomState::default()))
    }

    #[inline]
    fn get(&self, key: K) -> Option<V> {
        self.0.get(key.probe())
    }

    #[inline]
    fn insert(&self, key: K, value: V) {
        self.0.insert(key.owned(), value);
    }

    #[inline]
    fn get_or_insert_with(&self, key: K, compute: impl FnOnce() -> V) -> V {
        key.with_borrowed(|key| self.0.get_with_by_ref(key, compute))
    }

    fn clear(&self) {
        self.0.invalidate_all();
        self.0.run_pending_tasks();
    }

    fn len(&self) -> usize {
        self.0.run_pending_tasks();
        usize::try_from(self.0.entry_count()).unwrap_or(0)
    }
}

impl<K: Key, V: Value> ExpiringStore<K, V> for Moka<K, V> {
    fn with_ttl(bound: usize, ttl: Duration) -> Self {
        let builder = Cache::builder().max_capacity(bound as u64).time_to_live(ttl);
        Self(builder.build_with_hasher(RandomState::default()))
    }
}
