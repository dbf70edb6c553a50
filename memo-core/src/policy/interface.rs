//! The interface between a store and its policy: what a policy does, and what it may ask in return.

use std::ops::Range;

/// What a hit writes into the rank of its entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnHit {
    /// Nothing: the order does not depend on use.
    Nothing,
    /// The cache's next stamp, a word that only grows: ranks are then unique and in order of use.
    /// (In the engine the lowest eight bits of a stamp are a tag of the thread that took it.)
    Stamp,
    /// The rank plus one, up to this count.
    Count(u64),
    /// A use count plus one in the upper bits, the cache's next stamp below: ranks of entries that
    /// were used equally often are in order of use.
    CountThenStamp,
}

/// What a policy may ask of the store while it chooses a victim.
pub(crate) trait Ranks {
    /// The rank of a live entry, always below [`u64::MAX`]; [`u64::MAX`] for a slot without one.
    fn rank(&self, slot: u32) -> u64;
    /// Appends the ranks of these slots to `ranks`: the same as asking for each, and cheaper.
    fn ranks(&self, slots: Range<u32>, ranks: &mut Vec<u64>) {
        ranks.extend(slots.map(|slot| self.rank(slot)));
    }
    /// A hint that the entries in these slots will be evicted soon, the one in `near` first.
    fn prefetch(&self, far: u32, near: u32) {
        let _ = (far, near);
    }
    /// Overwrites the rank of a live entry.
    fn set_rank(&self, slot: u32, rank: u64);
    /// Hits so far on entries of this policy (only grows). An estimate will do, such as a sharded
    /// store's total divided by the number of its shards.
    fn hits(&self) -> u64;
}

/// What is given up so that a candidate can be admitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Victim {
    /// The entry in this slot.
    Slot(u32),
    /// The candidate itself: its value goes to the caller and is not stored.
    Candidate,
}

/// A replacement policy.
///
/// Slots are small integers that are reused after `removed`. Hashes are short: 31 bits, the same
/// for one key each time.
pub(crate) trait Policy: Send + Sync {
    /// What a hit writes. Changes in [`resized`](Self::resized) only; hits that still write what
    /// was asked for before do no harm.
    fn on_hit(&self) -> OnHit;
    /// In a store whose entries have weights: what the entry weighs that is inserted next, or
    /// replaces another.
    fn next_weighs(&mut self, weight: u64) {
        let _ = weight;
    }
    /// In a store whose entries have weights: whether the next victim goes because there are too
    /// many entries, and not because they weigh too much.
    fn next_makes_room(&mut self, too_many: bool) {
        let _ = too_many;
    }
    /// An entry was inserted into `slot`. `stamp` is the next of those that hits take too. Returns
    /// the entry's first rank.
    fn inserted(&mut self, slot: u32, hash: u32, stamp: u64) -> u64;
    /// The live entry in `old` was replaced by a newer value for the same key in `new` (the same
    /// slot, or a free one). Returns the new entry's first rank.
    ///
    /// By default the new entry is an insert like any other. A policy that counts uses overrides
    /// this, since replacing a value uses its key.
    fn replaced(&mut self, old: u32, old_rank: u64, new: u32, hash: u32, stamp: u64) -> u64 {
        let _ = old_rank;
        self.removed(old, hash, false);
        self.inserted(new, hash, stamp)
    }
    /// The entry in `slot` was removed: `evicted` if as this policy's victim, otherwise because it
    /// expired or was invalidated.
    fn removed(&mut self, slot: u32, hash: u32, evicted: bool);
    /// Chooses a victim for the candidate with this hash; the store then calls `removed` for it.
    /// Called only while at least one entry is live.
    ///
    /// Without a candidate (the cache is resized, or a heavy entry is already in) the victim must
    /// be an entry.
    fn victim(&mut self, candidate: Option<u32>, ranks: &dyn Ranks) -> Victim;
    /// The capacity in entries changed (`usize::MAX`: bounded by weight only).
    fn resized(&mut self, capacity: usize);
    /// All entries were removed at once.
    fn cleared(&mut self);
    /// Checks the policy's own invariants against the live slots. Panics if one is broken.
    #[cfg(any(test, feature = "validate"))]
    fn validate(&self, live: &[u32], ranks: &dyn Ranks);
}
