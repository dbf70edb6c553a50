//! The interface through which benchmarks use stores.

use std::time::Duration;

use crate::harness::Role;
use crate::keys::Key;

/// What stores hold.
pub(crate) trait Value: Clone + Send + Sync + 'static {}

impl<V: Clone + Send + Sync + 'static> Value for V {}

/// A store for one type of key.
pub(crate) trait Store<K: Key, V: Value = u64>: Sized + 'static {
    /// The name in tables.
    const NAME: &'static str;
    const ROLE: Role = Role::Peer;

    /// A store for at most this many entries, if it can have a bound.
    fn new(bound: usize) -> Self;
    fn get(&self, key: K) -> Option<V>;
    fn insert(&self, key: K, value: V);
    fn clear(&self);
    /// The number of entries, after deferred work is done.
    fn len(&self) -> usize;

    /// Looks the value up, or computes and stores it: with single flight if the store has such a
    /// method, else by a look-up and an insert.
    fn get_or_insert_with(&self, key: K, compute: impl FnOnce() -> V) -> V {
        self.get(key).unwrap_or_else(|| {
            let value = compute();
            self.insert(key, value.clone());
            value
        })
    }
}

/// A store whose entries expire.
pub(crate) trait ExpiringStore<K: Key, V: Value>: Store<K, V> {
    fn with_ttl(bound: usize, ttl: Duration) -> Self;
}

/// Visits stores of different types.
pub(crate) trait StoreVisitor<K: Key, V: Value = u64> {
    fn visit<S: Store<K, V> + Send + Sync>(&mut self);
}
