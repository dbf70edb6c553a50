//! The runs in flight of one stripe, by exact key.
//!
//! A run's key is owned by its unpublished entry from the beginning, so later callers can be
//! compared with it. Invalidation marks a run: its callers get the result, but the result is not
//! cached, and later callers start another run.

use std::sync::Arc;

use hashbrown::HashTable;
use smallvec::SmallVec;

use super::remembered::{Forgotten, RememberedPredicates};
use crate::flight::Flight;
use crate::table::hazard::PinnedEntry;
use crate::table::{EntryRef, ShortHash};

pub(super) struct InFlight {
    pub(super) hash: ShortHash,
    /// The slot of the unpublished entry.
    pub(super) slot: u32,
    /// The type of that entry.
    pub(super) entry_type: u32,
    /// Whether other callers may wait for this run.
    pub(super) joinable: bool,
    pub(super) invalidated: bool,
    /// Whether the run changes the entry by a function of its old value: other such runs wait for
    /// it.
    pub(super) exclusive: bool,
    /// The run's number in the order of starting.
    pub(super) started: u64,
    pub(super) extra: Option<Box<Extra>>,
}

/// Rare fields, boxed because an [`InFlight`] is moved on every miss.
#[derive(Default)]
pub(super) struct Extra {
    /// Group id of concurrent runs of one key; the last one started wins. `None` stands for the
    /// run's own number.
    key_group: Option<u64>,
    /// The entry that a refresh is to replace. Pinned, so that its slot stays that entry's.
    replaces: Option<(u32, PinnedEntry)>,
    /// Made for the first waiter.
    flight: Option<Arc<Flight>>,
}

impl InFlight {
    #[inline(always)]
    pub(super) fn new(hash: ShortHash, slot: u32, entry_type: u32, joinable: bool, started: u64) -> Self {
        Self { hash, slot, entry_type, joinable, invalidated: false, exclusive: false, started, extra: None }
    }

    pub(super) fn key_group(&self) -> u64 {
        self.extra.as_ref().and_then(|extra| extra.key_group).unwrap_or(self.started)
    }

    pub(super) fn set_key_group(&mut self, key_group: u64) {
        self.extra.get_or_insert_default().key_group = Some(key_group);
    }

    pub(super) fn replaces(&self) -> Option<u32> {
        self.extra.as_ref()?.replaces.as_ref().map(|(slot, _)| *slot)
    }

    pub(super) fn set_replaces(&mut self, entry: (u32, PinnedEntry)) {
        self.extra.get_or_insert_default().replaces = Some(entry);
    }

    /// Returns the flight of this run, which makes `entry`.
    pub(super) fn flight_of(&mut self, entry: EntryRef<'_>) -> Arc<Flight> {
        let flight = &mut self.extra.get_or_insert_default().flight;
        // Pinned, since the entry may be removed before all waiters have read it.
        flight.get_or_insert_with(|| Arc::new(Flight::of(PinnedEntry::new(entry.as_ptr())))).clone()
    }

    pub(super) fn into_flight(self) -> Option<Arc<Flight>> {
        self.extra?.flight
    }
}

/// All runs of a stripe. Usually there is one or none, which needs no table.
pub(super) struct InFlightTable<P> {
    single: Option<InFlight>,
    others: HashTable<InFlight>,
    started: u64,
    remembered: RememberedPredicates<P>,
}

impl<P> Default for InFlightTable<P> {
    fn default() -> Self {
        Self { single: None, others: HashTable::default(), started: 0, remembered: RememberedPredicates::default() }
    }
}

/// Spreads a short hash: the table uses bits from both ends of a hash.
fn spread(hash: ShortHash) -> u64 {
    u64::from(hash.bits()) | u64::from(hash.bits()) << 33
}

impl<P: Clone> InFlightTable<P> {
    /// Returns the number of the next run, in the order of starting.
    pub(super) fn next_number(&mut self) -> u64 {
        self.started += 1;
        self.started
    }

    #[inline]
    pub(super) fn insert(&mut self, run: InFlight) {
        if self.single.is_none() {
            // Nothing to drop.
            std::mem::forget(self.single.replace(run));
        } else {
            self.insert_slow(run);
        }
    }

    #[inline(never)]
    fn insert_slow(&mut self, run: InFlight) {
        self.others.insert_unique(spread(run.hash), run, |run| spread(run.hash));
    }

