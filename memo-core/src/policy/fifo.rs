//! `fifo`: the entry that came first leaves, however often it was used.
//!
//! The mark is the tick of the insert and no hit changes it: a hit writes nothing at all. A replaced value counts as a new arrival, as in
//! Python's `cachetools.FIFOCache`. [`MinRank`] tells how the least mark is found and what that costs.

use super::min_rank::MinRank;
use super::{OnHit, Policy, Ranks, Victim};

/// First in, first out.
#[derive(Debug, Default)]
pub(super) struct Fifo {
    arrivals: MinRank,
}

impl Policy for Fifo {
    fn on_hit(&self) -> OnHit {
        OnHit::Nothing
    }

    fn inserted(&mut self, slot: u32, _hash: u32, stamp: u64) -> u64 {
        self.arrivals.inserted(slot, stamp);
        stamp
    }

    fn removed(&mut self, slot: u32, _hash: u32, _evicted: bool) {
        self.arrivals.removed(slot);
    }

    fn victim(&mut self, _newcomer: Option<u32>, view: &dyn Ranks) -> Victim {
        Victim::Slot(self.arrivals.victim(view))
    }

    fn resized(&mut self, _capacity: usize) {}

    fn cleared(&mut self) {
        *self = Self::default();
    }

    #[cfg(any(test, feature = "validate"))]
    fn validate(&self, live: &[u32], view: &dyn Ranks) {
        self.arrivals.validate(live, view);
    }
}
