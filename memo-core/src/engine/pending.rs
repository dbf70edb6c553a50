//! The runs that are under way, by exact key.
//!
//! A run's key is owned in the entry-to-be from its beginning, so that callers who come meanwhile can be compared with it. Invalidation
//! *cuts* a run: its callers get the result, it is not kept, and later callers start anew.

use std::sync::Arc;

use hashbrown::HashTable;

use crate::flight::Flight;
use crate::table::hazard::Hold;
use crate::table::Hash;

pub(super) struct Pending {
    pub(super) hash: Hash,
    /// The place of the entry-to-be.
    pub(super) slot: u32,
    /// The kind of entry that it will be.
    pub(super) kind: u32,
    /// Runs of one key at one time share it: of these, the one that began last is kept.
    pub(super) kin: u64,
    /// The order of beginning.
    pub(super) begun: u64,
    /// Whether others may wait for it.
    pub(super) joinable: bool,
    pub(super) cut: bool,
    /// The entry that a refresh is to replace. Held, so that its slot means no other.
    pub(super) replaces: Option<(u32, Hold)>,
    /// Made by the first who waits.
    pub(super) flight: Option<Arc<Flight>>,
}

#[derive(Default)]
pub(super) struct Flights {
    runs: HashTable<Pending>,
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

    pub(super) fn begin(&mut self, run: Pending) {
        self.runs.insert_unique(spread(run.hash), run, |run| spread(run.hash));
    }

    pub(super) fn len(&self) -> usize {
        self.runs.len()
    }

    /// All runs that may have this hash, are for this kind of entry and have not been cut.
    pub(super) fn each(&self, hash: Hash, kind: u32, mut see: impl FnMut(&Pending)) {
        let none = self.runs.find(spread(hash), |run| {
            if run.hash == hash && run.kind == kind && !run.cut {
                see(run);
            }
            false
        });
        debug_assert!(none.is_none());
    }

    pub(super) fn get_mut(&mut self, hash: Hash, slot: u32) -> Option<&mut Pending> {
        self.runs.find_mut(spread(hash), |run| run.slot == slot)
    }

    /// The run is over.
    pub(super) fn end(&mut self, hash: Hash, slot: u32) -> Option<Pending> {
        let run = self.runs.find_entry(spread(hash), |run| run.slot == slot).ok()?;
        Some(run.remove().0)
    }

    /// A run has landed and its entry is in the store, or would be: kin that began before it are cut off; kin that began later know
    /// something newer, and will replace what `landed` says.
    pub(super) fn overtake_kin(&mut self, landed: &Pending, entry: impl Fn() -> (u32, Hold)) {
        for run in &mut self.runs {
            if run.kin == landed.kin && !run.cut {
                if run.begun < landed.begun {
                    run.cut = true;
                } else {
                    run.replaces = Some(entry());
                }
            }
        }
    }

    pub(super) fn cut_all(&mut self) {
        for run in &mut self.runs {
            run.cut = true;
        }
    }
}
