//! The runs that are under way, by exact key.
//!
//! A run's key is owned in the entry-to-be from its beginning, so that callers who come meanwhile can be compared with it. Invalidation
//! *cuts* a run: its callers get the result, it is not kept, and later callers start anew.

use std::sync::Arc;

use hashbrown::HashTable;
use smallvec::SmallVec;

use crate::flight::Flight;
use crate::table::Hash;
use crate::table::hazard::Hold;

pub(super) struct Pending {
    pub(super) hash: Hash,
    /// The place of the entry-to-be.
    pub(super) slot: u32,
    /// The kind of entry that it will be.
    pub(super) kind: u32,
    /// Whether others may wait for it.
    pub(super) joinable: bool,
    pub(super) cut: bool,
    /// The order of beginning.
    pub(super) begun: u64,
    pub(super) more: Option<Box<More>>,
}

/// What few runs have: kept apart, for the usual miss moves a run about.
#[derive(Default)]
pub(super) struct More {
    /// Runs of one key at one time share it: of these, the one that began last is kept. Without one: when this run began.
    kin: Option<u64>,
    /// The entry that a refresh is to replace. Held, so that its slot means no other.
    replaces: Option<(u32, Hold)>,
    /// Made by the first who waits.
    flight: Option<Arc<Flight>>,
}

impl Pending {
    pub(super) fn kin(&self) -> u64 {
        self.more.as_ref().and_then(|more| more.kin).unwrap_or(self.begun)
    }

    pub(super) fn set_kin(&mut self, kin: u64) {
        self.more.get_or_insert_default().kin = Some(kin);
    }

    pub(super) fn replaces(&self) -> Option<u32> {
        self.more.as_ref()?.replaces.as_ref().map(|(slot, _)| *slot)
    }

    pub(super) fn set_replaces(&mut self, entry: (u32, Hold)) {
        self.more.get_or_insert_default().replaces = Some(entry);
    }

    pub(super) fn flight(&mut self) -> &mut Option<Arc<Flight>> {
        &mut self.more.get_or_insert_default().flight
    }

    pub(super) fn into_flight(self) -> Option<Arc<Flight>> {
        self.more?.flight
    }
}

/// All runs of a store. Most of the time there is one or none, which need no table.
#[derive(Default)]
pub(super) struct Flights {
    only: Option<Pending>,
    more: HashTable<Pending>,
    count: u64,
}

/// The table takes its bits from both ends of a hash.
fn spread(hash: Hash) -> u64 {
    u64::from(hash.bits()) | u64::from(hash.bits()) << 33
}

impl Flights {
    pub(super) fn next(&mut self) -> u64 {
        self.count += 1;
        self.count
    }

    #[inline]
    pub(super) fn begin(&mut self, run: Pending) {
        if self.only.is_none() {
            // There is nothing to drop.
            std::mem::forget(self.only.replace(run));
        } else {
            self.begin_beside(run);
        }
    }

    #[inline(never)]
    fn begin_beside(&mut self, run: Pending) {
        self.more.insert_unique(spread(run.hash), run, |run| spread(run.hash));
    }

    #[inline]
    pub(super) fn len(&self) -> usize {
        usize::from(self.only.is_some()) + self.more.len()
    }

    /// Whether a run may have this hash.
    #[inline]
    pub(super) fn may_have(&self, hash: Hash) -> bool {
        self.only.as_ref().is_some_and(|only| only.hash == hash)
            || !self.more.is_empty() && self.more.find(spread(hash), |run| run.hash == hash).is_some()
    }

    /// All runs that may have this hash, are for this kind of entry and have not been cut.
    pub(super) fn each(&self, hash: Hash, kind: u32, mut see: impl FnMut(&Pending)) {
        let mut look = |run: &Pending| {
            if run.hash == hash && run.kind == kind && !run.cut {
                see(run);
            }
        };
        self.only.iter().for_each(&mut look);
        if !self.more.is_empty() {
            let none = self.more.find(spread(hash), |run| {
                look(run);
                false
            });
            debug_assert!(none.is_none());
        }
    }

    pub(super) fn get_mut(&mut self, hash: Hash, slot: u32) -> Option<&mut Pending> {
        match &mut self.only {
            Some(only) if only.slot == slot => Some(only),
            _ => self.more.find_mut(spread(hash), |run| run.slot == slot),
        }
    }

    /// The run is over. Says whether it was the only one, and one of the usual kind: to be kept, with nobody who waits.
    #[inline]
    pub(super) fn end_usual(&mut self, slot: u32) -> bool {
        let usual = |only: &Pending| only.slot == slot && !only.cut && only.more.is_none();
        if self.more.is_empty() && self.only.as_ref().is_some_and(usual) {
            // There is nothing to drop.
            std::mem::forget(self.only.take());
            return true;
        }
        false
    }

    /// The run is over.
    pub(super) fn end(&mut self, hash: Hash, slot: u32) -> Option<Pending> {
        if self.only.as_ref().is_some_and(|only| only.slot == slot) {
            return self.only.take();
        }
        let run = self.more.find_entry(spread(hash), |run| run.slot == slot).ok()?;
        Some(run.remove().0)
    }

    fn all(&mut self) -> impl Iterator<Item = &mut Pending> {
        self.only.iter_mut().chain(&mut self.more)
    }

    /// A run has landed and its entry is in the store, or would be: kin that began before it are cut off; kin that began later know
    /// something newer, and will replace what `landed` says.
    pub(super) fn overtake_kin(&mut self, landed: &Pending, entry: impl Fn() -> (u32, Hold)) {
        // Kin have one key, and so one hash: nobody else is looked at, however many runs there are.
        let mut kin: SmallVec<[u32; 4]> = SmallVec::new();
        self.each(landed.hash, landed.kind, |run| {
            if run.kin() == landed.kin() {
                kin.push(run.slot);
            }
        });
        for slot in kin {
            let Some(run) = self.get_mut(landed.hash, slot) else { continue };
            if run.begun < landed.begun {
                run.cut = true;
            } else {
                run.set_replaces(entry());
            }
        }
    }

    pub(super) fn cut_all(&mut self) {
        self.all().for_each(|run| run.cut = true);
    }
}
