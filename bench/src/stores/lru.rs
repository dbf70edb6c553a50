//! `lru`: a plain LRU list. Threads that share it need a lock around it, also for look-ups.

use std::num::NonZeroUsize;
use std::sync::{Mutex, MutexGuard, PoisonError};

use lru::LruCache;

use super::store::{Store, Value};
use crate::keys::Key;

pub(crate) struct Lru<K: Key, V: Value>(Mutex<LruCache<K::Owned, V>>);

impl<K: Key, V: Value> Lru<K, V> {
    fn lock(&self) -> MutexGuard<'_, LruCache<K::Owned, V>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Key, V: Value> Store<K, V> for Lru<K, V> {
    const NAME: &'static str = "lru in a Mutex";

    fn new(bound: usize) -> Self {
        Self(Mutex::new(LruCache::new(NonZeroUsize::new(bound).unwrap_or(NonZeroUsize::MIN))))
    }

    #[inline]
    fn get(&self, key: K) -> Option<V> {
        key.with_borrowed(|key| self.lock().get(key).cloned())
    }

    #[inline]
    fn insert(&self, key: K, value: V) {
        self.lock().put(key.owned(), value);
    }

    /// Both under one lock, so that no other thread intervenes.
    #[inline]
    fn get_or_insert_with(&self, key: K, compute: impl FnOnce() -> V) -> V {
        key.with_borrowed(|key| self.lock().get_or_insert_ref(key, compute).clone())
    }

    fn clear(&self) {
        self.lock().clear();
    }

    fn len(&self) -> usize {
        self.lock().len()
    }
}
