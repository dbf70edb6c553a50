//! The floor: the least that looking up a borrowed key in a hash table can cost. One thread, no
//! bound, no recency order, no statistics.

use std::cell::RefCell;
use std::hash::BuildHasher;
use std::thread::LocalKey;

use equivalent::Equivalent;
use foldhash::fast::RandomState;
use hashbrown::HashTable;

use crate::body::counted;
use crate::keys::{Four, Key, OwnedFour, Pair, Text};

type ThreadTable<K> = RefCell<HashTable<(<K as Key>::Owned, u64)>>;

/// A type of key with a table in each thread.
pub(crate) trait FloorKey: Key {
    const TABLE: &'static LocalKey<ThreadTable<Self>>;
}

macro_rules! floor {
    ($($key:ty => $owned:ty),*) => {$(
        impl FloorKey for $key {
            const TABLE: &'static LocalKey<ThreadTable<Self>> = {
                thread_local! { static TABLE: RefCell<HashTable<($owned, u64)>> = const { RefCell::new(HashTable::new()) } }
                &TABLE
            };
        }
    )*};
}

floor!(u64 => u64, Pair => Pair, Text<20> => String, Text<200> => String, Four => OwnedFour);

pub(crate) const NAME: &str = "floor: HashTable, thread-local";

/// The barest possible memoized function. Clears this thread's table of that type of key, which an
/// earlier one may have filled.
pub(crate) fn of<K: FloorKey>() -> impl Fn(K) -> u64 + Send + Sync + 'static {
    K::TABLE.with_borrow_mut(HashTable::clear);
    let hasher = RandomState::default();
    move |key| {
        let hash = hasher.hash_one(key.probe());
        let found = K::TABLE
            .with_borrow(|table| table.find(hash, |entry| key.probe().equivalent(&entry.0)).map(|entry| entry.1));
        found.unwrap_or_else(|| {
            let value = counted(key.value());
            K::TABLE.with_borrow_mut(|table| {
                table.insert_unique(hash, (key.owned(), value), |entry| hasher.hash_one(&entry.0));
            });
            value
        })
    }
}
