//! `papaya`: a map, which never evicts. Its own benchmarks replace the default `SipHash`, and so do
//! we. Each call pins anew, as a memoized function has to.

use foldhash::fast::RandomState;
use papaya::HashMap;

use super::store::{Store, Value};
use crate::harness::Role;
use crate::keys::Key;

pub(crate) struct Papaya<K: Key, V: Value>(HashMap<K::Owned, V, RandomState>);

impl<K: Key, V: Value> Store<K, V> for Papaya<K, V> {
    const NAME: &'static str = "papaya, unbounded";
    const ROLE: Role = Role::Map;

    fn new(_bound: usize) -> Self {
        Self(HashMap::with_hasher(RandomState::default()))
    }

    #[inline]
    fn get(&self, key: K) -> Option<V> {
        self.0.pin().get(key.probe()).cloned()
    }

    #[inline]
    fn insert(&self, key: K, value: V) {
        self.0.pin().insert(key.owned(), value);
    }

    fn clear(&self) {
        self.0.pin().clear();
    }

    fn len(&self) -> usize {
        self.0.len()
    }
}
