//! Stores as memoized functions.

use super::store::{Store, StoreVisitor};
use crate::body::counted;
use crate::harness::AddContender;
use crate::keys::Key;

/// A memoized function that looks its value up in `store`, and inserts it on a miss.
pub(crate) fn get_then_insert<K: Key, S: Store<K>>(store: S) -> impl Fn(K) -> u64 + 'static {
    move |key| {
        store.get(key).unwrap_or_else(|| {
            let value = counted(key.value());
            store.insert(key, value);
            value
        })
    }
}

/// A memoized function by the store's own [`Store::get_or_insert_with`].
pub(crate) fn get_or_insert<K: Key, S: Store<K>>(store: S) -> impl Fn(K) -> u64 + 'static {
    move |key| store.get_or_insert_with(key, || counted(key.value()))
}

/// Adds stores with this bound to a comparison, as memoized functions by [`get_then_insert`].
pub(crate) struct AddGetThenInsert<'a, C> {
    pub(crate) to: &'a mut C,
    pub(crate) bound: usize,
}

impl<K: Key, C: AddContender<K>> StoreVisitor<K> for AddGetThenInsert<'_, C> {
    fn visit<S: Store<K> + Send + Sync>(&mut self) {
        self.to.add(S::ROLE, S::NAME, get_then_insert(S::new(self.bound)));
    }
}

/// Adds stores with this bound to a comparison, as memoized functions by [`get_or_insert`].
pub(crate) struct AddGetOrInsert<'a, C> {
    pub(crate) to: &'a mut C,
    pub(crate) bound: usize,
}

impl<K: Key, C: AddContender<K>> StoreVisitor<K> for AddGetOrInsert<'_, C> {
    fn visit<S: Store<K> + Send + Sync>(&mut self) {
        self.to.add(S::ROLE, S::NAME, get_or_insert(S::new(self.bound)));
    }
}
