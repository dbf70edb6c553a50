//! The floor: the least that a look-up of a borrowed key in a table can cost. One thread, no bound, no order, no statistics.

use std::cell::RefCell;
use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use crate::body::Value;

thread_local! {
    static NUMBERS: RefCell<HashTable<(u64, u64)>> = const { RefCell::new(HashTable::new()) };
    static TEXTS: RefCell<HashTable<(Box<str>, u64)>> = const { RefCell::new(HashTable::new()) };
}

/// A memoized function of a number, as bare as can be. An earlier one of this thread loses its entries.
pub(crate) fn of_numbers() -> impl Fn(u64) -> u64 {
    NUMBERS.with_borrow_mut(HashTable::clear);
    let hasher = RandomState::default();
    move |key| {
        let hash = hasher.hash_one(key);
        NUMBERS.with_borrow(|table| table.find(hash, |entry| entry.0 == key).map(|entry| entry.1)).unwrap_or_else(
            || {
                let value = key.value();
                NUMBERS.with_borrow_mut(|table| {
                    table.insert_unique(hash, (key, value), |entry| hasher.hash_one(entry.0));
                });
                value
            },
        )
    }
}

/// A memoized function of a text, likewise.
pub(crate) fn of_texts() -> impl Fn(&'static str) -> u64 {
    TEXTS.with_borrow_mut(HashTable::clear);
    let hasher = RandomState::default();
    move |key| {
        let hash = hasher.hash_one(key);
        TEXTS.with_borrow(|table| table.find(hash, |entry| *entry.0 == *key).map(|entry| entry.1)).unwrap_or_else(
            || {
                let value = key.value();
                TEXTS.with_borrow_mut(|table| {
                    table.insert_unique(hash, (key.into(), value), |entry| hasher.hash_one(&*entry.0));
                });
                value
            },
        )
    }
}
