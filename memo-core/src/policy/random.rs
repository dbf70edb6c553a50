//! `random`: any entry leaves, each as likely as any other.
//!
//! The live slots stand in an array without gaps, and every slot knows its place there: a draw and a removal take a few instructions, eight
//! bytes per entry. A hit writes nothing, no access pattern can be the worst one, and a seed makes the victims repeatable.

use super::{Policy, Touch, Victim, View};
use crate::random::Random as Numbers;

/// Uniformly random replacement.
#[derive(Debug)]
pub(super) struct Random {
    numbers: Numbers,
    live: Vec<u32>,
    /// Where a live slot stands in `live`; meaningless for others.
    places: Vec<u32>,
}

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self { numbers: Numbers::new(seed), live: Vec::new(), places: Vec::new() }
    }

    fn put(&mut self, place: usize, slot: u32) {
        self.live[place] = slot;
        self.places[slot as usize] = u32::try_from(place).expect("no more places than slots");
    }
}

impl Policy for Random {
    fn touch(&self) -> Touch {
        Touch::Nothing
    }

    fn inserted(&mut self, slot: u32, _hash: u64, _tick: u64) -> u64 {
        if slot as usize >= self.places.len() {
            self.places.resize(slot as usize + 1, 0);
        }
        self.live.push(slot);
        self.put(self.live.len() - 1, slot);
        0
    }

    fn removed(&mut self, slot: u32, _hash: u64, _evicted: bool) {
        let place = self.places[slot as usize] as usize;
        let last = self.live.pop().expect("the slot is live");
        if last != slot {
            self.put(place, last);
        }
    }

    fn victim(&mut self, _newcomer: Option<u64>, _view: &dyn View) -> Victim {
        let place = self.numbers.below(self.live.len() as u64);
        Victim::Slot(self.live[usize::try_from(place).expect("a place in an array")])
    }

    fn resized(&mut self, _capacity: usize) {}

    fn cleared(&mut self) {
        self.live = Vec::new();
        self.places = Vec::new();
    }

    #[cfg(any(test, debug_assertions))]
    fn validate(&self, live: &[u32], _view: &dyn View) {
        let (mut ours, mut theirs) = (self.live.clone(), live.to_vec());
        ours.sort_unstable();
        theirs.sort_unstable();
        assert_eq!(ours, theirs, "the policy's live slots are the store's");
        assert!(self.live.iter().zip(0..).all(|(&slot, place)| self.places[slot as usize] == place));
    }
}
