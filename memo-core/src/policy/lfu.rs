//! `lfu`: the entry that was used least often leaves; of equally often used ones, the one whose last use is longest ago.
//!
//! That is what Python's `cachetools.LFUCache` does: an insert is the first use, a hit or a replaced value is one more, and whoever reached
//! its count first leaves first. One mark holds both numbers, the uses above, the tick of the last one below, so that the least mark is
//! the victim. Uses are counted up to 16 million; entries beyond that are equals and leave by recency. After 2^40 ticks the order
//! among equals starts over. Nothing ages here: what was popular once stays until others have been used as often (`max` forgets).
//! [`MinRank`] tells how the least mark is found and what that costs.

use super::min_rank::MinRank;
use super::{OnHit, Policy, Ranks, Victim};

/// A tick comes with the tag of its thread in these lowest bits. It has no room here, and orders nothing in one thread.
const TAG_BITS: u32 = 8;
const TICK_BITS: u32 = 40;
/// One less than fit: the greatest mark of all stands for an empty slot.
const MOST_USES: u64 = (u64::MAX >> TICK_BITS) - 1;

fn rank_of(uses: u64, stamp: u64) -> u64 {
    (uses << TICK_BITS) | ((stamp >> TAG_BITS) & ((1 << TICK_BITS) - 1))
}

/// The mark of an entry that is used once more.
pub(crate) fn used_again(rank: u64, stamp: u64) -> u64 {
    rank_of(((rank >> TICK_BITS) + 1).min(MOST_USES), stamp)
}

/// Least frequently used.
#[derive(Debug, Default)]
pub(super) struct Lfu {
    uses: MinRank,
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

    fn replaced(&mut self, old: u32, old_mark: u64, new: u32, _hash: u32, stamp: u64) -> u64 {
        let rank = used_again(old_mark, stamp);
        self.uses.removed(old);
        self.uses.inserted(new, rank);
        rank
    }

    fn removed(&mut self, slot: u32, _hash: u32, _evicted: bool) {
        self.uses.removed(slot);
    }

    fn victim(&mut self, _newcomer: Option<u32>, view: &dyn Ranks) -> Victim {
        Victim::Slot(self.uses.victim(view))
    }

    fn resized(&mut self, _capacity: usize) {}

    fn cleared(&mut self) {
        *self = Self::default();
    }

    #[cfg(any(test, feature = "validate"))]
    fn validate(&self, live: &[u32], view: &dyn Ranks) {
        self.uses.validate(live, view);
    }
}
