//! `random`: any entry leaves, each as likely as any other.
//!
//! The live slots stand in an array without gaps, and every slot knows its place there: a draw and a removal take a few instructions, eight
//! bytes per entry. A hit writes nothing, no access pattern can be the worst one, and a seed makes the victims repeatable.

use super::chunked_vec::ChunkedVec;
use super::{OnHit, Policy, Ranks, Victim};
use crate::random::Random as Numbers;

/// Uniformly random replacement.
#[derive(Debug)]
pub(super) struct RandomEviction {
    numbers: Numbers,
    live: ChunkedVec<u32>,
    /// Where a live slot stands in `live`; meaningless for others.
    places: ChunkedVec<u32>,
}

impl RandomEviction {
    pub(super) fn new(seed: u64) -> Self {
        Self { numbers: Numbers::new(seed), live: ChunkedVec::default(), places: ChunkedVec::default() }
    }

    /// How many there are: no more than slots.
    fn len(&self) -> u32 {
        u32::try_from(self.live.len()).expect("slots are numbered by 32 bits")
    }
}

impl Policy for RandomEviction {
    fn on_hit(&self) -> OnHit {
        OnHit::Nothing
    }

    fn inserted(&mut self, slot: u32, _hash: u32, _tick: u64) -> u64 {
        while self.places.len() <= slot as usize {
            self.places.push(0);
        }
        self.places[slot] = self.len();
        self.live.push(slot);
        0
    }

    fn removed(&mut self, slot: u32, _hash: u32, _evicted: bool) {
        let place = self.places[slot];
        let last = self.live.pop().expect("the slot is live");
        if last != slot {
            self.live[place] = last;
            self.places[last] = place;
        }
    }

    fn victim(&mut self, _newcomer: Option<u32>, _view: &dyn Ranks) -> Victim {
        let place = self.numbers.below(self.len().into());
        Victim::Slot(self.live[u32::try_from(place).expect("below the number of slots")])
    }

    fn resized(&mut self, _capacity: usize) {}

    fn cleared(&mut self) {
        (self.live, self.places) = (ChunkedVec::default(), ChunkedVec::default());
    }

    #[cfg(any(test, feature = "validate"))]
    fn validate(&self, live: &[u32], _view: &dyn Ranks) {
        let (mut ours, mut theirs): (Vec<u32>, _) =
            ((0..self.len()).map(|place| self.live[place]).collect(), live.to_vec());
        ours.sort_unstable();
        theirs.sort_unstable();
        assert_eq!(ours, theirs, "the policy's live slots are the store's");
        assert!((0..self.len()).all(|place| self.places[self.live[place]] == place));
    }
}
