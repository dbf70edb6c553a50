//! `lru`: the entry that was not used for the longest time leaves.
//!
//! A hit stamps its entry with the cache's next tick, and the victim is the entry with the least stamp: exactly the order of a linked
//! list that moves every hit to its front, as in Python's `functools.lru_cache`, but a hit writes one word of its own entry and no
//! neighbour's. In one thread the order is exact; under contention it is as good as the threads' ticks are ordered.
//! [`MinRank`] tells how the least stamp is found and what that costs.

use super::min_rank::MinRank;
use super::{OnHit, Policy, Ranks, Victim};

/// Least recently used.
#[derive(Debug, Default)]
pub(super) struct Lru {
    stamps: MinRank,
}

impl Lru {
    /// The order over entries that lived under another policy: their marks are no stamps, so they leave before all that come.
    pub(super) fn over(slots: impl Iterator<Item = u32>) -> Self {
        let mut stamps = MinRank::default();
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

    fn victim(&mut self, _newcomer: Option<u32>, view: &dyn Ranks) -> Victim {
        Victim::Slot(self.stamps.victim(view))
    }

    fn resized(&mut self, _capacity: usize) {}

    fn cleared(&mut self) {
        *self = Self::default();
    }

    #[cfg(any(test, feature = "validate"))]
    fn validate(&self, live: &[u32], view: &dyn Ranks) {
        self.stamps.validate(live, view);
    }
}
