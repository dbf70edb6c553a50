//! The counters of one thread in all stores that it uses: a hash table with open addressing, by the
//! stores' serial numbers. Its size is in proportion to the stores that this thread has used since
//! it last grew, however many the process has.

use std::sync::Arc;

use crate::table::thread_counters::ThreadCounters;

const MIN_PLACES: usize = 4;

/// The counters, by store.
#[derive(Default)]
pub(super) struct CounterMap {
    /// A power of two, at most three quarters of which are taken; or none.
    places: Box<[Option<Arc<ThreadCounters>>]>,
    len: usize,
}

impl CounterMap {
    /// The counters in the store with this serial number, which `join` makes if there are none.
    pub(super) fn get_or_join(&mut self, serial: u64, join: impl FnOnce() -> Arc<ThreadCounters>) -> &ThreadCounters {
        let at = self.find(serial).unwrap_or_else(|| self.add(join()));
        self.places[at].as_deref().expect("found or added")
    }

    /// Removes all counters.
    pub(super) fn take_all(&mut self) -> impl Iterator<Item = Arc<ThreadCounters>> {
        std::mem::take(self).places.into_iter().flatten()
    }

    /// The first place for this serial number. There is a place.
    fn home(&self, serial: u64) -> usize {
        // Serial numbers in order, or every n-th of them, are spread by a multiplication.
        let spread = serial.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        (spread >> 32) as usize & (self.places.len() - 1)
    }

    fn find(&self, serial: u64) -> Option<usize> {
        if self.places.is_empty() {
            return None;
        }
        let mut at = self.home(serial);
        while let Some(counters) = &self.places[at] {
            if counters.belongs_to(serial) {
                return Some(at);
            }
            at = (at + 1) & (self.places.len() - 1);
        }
        None
    }

    #[cold]
    fn add(&mut self, counters: Arc<ThreadCounters>) -> usize {
        if (self.len + 1) * 4 > self.places.len() * 3 {
            self.resize();
        }
        self.insert(counters)
    }

    /// Forgets the counters of stores that have been dropped, and makes room for as many as are
    /// left.
    fn resize(&mut self) {
        let left: Vec<_> = self.take_all().filter(|counters| !counters.is_abandoned()).collect();
        let places = ((left.len() + 1) * 2).next_power_of_two().max(MIN_PLACES);
        self.places = std::iter::repeat_with(|| None).take(places).collect();
        for counters in left {
            self.insert(counters);
        }
    }

    /// Adds counters that are not in here, where there is room.
    fn insert(&mut self, counters: Arc<ThreadCounters>) -> usize {
        let mut at = self.home(counters.store());
        while self.places[at].is_some() {
            at = (at + 1) & (self.places.len() - 1);
        }
        self.places[at] = Some(counters);
        self.len += 1;
        at
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{CounterMap, MIN_PLACES, ThreadCounters};

    #[test]
    fn a_thread_has_places_for_the_stores_that_it_uses() {
        let mut map = CounterMap::default();
        assert_eq!(map.places.len(), 0);
        for serial in [100_000, 1] {
            map.get_or_join(serial, || Arc::new(ThreadCounters::new(serial, 1)));
        }
        assert_eq!(map.places.len(), MIN_PLACES, "whatever their numbers are");
        for serial in (1..10_000).step_by(7) {
            let counters = map.get_or_join(serial, || Arc::new(ThreadCounters::new(serial, 1)));
            counters.hit();
            assert!(counters.belongs_to(serial));
        }
        for serial in (1..10_000).step_by(7) {
            let counters = map.get_or_join(serial, || unreachable!("it is there"));
            assert_eq!((counters.store(), counters.hits()), (serial, 1));
        }
        assert!(map.places.len() <= 4 * 1_430, "{} places", map.places.len());
        assert_eq!(map.take_all().count(), 1_430);
        assert_eq!(map.len, 0);
    }

    #[test]
    fn counters_of_dropped_stores_do_not_pile_up() {
        let mut map = CounterMap::default();
        map.get_or_join(1, || Arc::new(ThreadCounters::new(1, 1)));
        for serial in 2..10_000 {
            let counters = Arc::new(ThreadCounters::new(serial, 1));
            map.get_or_join(serial, || counters.clone());
            counters.abandon();
        }
        assert!(map.places.len() <= 4 * MIN_PLACES, "{} places", map.places.len());
        map.get_or_join(1, || unreachable!("its store lives"));
    }
}
