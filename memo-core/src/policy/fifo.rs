//! `fifo`: evicts the entry that was inserted first, however often it was used.
//!
//! The rank is the stamp of the insert and no hit changes it: a hit writes nothing at all.
//! Replacing a value counts as a new insert, as in Python's `cachetools.FIFOCache`.
//! [`MinRankIndex`] says how the lowest rank is found and what that costs.

use super::interface::{OnHit, Policy, Ranks, Victim};
use super::structures::MinRankIndex;

/// First in, first out.
#[derive(Debug, Default)]
pub(super) struct Fifo {
    inserts: MinRankIndex,
}

impl Policy for Fifo {
    fn on_hit(&self) -> OnHit {
        OnHit::Nothing
    }

    fn inserted(&mut self, slot: u32, _hash: u32, stamp: u64) -> u64 {
        self.inserts.inserted(slot, stamp);
        stamp
    }

    fn removed(&mut self, slot: u32, _hash: u32, _evicted: bool) {
        self.inserts.removed(slot);
    }

    fn victim(&mut self, _candidate: Option<u32>, ranks: &dyn Ranks) -> Victim {
        Victim::Slot(self.inserts.min_slot(ranks))
    }

    fn resized(&mut self, _capacity: usize) {}

    fn cleared(&mut self) {
        *self = Self::default();
    }

    #[cfg(any(test, feature = "validate"))]
    fn validate(&self, live: &[u32], ranks: &dyn Ranks) {
        self.inserts.validate(live, ranks);
    }
}
