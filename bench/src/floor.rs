//! The floor: the least that a look-up of a borrowed key in a table can cost. One thread, no bound, no order, no statistics.

use std::cell::RefCell;
use std::hash::BuildHasher;
use std::thread::LocalKey;

use equivalent::Equivalent;
use foldhash::fast::RandomState;
use hashbrown::HashTable;

use crate::body::counted;
use crate::keys::{Four, Key, OwnedFour, Pair, Text};

type Table<K> = RefCell<HashTable<(<K as Key>::Owned, u64)>>;

/// A kind of key, with its table of this thread.
pub(crate) trait Floor: Key {
    const TABLE: &'static LocalKey<Table<Self>>;
}

macro_rules! floor {
    ($($kind:ty => $owned:ty),*) => {$(
        impl Floor for $kind {
            const TABLE: &'static LocalKey<Table<Self>> = {
                thread_local! { static TABLE: RefCell<HashTable<($owned, u64)>> = const { RefCell::new(HashTable::new()) } }
                &TABLE
            };
        }
    )*};
}

floor!(u64 => u64, Pair => Pair, Text<20> => String, Text<200> => String, Four => OwnedFour);

pub(crate) const NAME: &str = "floor: HashTable, thread-local";

/// A memoized function, as bare as can be. An earlier one of this thread and kind loses its entries.
pub(crate) fn of<K: Floor>() -> impl Fn(K) -> u64 + Send + Sync + 'static {
    K::TABLE.with_borrow_mut(HashTable::clear);
    let hasher = RandomState::default();
    move |key| {
        let hash = hasher.hash_one(key.like());
        let found = K::TABLE
            .with_borrow(|table| table.find(hash, |entry| key.like().equivalent(&entry.0)).map(|entry| entry.1));
        found.unwrap_or_else(|| {
            let value = counted(key.value());
            K::TABLE.with_borrow_mut(|table| {
                table.insert_unique(hash, (key.owned(), value), |entry| hasher.hash_one(&entry.0));
            });
            value
        })
    }
}
