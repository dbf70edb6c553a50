//! The runs that are under way, by exact key.
//!
//! A run's key is owned in the entry-to-be from its beginning, so that callers who come meanwhile can be compared with it. Invalidation
//! *cuts* a run: its callers get the result, it is not kept, and later callers start anew.

use std::sync::Arc;

use hashbrown::HashTable;
use smallvec::SmallVec;

use crate::flight::Flight;
use crate::table::ShortHash;
use crate::table::hazard::PinnedEntry;

pub(super) struct InFlight {
    pub(super) hash: ShortHash,
    /// The place of the entry-to-be.
    pub(super) slot: u32,
    /// The kind of entry that it will be.
    pub(super) entry_type: u32,
    /// Whether others may wait for it.
    pub(super) joinable: bool,
    pub(super) invalidated: bool,
    /// The order of beginning.
    pub(super) begun: u64,
    pub(super) extra: Option<Box<Extra>>,
}

/// What few runs have: kept apart, for the usual miss moves a run about.
#[derive(Default)]
pub(super) struct Extra {
    /// Runs of one key at one time share it: of these, the one that began last is kept. Without one: when this run began.
    key_group: Option<u64>,
    /// The entry that a refresh is to replace. Held, so that its slot means no other.
    replaces: Option<(u32, PinnedEntry)>,
    /// Made by the first who waits.
    flight: Option<Arc<Flight>>,
}

impl InFlight {
    pub(super) fn key_group(&self) -> u64 {
        self.extra.as_ref().and_then(|extra| extra.key_group).unwrap_or(self.begun)
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

    pub(super) fn flight(&mut self) -> &mut Option<Arc<Flight>> {
        &mut self.extra.get_or_insert_default().flight
    }

    pub(super) fn into_flight(self) -> Option<Arc<Flight>> {
        self.extra?.flight
    }
}

/// All runs of a store. Most of the time there is one or none, which need no table.
#[derive(Default)]
pub(super) struct InFlightTable {
    sole_type: Option<InFlight>,
    extra: HashTable<InFlight>,
    count: u64,
}

/// The table takes its bits from both ends of a hash.
fn spread(hash: ShortHash) -> u64 {
    u64::from(hash.bits()) | u64::from(hash.bits()) << 33
}

impl InFlightTable {
    pub(super) fn next(&mut self) -> u64 {
        self.count += 1;
        self.count
    }

    #[inline]
    pub(super) fn begin(&mut self, run: InFlight) {
        if self.sole_type.is_none() {
            // There is nothing to drop.
            std::mem::forget(self.sole_type.replace(run));
        } else {
            self.begin_beside(run);
        }
    }

    #[inline(never)]
    fn begin_beside(&mut self, run: InFlight) {
        self.extra.insert_unique(spread(run.hash), run, |run| spread(run.hash));
    }

    #[inline]
    pub(super) fn len(&self) -> usize {
        usize::from(self.sole_type.is_some()) + self.extra.len()
    }

    /// Whether a run may have this hash.
    #[inline]
    pub(super) fn may_have(&self, hash: ShortHash) -> bool {
        self.sole_type.as_ref().is_some_and(|sole_type| sole_type.hash == hash)
            || !self.extra.is_empty() && self.extra.find(spread(hash), |run| run.hash == hash).is_some()
    }

    /// All runs that may have this hash, are for this kind of entry and have not been cut.
    pub(super) fn each(&self, hash: ShortHash, entry_type: u32, mut see: impl FnMut(&InFlight)) {
        let mut look = |run: &InFlight| {
            if run.hash == hash && run.entry_type == entry_type && !run.invalidated {
                see(run);
            }
        };
        self.sole_type.iter().for_each(&mut look);
        if !self.extra.is_empty() {
            let none = self.extra.find(spread(hash), |run| {
                look(run);
                false
            });
            debug_assert!(none.is_none());
        }
    }

    pub(super) fn get_mut(&mut self, hash: ShortHash, slot: u32) -> Option<&mut InFlight> {
        match &mut self.sole_type {
            Some(sole_type) if sole_type.slot == slot => Some(sole_type),
            _ => self.extra.find_mut(spread(hash), |run| run.slot == slot),
        }
    }

    /// The run is over. Says whether it was the only one, and one of the usual kind: to be kept, with nobody who waits.
    #[inline]
    pub(super) fn end_usual(&mut self, slot: u32) -> bool {
        let usual =
            |sole_type: &InFlight| sole_type.slot == slot && !sole_type.invalidated && sole_type.extra.is_none();
        if self.extra.is_empty() && self.sole_type.as_ref().is_some_and(usual) {
            // There is nothing to drop.
            std::mem::forget(self.sole_type.take());
            return true;
        }
        false
    }

    /// The run is over.
    pub(super) fn end(&mut self, hash: ShortHash, slot: u32) -> Option<InFlight> {
        if self.sole_type.as_ref().is_some_and(|sole_type| sole_type.slot == slot) {
            return self.sole_type.take();
        }
        let run = self.extra.find_entry(spread(hash), |run| run.slot == slot).ok()?;
        Some(run.remove().0)
    }

    fn all(&mut self) -> impl Iterator<Item = &mut InFlight> {
        self.sole_type.iter_mut().chain(&mut self.extra)
    }

    /// A run has landed and its entry is in the store, or would be: kin that began before it are cut off; kin that began later know
    /// something newer, and will replace what `landed` says.
    pub(super) fn supersede_older(&mut self, landed: &InFlight, entry: impl Fn() -> (u32, PinnedEntry)) {
        // Kin have one key, and so one hash: nobody else is looked at, however many runs there are.
        let mut key_group: SmallVec<[u32; 4]> = SmallVec::new();
        self.each(landed.hash, landed.entry_type, |run| {
            if run.key_group() == landed.key_group() {
                key_group.push(run.slot);
            }
        });
        for slot in key_group {
            let Some(run) = self.get_mut(landed.hash, slot) else { continue };
            if run.begun < landed.begun {
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
