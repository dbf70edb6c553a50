//! All stores behind one interface, each set up as its documentation recommends.
//!
//! The hasher is part of the set-up: peers that bring a fast one keep it. Peers with a slow
//! default, whose documentation recommends to replace it, get the one that memokit uses.

mod cached;
mod dashmap;
mod foyer;
mod lru;
mod memoized;
mod moka;
mod ours;
mod papaya;
mod quick_cache;
mod store;

pub(crate) use cached::{Cached, CachedTtl};
pub(crate) use dashmap::Dashmap;
pub(crate) use foyer::Foyer;
pub(crate) use lru::Lru;
pub(crate) use memoized::{AddGetOrInsert, AddGetThenInsert, get_or_insert, get_then_insert};
pub(crate) use moka::Moka;
pub(crate) use ours::{OurLocal, OurLru, OurMax, OurTtl, OurUnbounded};
pub(crate) use papaya::Papaya;
pub(crate) use quick_cache::{QuickCache, QuickCacheFast};
pub(crate) use store::{ExpiringStore, Store, StoreVisitor, Value};

use crate::keys::Key;

/// Ours that threads can share.
pub(crate) fn visit_ours<K: Key, V: Value>(visitor: &mut impl StoreVisitor<K, V>) {
    visitor.visit::<OurLru<K, V>>();
    visitor.visit::<OurMax<K, V>>();
}

/// Peers with a bound.
pub(crate) fn visit_bounded_peers<K: Key, V: Value>(visitor: &mut impl StoreVisitor<K, V>) {
    visitor.visit::<Cached<K, V>>();
    visitor.visit::<Moka<K, V>>();
    visitor.visit::<QuickCache<K, V>>();
    visitor.visit::<QuickCacheFast<K, V>>();
    visitor.visit::<Foyer<K, V>>();
    visitor.visit::<Lru<K, V>>();
}

/// Maps, which never evict.
pub(crate) fn visit_maps<K: Key, V: Value>(visitor: &mut impl StoreVisitor<K, V>) {
    visitor.visit::<Dashmap<K, V>>();
    visitor.visit::<Papaya<K, V>>();
}
