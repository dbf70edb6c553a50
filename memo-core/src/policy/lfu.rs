//! `lfu`: the entry that was used least often leaves; of equally often used ones, the one whose last use is longest ago.
//!
//! That is what Python's `cachetools.LFUCache` does: an insert is the first use, a hit or a replaced value is one more, and whoever reached
//! its count first leaves first. One mark holds both numbers, the uses above, the tick of the last one below, so that the least mark is
//! the victim. Uses are counted up to 16 million; entries beyond that are equals and leave by recency. After 2^40 ticks the order
//! among equals starts over. Nothing ages here: what was popular once stays until others have been used as often (`max` forgets).
//! [`Least`] tells how the least mark is found and what that costs.

use super::least::Least;
use super::{Policy, Touch, Victim, View};

/// A tick comes with the tag of its thread in these lowest bits. It has no room here, and orders nothing in one thread.
const TAG_BITS: u32 = 8;
const TICK_BITS: u32 = 40;
/// One less than fit: the greatest mark of all stands for an empty slot.
const MOST_USES: u64 = (u64::MAX >> TICK_BITS) - 1;

fn mark_of(uses: u64, tick: u64) -> u64 {
    (uses << TICK_BITS) | ((tick >> TAG_BITS) & ((1 << TICK_BITS) - 1))
}

/// The mark of an entry that is used once more.
pub(crate) fn used_again(mark: u64, tick: u64) -> u64 {
    mark_of(((mark >> TICK_BITS) + 1).min(MOST_USES), tick)
}

/// Least frequently used.
#[derive(Debug, Default)]
pub(super) struct Lfu {
    uses: Least,
}

impl Policy for Lfu {
    fn touch(&self) -> Touch {
        Touch::CountThenTick
    }

    fn inserted(&mut self, slot: u32, _hash: u32, tick: u64) -> u64 {
        let mark = mark_of(1, tick);
        self.uses.inserted(slot, mark);
        mark
    }

    fn replaced(&mut self, old: u32, old_mark: u64, new: u32, _hash: u32, tick: u64) -> u64 {
        let mark = used_again(old_mark, tick);
        self.uses.removed(old);
        self.uses.inserted(new, mark);
        mark
    }

    fn removed(&mut self, slot: u32, _hash: u32, _evicted: bool) {
        self.uses.removed(slot);
    }

    fn victim(&mut self, _newcomer: Option<u32>, view: &dyn View) -> Victim {
        Victim::Slot(self.uses.victim(view))
    }

    fn resized(&mut self, _capacity: usize) {}

    fn cleared(&mut self) {
        *self = Self::default();
    }

    #[cfg(any(test, feature = "validate"))]
    fn validate(&self, live: &[u32], view: &dyn View) {
        self.uses.validate(live, view);
    }
}
