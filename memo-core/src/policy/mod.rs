//! Which entry leaves when the cache is full.
//!
//! A policy is book-keeping on slot numbers alone: it never sees a key or a value, is compiled once for all of them, and runs
//! under the store's writer lock. What a *hit* does is not here: a hit takes no lock, it only writes the entry's [mark](View::mark)
//! as [`OnHit`] says, and the policy reads the marks when it must choose.

mod adaptive;
mod bit_set;
mod car;
mod chunked_vec;
mod fifo;
mod ghosts;
mod lfu;
mod linked_queues;
mod loop_detector;
mod lru;
mod min_rank;
mod random;
mod second_chance;
#[cfg(test)]
mod tests;
mod tournament_tree;

use std::ops::Range;

pub(crate) use lfu::used_again;

/// The policies there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PolicyKind {
    /// The entry used longest ago leaves.
    Lru,
    /// The entry used least often leaves.
    Lfu,
    /// The entry that came first leaves.
    Fifo,
    /// Any entry leaves.
    Random {
        /// Equal seeds, equal victims.
        seed: u64,
    },
    /// The entry that the adaptive policy expects to be used last leaves.
    Max,
}

impl PolicyKind {
    /// The policy for a cache of `capacity` entries (`usize::MAX`: bounded by weight only). Allocates nothing for entries to come.
    pub(crate) fn build(self, capacity: usize) -> Box<dyn Policy> {
        match self {
            Self::Lru => Box::new(lru::Lru::default()),
            Self::Lfu => Box::new(lfu::Lfu::default()),
            Self::Fifo => Box::new(fifo::Fifo::default()),
            Self::Random { seed } => Box::new(random::RandomEviction::new(seed)),
            Self::Max => Box::new(adaptive::Adaptive::new(capacity)),
        }
    }

    /// As users write it and reports print it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Lru => "lru",
            Self::Lfu => "lfu",
            Self::Fifo => "fifo",
            Self::Random { .. } => "random",
            Self::Max => "max",
        }
    }
}

/// What a hit writes into the entry's mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnHit {
    /// Nothing: the order does not depend on use.
    Nothing,
    /// The cache's next tick, a word that only grows: marks are then unique and in the order of use. (The engine packs a tick and, below it, a
    /// tag of eight bits for the thread.)
    Stamp,
    /// One more, up to this count.
    Count(u64),
    /// One more in the upper bits, the cache's next tick below: marks are in the order of use among those used equally often.
    CountThenStamp,
}

#[cfg(test)]
impl OnHit {
    /// The mark of an entry after a hit; `None` where it stays as it is. `stamp` is asked for only where it is needed.
    pub(crate) fn rank(self, rank: u64, stamp: impl FnOnce() -> u64) -> Option<u64> {
        match self {
            Self::Nothing => None,
            Self::Stamp => Some(stamp()),
            Self::Count(most) => (rank < most).then(|| rank + 1),
            Self::CountThenStamp => Some(used_again(rank, stamp())),
        }
    }
}

/// What a policy may ask of the store while it chooses.
pub(crate) trait Ranks {
    /// The mark of a live entry, always below [`u64::MAX`]; that for a slot in which none lives.
    fn rank(&self, slot: u32) -> u64;
    /// The marks of these slots, at the end of `ranks`: the same as asking for each, and cheaper.
    fn ranks(&self, slots: Range<u32>, ranks: &mut Vec<u64>) {
        ranks.extend(slots.map(|slot| self.rank(slot)));
    }
    /// The entries in these slots will leave before long, that in `near` sooner: a hint.
    fn prefetch(&self, far: u32, near: u32) {
        let _ = (far, near);
    }
    /// Overwrites the mark of a live entry.
    fn set_rank(&self, slot: u32, rank: u64);
    /// Hits so far among the entries of this policy (grows only). An estimate will do, such as a sharded store's total divided by its shards.
    fn hits(&self) -> u64;
}

/// Who has to go so that a newcomer may stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Victim {
    /// The entry in this slot.
    Slot(u32),
    /// The newcomer itself: it is handed to its caller and not kept.
    Candidate,
}

/// One replacement policy. Slots are small integers that are reused after `removed`. Hashes are short: 31 bits that are the same for one key
/// each time.
pub(crate) trait Policy: Send + Sync {
    /// What a hit does to an entry. Changes in [`resized`](Self::resized) at most; hits that are still counted the old way do no harm.
    fn on_hit(&self) -> OnHit;
    /// An entry came to live in `slot`; `stamp` is the next of those that hits take too. Gives the entry's first mark.
    fn inserted(&mut self, slot: u32, hash: u32, stamp: u64) -> u64;
    /// The live entry in `old` gave way to a newer value for the same key in `new` (the same slot, or a free one). Gives the new entry's first
    /// mark. Here: what came is new. A policy that counts use overrides this, for a replaced value was used.
    fn replaced(&mut self, old: u32, old_mark: u64, new: u32, hash: u32, stamp: u64) -> u64 {
        let _ = old_mark;
        self.removed(old, hash, false);
        self.inserted(new, hash, stamp)
    }
    /// The entry in `slot` left: `evicted` if as this policy's victim, else because it expired or was removed.
    fn removed(&mut self, slot: u32, hash: u32, evicted: bool);
    /// Chooses who leaves for a newcomer with this hash; the store calls `removed` for it. Called only while at least one entry lives.
    /// `None` for the newcomer (resizing, or a heavy entry that came in already): an entry must be named.
    fn victim(&mut self, newcomer: Option<u32>, view: &dyn Ranks) -> Victim;
    /// The bound in entries changed (`usize::MAX`: bounded by weight only).
    fn resized(&mut self, capacity: usize);
    /// Every entry left at once.
    fn cleared(&mut self);
    /// Checks the policy's own invariants against the live slots. Panics where they are broken.
    #[cfg(any(test, feature = "validate"))]
    fn validate(&self, live: &[u32], view: &dyn Ranks);
}
