//! `fifo`: the entry that came first leaves, however often it was used.
//!
//! The mark is the tick of the insert and no hit changes it: a hit writes nothing at all. A replaced value counts as a new arrival, as in
//! Python's `cachetools.FIFOCache`. [`Least`] tells how the least mark is found and what that costs.

use super::least::Least;
use super::{Policy, Touch, Victim, View};

/// First in, first out.
#[derive(Debug, Default)]
pub(super) struct Fifo {
    arrivals: Least,
}

impl Policy for Fifo {
    fn touch(&self) -> Touch {
        Touch::Nothing
    }

    fn inserted(&mut self, slot: u32, _hash: u32, tick: u64) -> u64 {
        self.arrivals.inserted(slot, tick);
        tick
    }

    fn removed(&mut self, slot: u32, _hash: u32, _evicted: bool) {
        self.arrivals.removed(slot);
    }

    fn victim(&mut self, _newcomer: Option<u32>, view: &dyn View) -> Victim {
        Victim::Slot(self.arrivals.victim(view))
    }

    fn resized(&mut self, _capacity: usize) {}

    fn cleared(&mut self) {
        *self = Self::default();
    }

    #[cfg(any(test, feature = "validate"))]
    fn validate(&self, live: &[u32], view: &dyn View) {
        self.arrivals.validate(live, view);
    }
}