    #[inline]
    pub(super) fn len(&self) -> usize {
        usize::from(self.single.is_some()) + self.others.len()
    }

    /// Whether a run may have this hash.
    #[inline]
    pub(super) fn may_have(&self, hash: ShortHash) -> bool {
        self.single.as_ref().is_some_and(|single| single.hash == hash)
            || !self.others.is_empty() && self.others.find(spread(hash), |run| run.hash == hash).is_some()
    }

    /// Calls `see` for all runs that may have this hash, are for this entry type and have not been
    /// invalidated.
    pub(super) fn each(&self, hash: ShortHash, entry_type: u32, mut see: impl FnMut(&InFlight)) {
        let mut look = |run: &InFlight| {
            if run.hash == hash && run.entry_type == entry_type && !run.invalidated {
                see(run);
            }
        };
        self.single.iter().for_each(&mut look);
        if !self.others.is_empty() {
            let none = self.others.find(spread(hash), |run| {
                look(run);
                false
            });
            debug_assert!(none.is_none());
        }
    }

    pub(super) fn get_mut(&mut self, hash: ShortHash, slot: u32) -> Option<&mut InFlight> {
        match &mut self.single {
            Some(single) if single.slot == slot => Some(single),
            _ => self.others.find_mut(spread(hash), |run| run.slot == slot),
        }
    }

    /// Removes a run that ends, if it is the only one, has not been invalidated, has no waiter, and
    /// answers to no predicate. Returns whether it did.
    #[inline]
    pub(super) fn remove_fast(&mut self, slot: u32) -> bool {
        let usual = |single: &InFlight| single.slot == slot && !single.invalidated && single.extra.is_none();
        if self.others.is_empty() && self.single.as_ref().is_some_and(usual) && self.remembered.is_empty() {
            // Nothing to drop.
            std::mem::forget(self.single.take());
            return true;
        }
        false
    }

    /// Removes a run that ends. Also returns the predicates that no run needs any more.
    pub(super) fn remove(&mut self, hash: ShortHash, slot: u32) -> Option<(InFlight, Forgotten<P>)> {
        let run = if self.single.as_ref().is_some_and(|single| single.slot == slot) {
            self.single.take()?
        } else {
            self.others.find_entry(spread(hash), |run| run.slot == slot).ok()?.remove().0
        };
        let forgotten = self.remembered.run_ended(run.started);
        Some((run, forgotten))
    }

    /// Makes the runs in flight answer to a predicate when they end; invalidates them if there are
    /// too many predicates. Returns those that no run needs any more.
    pub(super) fn remember(&mut self, predicate: P) -> Option<Forgotten<P>> {
        if self.len() == 0 {
            return None;
        }
        if self.remembered.is_full() {
            self.invalidate_all();
            return Some(self.remembered.clear());
        }
        self.remembered.add(predicate, self.started, self.len());
        None
    }

    /// Returns the predicates that a run has to answer to, from the one with the number `next` on,
    /// and moves `next` behind the last one. None if the run has been invalidated: then its value
    /// is not cached anyway.
    pub(super) fn predicates_for(&mut self, hash: ShortHash, slot: u32, next: &mut u64) -> SmallVec<[P; 2]> {
        match self.get_mut(hash, slot) {
            Some(run) if !run.invalidated => {
                let started = run.started;
                self.remembered.for_run(started, next)
            }
            _ => SmallVec::new(),
        }
    }

    fn all(&mut self) -> impl Iterator<Item = &mut InFlight> {
        self.single.iter_mut().chain(&mut self.others)
    }

    /// Settles the other runs of a completed run's key. Runs that started before it are
    /// invalidated. Runs that started later will replace the entry that `entry` returns, since
    /// their value is newer.
    pub(super) fn supersede_older(&mut self, completed: &InFlight, entry: impl Fn() -> (u32, PinnedEntry)) {
        // Runs of one key have one hash, so no other run is visited, however many there are.
        let mut group: SmallVec<[u32; 4]> = SmallVec::new();
        self.each(completed.hash, completed.entry_type, |run| {
            if run.key_group() == completed.key_group() {
                group.push(run.slot);
            }
        });
        for slot in group {
            let Some(run) = self.get_mut(completed.hash, slot) else { continue };
            if run.started < completed.started {
                run.invalidated = true;
            } else {
                run.set_replaces(entry());
            }
        }
    }

    pub(super) fn invalidate_all(&mut self) {
        self.all().for_each(|run| run.invalidated = true);
    }
}
