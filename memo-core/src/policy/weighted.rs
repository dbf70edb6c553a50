//! The order of eviction of a store whose entries have weights: one policy for the entries that
//! weigh something, and one for those that weigh nothing.
//!
//! To evict an entry that weighs nothing makes no room by weight. So the second policy is asked
//! only where there are too many entries. Which of the two victims goes is then decided by their
//! ranks, where the ranks of the policy are its order; by the sizes of the two parts otherwise.

use std::ops::Range;

use super::interface::{OnHit, Policy, Ranks, Victim};
use super::structures::BitSet;

/// Two policies of one kind.
pub(super) struct Weighted {
    weighing: Part,
    weightless: Part,
    /// The slots of the entries that weigh nothing.
    slots: BitSet,
    is_by_rank: bool,
    /// Whether the next entry weighs nothing.
    next_is_weightless: bool,
    /// Whether the next victim goes because there are too many entries.
    too_many: bool,
}

struct Part {
    policy: Box<dyn Policy>,
    len: usize,
}

impl Part {
    fn inserted(&mut self, slot: u32, hash: u32, stamp: u64) -> u64 {
        self.len += 1;
        self.policy.inserted(slot, hash, stamp)
    }

    fn removed(&mut self, slot: u32, hash: u32, evicted: bool) {
        self.len -= 1;
        self.policy.removed(slot, hash, evicted);
    }
}

/// The ranks as one of the two policies sees them: a slot of the other has none.
struct RanksOfPart<'a> {
    ranks: &'a dyn Ranks,
    slots: &'a BitSet,
    is_weightless: bool,
}

impl RanksOfPart<'_> {
    fn has(&self, slot: u32) -> bool {
        self.slots.contains(slot) == self.is_weightless
    }
}

impl Ranks for RanksOfPart<'_> {
    fn rank(&self, slot: u32) -> u64 {
        if self.has(slot) { self.ranks.rank(slot) } else { u64::MAX }
    }

    fn ranks(&self, slots: Range<u32>, ranks: &mut Vec<u64>) {
        let first = ranks.len();
        self.ranks.ranks(slots.clone(), ranks);
        for (slot, rank) in slots.zip(&mut ranks[first..]) {
            if !self.has(slot) {
                *rank = u64::MAX;
            }
        }
    }

    fn set_rank(&self, slot: u32, rank: u64) {
        self.ranks.set_rank(slot, rank);
    }

    fn hits(&self) -> u64 {
        self.ranks.hits()
    }
}

impl Weighted {
    /// Of two empty policies of one kind and capacity. `is_by_rank` says whether their ranks are
    /// their order.
    pub(super) fn new(weighing: Box<dyn Policy>, weightless: Box<dyn Policy>, is_by_rank: bool) -> Self {
        Self {
            weighing: Part { policy: weighing, len: 0 },
            weightless: Part { policy: weightless, len: 0 },
            slots: BitSet::default(),
            is_by_rank,
            next_is_weightless: false,
            too_many: false,
        }
    }
}

impl Policy for Weighted {
    /// Both policies have the same capacity, which is all that this depends on.
    fn on_hit(&self) -> OnHit {
        self.weighing.policy.on_hit()
    }

    fn next_weighs(&mut self, weight: u64) {
        self.next_is_weightless = weight == 0;
    }

    fn next_makes_room(&mut self, too_many: bool) {
        self.too_many = too_many;
    }

    fn inserted(&mut self, slot: u32, hash: u32, stamp: u64) -> u64 {
        if self.next_is_weightless {
            self.slots.insert(slot);
            self.weightless.inserted(slot, hash, stamp)
        } else {
            self.weighing.inserted(slot, hash, stamp)
        }
    }

    fn replaced(&mut self, old: u32, old_rank: u64, new: u32, hash: u32, stamp: u64) -> u64 {
        let was_weightless = self.slots.contains(old);
        self.slots.remove(old);
        if self.next_is_weightless {
            self.slots.insert(new);
        }
        let Self { weighing, weightless, .. } = self;
        let (from, to) = if was_weightless { (weightless, weighing) } else { (weighing, weightless) };
        if was_weightless == self.next_is_weightless {
            return from.policy.replaced(old, old_rank, new, hash, stamp);
        }
        // From one policy to the other, where the key keeps what the first knew of its use.
        from.removed(old, hash, false);
        to.inserted(old, hash, stamp);
        to.policy.replaced(old, old_rank, new, hash, stamp)
    }

    fn removed(&mut self, slot: u32, hash: u32, evicted: bool) {
        if self.slots.contains(slot) {
            self.slots.remove(slot);
            self.weightless.removed(slot, hash, evicted);
        } else {
            self.weighing.removed(slot, hash, evicted);
        }
    }

    fn victim(&mut self, candidate: Option<u32>, ranks: &dyn Ranks) -> Victim {
        let Self { weighing, weightless, slots, .. } = self;
        let (heavy, light) = (weighing.len, weightless.len);
        let mut weighing = || weighing.policy.victim(candidate, &RanksOfPart { ranks, slots, is_weightless: false });
        let mut weightless = || weightless.policy.victim(candidate, &RanksOfPart { ranks, slots, is_weightless: true });
        if light == 0 || !self.too_many && heavy > 0 {
            return weighing();
        }
        if heavy == 0 {
            return weightless();
        }
        if self.is_by_rank {
            return match (weightless(), weighing()) {
                (Victim::Slot(light), Victim::Slot(heavy)) if ranks.rank(light) < ranks.rank(heavy) => {
                    Victim::Slot(light)
                }
                (_, victim) => victim,
            };
        }
        // In the long run from both parts by their sizes.
        let at = candidate.map_or(usize::midpoint(heavy, light), |hash| hash as usize % (heavy + light));
        if at < light { weightless() } else { weighing() }
    }

    fn resized(&mut self, capacity: usize) {
        self.weighing.policy.resized(capacity);
        self.weightless.policy.resized(capacity);
    }

    fn cleared(&mut self) {
        for part in [&mut self.weighing, &mut self.weightless] {
            part.policy.cleared();
            part.len = 0;
        }
        self.slots = BitSet::default();
    }

    #[cfg(any(test, feature = "validate"))]
    fn validate(&self, live: &[u32], ranks: &dyn Ranks) {
        let (light, heavy): (Vec<u32>, Vec<u32>) = live.iter().partition(|&&slot| self.slots.contains(slot));
        assert_eq!((light.len(), heavy.len()), (self.weightless.len, self.weighing.len));
        let of = |is_weightless| RanksOfPart { ranks, slots: &self.slots, is_weightless };
        self.weightless.policy.validate(&light, &of(true));
        self.weighing.policy.validate(&heavy, &of(false));
    }
}
