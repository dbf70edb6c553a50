//! `random`: evicts any entry, all with the same probability.
//!
//! The live slots are in an array without gaps, and every slot knows its position there: a draw and
//! a removal take a few instructions each, and a slot costs eight bytes. A hit writes nothing, no
//! access pattern is a worst case, and a seed makes the victims repeatable.

use super::interface::{OnHit, Policy, Ranks, Victim};
use super::structures::ChunkedVec;
use crate::random::Random;

/// Uniformly random replacement.
#[derive(Debug)]
pub(super) struct RandomEviction {
    random: Random,
    live: ChunkedVec<u32>,
    /// The position of each live slot in `live`; meaningless for other slots.
    positions: ChunkedVec<u32>,
}

impl RandomEviction {
    pub(super) fn new(seed: u64) -> Self {
        Self { random: Random::new(seed), live: ChunkedVec::default(), positions: ChunkedVec::default() }
    }

    /// The number of live slots.
    fn len(&self) -> u32 {
        u32::try_from(self.live.len()).expect("slots are numbered by 32 bits")
    }
}

impl Policy for RandomEviction {
    fn on_hit(&self) -> OnHit {
        OnHit::Nothing
    }

    fn inserted(&mut self, slot: u32, _hash: u32, _stamp: u64) -> u64 {
        while self.positions.len() <= slot as usize {
            self.positions.push(0);
        }
        self.positions[slot] = self.len();
        self.live.push(slot);
        0
    }

    fn removed(&mut self, slot: u32, _hash: u32, _evicted: bool) {
        let position = self.positions[slot];
        let last = self.live.pop().expect("the slot is live");
        if last != slot {
            self.live[position] = last;
            self.positions[last] = position;
        }
    }

    fn victim(&mut self, _candidate: Option<u32>, _ranks: &dyn Ranks) -> Victim {
        let position = self.random.below(self.len().into());
        Victim::Slot(self.live[u32::try_from(position).expect("below the number of slots")])
    }

    fn resized(&mut self, _capacity: usize) {}

    fn cleared(&mut self) {
        (self.live, self.positions) = (ChunkedVec::default(), ChunkedVec::default());
    }

    #[cfg(any(test, feature = "validate"))]
    fn validate(&self, live: &[u32], _ranks: &dyn Ranks) {
        let (mut ours, mut expected): (Vec<u32>, _) =
            ((0..self.len()).map(|position| self.live[position]).collect(), live.to_vec());
        ours.sort_unstable();
        expected.sort_unstable();
        assert_eq!(ours, expected, "the policy's live slots are the store's");
        assert!((0..self.len()).all(|position| self.positions[self.live[position]] == position));
    }
}
