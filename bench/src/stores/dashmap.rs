//! `dashmap`: a map, which never evicts. Its default hasher is `SipHash`; it accepts another one.

use dashmap::DashMap;
use foldhash::fast::RandomState;

use super::store::{Store, Value};
use crate::harness::Role;
use crate::keys::Key;

pub(crate) struct Dashmap<K: Key, V: Value>(DashMap<K::Owned, V, RandomState>);

impl<K: Key, V: Value> Store<K, V> for Dashmap<K, V> {
    const NAME: &'static str = "dashmap, unbounded";
    const ROLE: Role = Role::Map;

    fn new(_bound: usize) -> Self {
        Self(DashMap::with_hasher(RandomState::default()))
    }

    #[inline]
    fn get(&self, key: K) -> Option<V> {
        key.with_borrowed(|key| self.0.get(key).map(|value| value.clone()))
    }

    #[inline]
    fn insert(&self, key: K, value: V) {
        self.0.insert(key.owned(), value);
    }

    fn clear(&self) {
        self.0.clear();
    }

    fn len(&self) -> usize {
        self.0.len()
    }
}
