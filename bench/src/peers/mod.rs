//! Everybody's stores behind one face, each set up as its documentation recommends.
//!
//! A hasher is part of the set-up: peers that bring a fast one keep it, those whose default is slow and whose documentation says to replace
//! it are given the one that memokit uses.

mod cached;
mod dashmap;
mod foyer;
mod lru;
mod moka;
mod ours;
mod papaya;
mod quick_cache;

use std::time::Duration;

pub(crate) use cached::{Cached, CachedTtl};
pub(crate) use dashmap::Dashmap;
pub(crate) use foyer::Foyer;
pub(crate) use lru::Lru;
pub(crate) use moka::Moka;
pub(crate) use ours::{OurLocal, OurLru, OurMax, OurTtl, OurUnbounded};
pub(crate) use papaya::Papaya;
pub(crate) use quick_cache::{QuickCache, QuickCacheFast};

use crate::body::counted;
use crate::keys::Key;
use crate::race::Role;

/// What stores hold.
pub(crate) trait Value: Clone + Send + Sync + 'static {}

impl<V: Clone + Send + Sync + 'static> Value for V {}

/// A store for one kind of key.
pub(crate) trait Store<K: Key, V: Value = u64>: Sized + 'static {
    /// What tables call it.
    const NAME: &'static str;
    const ROLE: Role = Role::Peer;

    /// A store for this many entries at most, if it can bound them.
    fn new(bound: usize) -> Self;
    fn get(&self, key: K) -> Option<V>;
    fn insert(&self, key: K, value: V);
    fn clear(&self);
    /// How many entries there are, after all work that was put off is done.
    fn len(&self) -> usize;

    /// Looks up, or computes and keeps: with single flight where there is such a method, else one after the other.
    fn get_or_insert_with(&self, key: K, compute: impl FnOnce() -> V) -> V {
        self.get(key).unwrap_or_else(|| {
            let value = compute();
            self.insert(key, value.clone());
            value
        })
    }
}

/// A store whose entries have a time to live.
pub(crate) trait Expiring<K: Key, V: Value>: Store<K, V> {
    fn with_ttl(bound: usize, ttl: Duration) -> Self;
}

/// A memoized function made of a store that is asked first and filled on a miss.
pub(crate) fn filled<K: Key, S: Store<K>>(store: S) -> impl Fn(K) -> u64 + 'static {
    move |key| {
        store.get(key).unwrap_or_else(|| {
            let value = counted(key.value());
            store.insert(key, value);
            value
        })
    }
}

/// Whoever does something with each of several stores, whose types differ.
pub(crate) trait Visit<K: Key, V: Value = u64> {
    fn store<S: Store<K, V> + Send + Sync>(&mut self);
}

/// Ours that threads share.
pub(crate) fn ours<K: Key, V: Value>(visit: &mut impl Visit<K, V>) {
    visit.store::<OurLru<K, V>>();
    visit.store::<OurMax<K, V>>();
}

/// The peers that bound their entries.
pub(crate) fn bounded<K: Key, V: Value>(visit: &mut impl Visit<K, V>) {
    visit.store::<Cached<K, V>>();
    visit.store::<Moka<K, V>>();
    visit.store::<QuickCache<K, V>>();
    visit.store::<QuickCacheFast<K, V>>();
    visit.store::<Foyer<K, V>>();
    visit.store::<Lru<K, V>>();
}

/// The maps: from them nothing ever leaves.
pub(crate) fn unbounded<K: Key, V: Value>(visit: &mut impl Visit<K, V>) {
    visit.store::<Dashmap<K, V>>();
    visit.store::<Papaya<K, V>>();
}
