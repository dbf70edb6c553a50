//! Tests of one store with several entry types, as a generic function has it.

use std::any::TypeId;
use std::time::Duration;

use crate::ManualClock;
use crate::config::Config;
use crate::engine::callbacks::{Matcher, Request};
use crate::engine::{Local, Shared, Sharing, Store, WriteTerms};
use crate::table::{EntryRef, EntryType, EntryVtable, Head, Node, ShortHash};

struct Offer<V>(Option<(u32, V)>);

impl<V> Matcher for Offer<V> {
    fn is(&self, _: EntryRef<'_>) -> bool {
        false
    }
}

impl<V> Request for Offer<V> {
    fn is_owned(&self) -> bool {
        true
    }

    fn own(&mut self) {}

    unsafe fn write(&mut self, cell: *mut Head) {
        if let Some((key, value)) = self.0.take() {
            // SAFETY: by contract.
            unsafe {
                Node::<u32, V>::write_key(cell, key);
                Node::<u32, V>::write_value(cell, value);
            }
        }
    }
}

fn entry_type<V: 'static, S: Sharing>(store: &Store<S>) -> EntryType {
    *store.entry_type(TypeId::of::<Node<u32, V>>(), const { &EntryVtable::new::<u32, V>() })
}

fn hash(key: u32) -> ShortHash {
    ShortHash::of::<()>(u64::from(key))
}

fn put<V: 'static, S: Sharing>(store: &Store<S>, key: u32, value: V) {
    store.insert(
        hash(key),
        entry_type::<V, S>(store).number,
        &mut Offer(Some((key, value))),
        &mut WriteTerms::default(),
    );
}

fn insert<V: 'static, S: Sharing>(store: &Store<S>, key: u32, value: V) {
    put(store, key, value);
    store.validate();
}

fn contains<V: 'static, S: Sharing>(store: &Store<S>, key: u32) -> bool {
    // SAFETY: the entry is of this type, and protected.
    let is = |entry: EntryRef<'_>| unsafe { *entry.node::<u32, V>().key() == key };
    store.find_full(hash(key), entry_type::<V, S>(store), &is).is_ok()
}

fn all_types_are_seen<S: Sharing>() {
    let store = Store::<S>::new(Config::new(), None, Vec::new());
    let first = entry_type::<u64, S>(&store);
    for key in 0..600 {
        insert(&store, key, format!("{key}"));
    }
    let mut seen = 0;
    store.each(&mut |entry, its_type| {
        assert_ne!(its_type, first.number);
        // SAFETY: the entry is of the other type, and pinned.
        let key = unsafe { *entry.node::<u32, String>().key() };
        seen += u32::from(key < 600);
    });
    assert_eq!(seen, 600);
    store.clear();
    assert!((0..600).all(|key| !contains::<String, S>(&store, key)), "what was cleared is gone");
    store.validate();
    insert(&store, 1, 1_u64);
    insert(&store, 2, String::from("2"));
    assert!(contains::<u64, S>(&store, 1) && contains::<String, S>(&store, 2) && !contains::<u64, S>(&store, 2));
}

#[test]
fn a_type_without_entries_hides_none_of_another_shared() {
    all_types_are_seen::<Shared>();
}

#[test]
fn a_type_without_entries_hides_none_of_another_local() {
    all_types_are_seen::<Local>();
}

fn an_emptied_store_frees_its_memory<S: Sharing>() {
    let clock = ManualClock::new();
    let config = Config::new().ttl(Duration::from_secs(1)).clock(clock.clone());
    let store = Store::<S>::new(config, None, Vec::new());
    // No destructors, and not a whole number of batches.
    for key in 0..9_999 {
        put(&store, key, u64::from(key));
    }
    store.validate();
    let bytes = || store.stripes().map(|stripe| stripe.lock().table_writer.bytes()).sum::<usize>();
    assert!(bytes() > 9_999 * 16);
    clock.advance(Duration::from_secs(1));
    let now = store.common.precise();
    assert!(store.next_sweep(now) <= now);
    // The first sweep detaches the memory, the second frees it.
    (0..2).for_each(|_| _ = store.sweep());
    assert_eq!(bytes(), 0);
    assert_eq!(store.next_sweep(now), u64::MAX, "nothing is left to be swept");
}

#[test]
fn an_emptied_store_frees_its_memory_shared() {
    an_emptied_store_frees_its_memory::<Shared>();
}

#[test]
fn an_emptied_store_frees_its_memory_local() {
    an_emptied_store_frees_its_memory::<Local>();
}
