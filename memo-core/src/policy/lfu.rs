//! `lfu`: evicts the least frequently used entry; among equals, the one whose last use is oldest.
//!
//! That is what Python's `cachetools.LFUCache` does: an insert is the first use, a hit or a
//! replaced value is one more, and the first entry to reach a count is the first with that count to
//! be evicted. One rank holds both numbers, the use count above and the stamp of the last use
//! below, so the lowest rank is the victim. Uses are counted up to 16 million; entries beyond that
//! are equals and ordered by recency. After 2^40 stamps the order among equals starts over. Counts
//! do not age: an entry that was popular once stays until others have been used as often (`max`
//! forgets). [`MinRankIndex`] says how the lowest rank is found and what that costs.

use super::interface::{OnHit, Policy, Ranks, Victim};
use super::structures::MinRankIndex;

/// The lowest bits of a stamp are the tag of its thread. There is no room for them here, and in one
/// thread they order nothing.
const TAG_BITS: u32 = 8;
const STAMP_BITS: u32 = 40;
/// One less than fits: the greatest rank of all stands for an empty slot.
const MAX_USES: u64 = (u64::MAX >> STAMP_BITS) - 1;

fn rank_of(uses: u64, stamp: u64) -> u64 {
    (uses << STAMP_BITS) | ((stamp >> TAG_BITS) & ((1 << STAMP_BITS) - 1))
}

/// The rank of an entry after one more use.
pub(crate) fn used_again(rank: u64, stamp: u64) -> u64 {
    rank_of(((rank >> STAMP_BITS) + 1).min(MAX_USES), stamp)
}

/// Least frequently used.
#[derive(Debug, Default)]
pub(super) struct Lfu {
    uses: MinRankIndex,
}

impl Policy for Lfu {
    fn on_hit(&self) -> OnHit {
        OnHit::CountThenStamp
    }

    fn inserted(&mut self, slot: u32, _hash: u32, stamp: u64) -> u64 {
        let rank = rank_of(1, stamp);
        self.uses.inserted(slot, rank);
        rank
    }

    fn replaced(&mut self, old: u32, old_rank: u64, new: u32, _hash: u32, stamp: u64) -> u64 {
        let rank = used_again(old_rank, stamp);
        self.uses.removed(old);
        self.uses.inserted(new, rank);
        rank
    }

    fn removed(&mut self, slot: u32, _hash: u32, _evicted: bool) {
        self.uses.removed(slot);
    }

    fn victim(&mut self, _candidate: Option<u32>, ranks: &dyn Ranks) -> Victim {
        Victim::Slot(self.uses.min_slot(ranks))
    }

    fn resized(&mut self, _capacity: usize) {}

    fn cleared(&mut self) {
        *self = Self::default();
    }

    #[cfg(any(test, feature = "validate"))]
    fn validate(&self, live: &[u32], ranks: &dyn Ranks) {
        self.uses.validate(live, ranks);
    }
}
