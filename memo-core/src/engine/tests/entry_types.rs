//! One store, several kinds of entries: what a generic function has.

use std::any::TypeId;

use std::ptr;
use std::time::Duration;

use crate::ManualClock;
use crate::config::Config;
use crate::engine::sharing::{Local, Lock, Shared, Sharing};
use crate::engine::{Engine, Request, WriteTerms};
use crate::table::{EntryType, EntryVtable, Head, Node, ShortHash};

struct Offer<V>(Option<(u32, V)>);

impl<V> Request for Offer<V> {
    fn is(&self, _: &Head) -> bool {
        false
    }

    fn own(&mut self) {}

    fn is_owned(&self) -> bool {
        true
    }

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

fn entry_type<V: 'static, S: Sharing>(engine: &Engine<S>) -> EntryType {
    *engine.entry_type(TypeId::of::<Node<u32, V>>(), const { &EntryVtable::new::<u32, V>() })
}

fn hash(key: u32) -> ShortHash {
    ShortHash::of::<()>(u64::from(key))
}

fn put<V: 'static, S: Sharing>(engine: &Engine<S>, key: u32, value: V) {
    engine.insert(hash(key), entry_type::<V, S>(engine).number, &mut Offer(Some((key, value))), &WriteTerms::default());
}

fn insert<V: 'static, S: Sharing>(engine: &Engine<S>, key: u32, value: V) {
    put(engine, key, value);
    engine.validate();
}

fn contains<V: 'static, S: Sharing>(engine: &Engine<S>, key: u32) -> bool {
    // SAFETY: of this kind, and held.
    let is = |head: &Head| unsafe { *(*ptr::from_ref(head).cast::<Node<u32, V>>()).key() == key };
    engine.find_full(hash(key), entry_type::<V, S>(engine), &is).is_ok()
}

fn all_kinds_are_seen<S: Sharing>() {
    let engine = Engine::<S>::new(Config::new(), None);
    let first = entry_type::<u64, S>(&engine);
    for key in 0..600 {
        insert(&engine, key, format!("{key}"));
    }
    let mut seen = 0;
    engine.each(|_, head, its_kind| {
        assert_ne!(its_kind, first.number);
        // SAFETY: of this kind, and held.
        let key = unsafe { *(*ptr::from_ref(head).cast::<Node<u32, String>>()).key() };
        seen += u32::from(key < 600);
    });
    assert_eq!(seen, 600);
    engine.clear();
    assert!((0..600).all(|key| !contains::<String, S>(&engine, key)), "what was cleared is gone");
    engine.validate();
    insert(&engine, 1, 1_u64);
    insert(&engine, 2, String::from("2"));
    assert!(contains::<u64, S>(&engine, 1) && contains::<String, S>(&engine, 2) && !contains::<u64, S>(&engine, 2));
}

#[test]
fn a_kind_that_has_no_entry_hides_none_of_another_shared() {
    all_kinds_are_seen::<Shared>();
}

#[test]
fn a_kind_that_has_no_entry_hides_none_of_another_local() {
    all_kinds_are_seen::<Local>();
}

fn an_emptied_store_gives_its_memory_back<S: Sharing>() {
    let clock = ManualClock::new();
    let config = Config::new().ttl(Duration::from_secs(1)).clock(clock.clone());
    let engine = Engine::<S>::new(config, None);
    // Nothing to drop, and not a number of whole batches.
    for key in 0..9_999 {
        put(&engine, key, u64::from(key));
    }
    engine.validate();
    let bytes = || engine.state.lock().table_writer.bytes();
    assert!(bytes() > 9_999 * 16);
    clock.advance(Duration::from_secs(1));
    let now = engine.precise();
    assert!(!engine.is_quiet(now));
    // The first takes the memory out, the second frees it.
    (0..2).for_each(|_| engine.sweep());
    assert_eq!(bytes(), 0);
    assert!(engine.is_quiet(now), "nothing is left to be swept");
}

#[test]
fn an_emptied_store_gives_its_memory_back_shared() {
    an_emptied_store_gives_its_memory_back::<Shared>();
}

#[test]
fn an_emptied_store_gives_its_memory_back_local() {
    an_emptied_store_gives_its_memory_back::<Local>();
}
