//! The counters of one thread in all stores that it uses: a hash table with open addressing, by the
//! stores' serial numbers. Its size is in proportion to the stores that this thread has used since
//! it last grew, however many the process has.
//!
//! The counters belong to their stores, and are freed with them; so a map may have pointers that
//! lead nowhere. A pointer may be used while its store lives: by a thread that reads in that store,
//! or under the lock of [`CountingStores`], which a store takes before it frees its counters.

use std::collections::BTreeSet;
use std::ptr::NonNull;

use crate::sync::{Mutex, MutexGuard, PoisonError, process_static};
use crate::table::thread_counters::ThreadCounters;

const MIN_PLACES: usize = 4;
/// Stores that are looked up per holding of the lock.
const BATCH: usize = 256;

process_static! {
    /// The living stores in which threads have counters.
    static STORES: Mutex<CountingStores> = Mutex::new(CountingStores { living: BTreeSet::new(), dropped: 0 });
}

/// The serial numbers of the living stores in which threads have counters. A tree, which no insert
/// has to copy as a whole.
pub(crate) struct CountingStores {
    living: BTreeSet<u64>,
    /// How many have been dropped.
    dropped: u64,
}

impl CountingStores {
    fn lock() -> MutexGuard<'static, Self> {
        STORES.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A thread gets counters in this store for the first time.
    pub(crate) fn add(serial: u64) {
        Self::lock().living.insert(serial);
    }

    /// The counters of this store are about to be freed.
    pub(crate) fn remove(serial: u64) {
        let mut stores = Self::lock();
        stores.living.remove(&serial);
        stores.dropped += 1;
    }
}

/// The counters, by store.
#[derive(Default)]
pub(super) struct CounterMap {
    /// A power of two, at most three quarters of which are taken; or none.
    places: Box<[Option<Place>]>,
    len: usize,
    /// How many stores had been dropped when those of them that were in here were last forgotten.
    dropped_before: u64,
}

#[derive(Clone, Copy)]
struct Place {
    serial: u64,
    counters: NonNull<ThreadCounters>,
}

impl CounterMap {
    /// The counters in the store with this serial number, which `join` makes if there are none.
    pub(super) fn get_or_join(
        &mut self,
        serial: u64,
        join: impl FnOnce() -> NonNull<ThreadCounters>,
    ) -> NonNull<ThreadCounters> {
        self.find(serial).unwrap_or_else(|| {
            let counters = join();
            self.add(Place { serial, counters });
            counters
        })
    }

    /// The thread ends: its counters in all stores count nothing more.
    pub(super) fn leave(&mut self) {
        let all: Vec<Place> = self.take_all().collect();
        for batch in all.chunks(BATCH) {
            let stores = CountingStores::lock();
            for Place { serial, counters } in batch {
                if stores.living.contains(serial) {
                    // SAFETY: their store lives, and frees them under the lock only.
                    unsafe { counters.as_ref() }.leave();
                }
            }
        }
    }

    fn take_all(&mut self) -> impl Iterator<Item = Place> + use<> {
        std::mem::take(self).places.into_iter().flatten()
    }

    /// The first place for this serial number. There is a place.
    fn home(&self, serial: u64) -> usize {
        // Serial numbers in order, or every n-th of them, are spread by a multiplication.
        let spread = serial.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        (spread >> 32) as usize & (self.places.len() - 1)
    }

    fn find(&self, serial: u64) -> Option<NonNull<ThreadCounters>> {
        if self.places.is_empty() {
            return None;
        }
        let mut at = self.home(serial);
        while let Some(place) = self.places[at] {
            if place.serial == serial {
                return Some(place.counters);
            }
            at = (at + 1) & (self.places.len() - 1);
        }
        None
    }

    #[cold]
    fn add(&mut self, place: Place) {
        if (self.len + 1) * 4 > self.places.len() * 3 {
            self.resize();
        }
        self.insert(place);
    }

    /// Makes room, also by forgetting stores that have been dropped, if there may be many in here.
    fn resize(&mut self) {
        let dropped = CountingStores::lock().dropped;
        let (mut dropped_before, mut left) = (self.dropped_before, self.take_all().collect::<Vec<_>>());
        if dropped - dropped_before >= left.len() as u64 / 2 {
            for batch in std::mem::take(&mut left).chunks(BATCH) {
                let stores = CountingStores::lock();
                left.extend(batch.iter().filter(|place| stores.living.contains(&place.serial)));
            }
            dropped_before = dropped;
        }
        let places = ((left.len() + 1) * 2).next_power_of_two().max(MIN_PLACES);
        *self = Self { places: vec![None; places].into_boxed_slice(), len: 0, dropped_before };
        for place in left {
            self.insert(place);
        }
    }

    /// Adds a store that is not in here, where there is room.
    fn insert(&mut self, place: Place) {
        let mut at = self.home(place.serial);
        while self.places[at].is_some() {
            at = (at + 1) & (self.places.len() - 1);
        }
        self.places[at] = Some(place);
        self.len += 1;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::ptr::NonNull;

    use super::{CounterMap, CountingStores, MIN_PLACES, ThreadCounters};

    /// Serial numbers that no store has.
    const FIRST: u64 = 1 << 40;

    #[test]
    fn a_thread_has_places_for_the_stores_that_it_uses() {
        let mut map = CounterMap::default();
        let mut owned = HashMap::new();
        assert_eq!(map.places.len(), 0);
        let mut join = |serial| {
            CountingStores::add(serial);
            NonNull::from(&**owned.entry(serial).or_insert_with(|| Box::new(ThreadCounters::new(1))))
        };
        for serial in [FIRST + 100_000, FIRST] {
            map.get_or_join(serial, || join(serial));
        }
        assert_eq!(map.places.len(), MIN_PLACES, "whatever their numbers are");
        let some = || (FIRST..FIRST + 10_000).step_by(7);
        let joined: Vec<_> = some().map(|serial| map.get_or_join(serial, || join(serial))).collect();
        for (serial, counters) in some().zip(joined) {
            assert_eq!(map.get_or_join(serial, || unreachable!("it is there")), counters);
        }
        assert!(map.places.len() <= 4 * 1_430, "{} places", map.places.len());
        let ended = |owned: &HashMap<u64, Box<ThreadCounters>>| owned.values().filter(|own| own.has_ended()).count();
        // One store is dropped before the thread ends.
        CountingStores::remove(FIRST);
        map.leave();
        assert_eq!((ended(&owned), map.len), (owned.len() - 1, 0));
        for &serial in owned.keys() {
            CountingStores::remove(serial);
        }
    }

    #[test]
    fn dropped_stores_do_not_pile_up() {
        let mut map = CounterMap::default();
        let first = 2 * FIRST;
        CountingStores::add(first);
        map.get_or_join(first, NonNull::dangling);
        for serial in first + 1..first + 10_000 {
            CountingStores::add(serial);
            map.get_or_join(serial, NonNull::dangling);
            CountingStores::remove(serial);
        }
        assert!(map.places.len() <= 4 * MIN_PLACES, "{} places", map.places.len());
        map.get_or_join(first, || unreachable!("its store lives"));
        CountingStores::remove(first);
        map.leave();
    }
}
