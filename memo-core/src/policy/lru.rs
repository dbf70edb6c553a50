//! `lru`: evicts the least recently used entry.
//!
//! A hit writes the cache's next stamp into its entry, and the victim is the entry with the lowest
//! stamp. That is exactly the order of a linked list that moves every hit to its front, as in
//! Python's `functools.lru_cache`, but a hit writes one word of its own entry and none of a
//! neighbour's. The order is exact in one thread; under contention it is as good as the order of
//! the threads' stamps. [`MinRankIndex`] says how the lowest stamp is found and what that costs.

use super::interface::{OnHit, Policy, Ranks, Victim};
use super::structures::MinRankIndex;

/// Least recently used.
#[derive(Debug, Default)]
pub(super) struct Lru {
    stamps: MinRankIndex,
}

impl Lru {
    /// Takes over the entries of another policy. Their ranks are not stamps, so these entries are
    /// evicted before all that are inserted later.
    pub(super) fn from_slots(slots: impl Iterator<Item = u32>) -> Self {
        let mut stamps = MinRankIndex::default();
        slots.for_each(|slot| stamps.inserted(slot, 0));
        Self { stamps }
    }

    /// Every live slot.
    pub(super) fn slots(&self) -> impl Iterator<Item = u32> {
        self.stamps.slots()
    }
}

impl Policy for Lru {
    fn on_hit(&self) -> OnHit {
        OnHit::Stamp
    }

    fn inserted(&mut self, slot: u32, _hash: u32, stamp: u64) -> u64 {
        self.stamps.inserted(slot, stamp);
        stamp
    }

    fn removed(&mut self, slot: u32, _hash: u32, _evicted: bool) {
        self.stamps.removed(slot);
    }

    fn victim(&mut self, _candidate: Option<u32>, ranks: &dyn Ranks) -> Victim {
        Victim::Slot(self.stamps.min_slot(ranks))
    }

    fn resized(&mut self, _capacity: usize) {}

    fn cleared(&mut self) {
        *self = Self::default();
    }

    #[cfg(any(test, feature = "validate"))]
    fn validate(&self, live: &[u32], ranks: &dyn Ranks) {
        self.stamps.validate(live, ranks);
    }
}
