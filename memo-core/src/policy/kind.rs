//! The policies by name: the one list that a new policy joins.

use super::adaptive::Adaptive;
use super::fifo::Fifo;
use super::interface::Policy;
use super::lfu::Lfu;
use super::lru::Lru;
use super::random::RandomEviction;
use super::weighted::Weighted;

/// Which policy a cache has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PolicyKind {
    /// Evicts the least recently used entry.
    Lru,
    /// Evicts the least frequently used entry.
    Lfu,
    /// Evicts the entry that was inserted first.
    Fifo,
    /// Evicts any entry, all with the same probability.
    Random {
        /// Equal seeds give equal victims.
        seed: u64,
    },
    /// Evicts the entry that the adaptive policy expects to be used last.
    Max,
}

impl PolicyKind {
    /// Makes the policy for a cache of `capacity` entries (`usize::MAX`: bounded by weight only).
    /// Allocates nothing for entries that are still to come.
    pub(crate) fn build(self, capacity: usize) -> Box<dyn Policy> {
        match self {
            Self::Lru => Box::new(Lru::default()),
            Self::Lfu => Box::new(Lfu::default()),
            Self::Fifo => Box::new(Fifo::default()),
            Self::Random { seed } => Box::new(RandomEviction::new(seed)),
            Self::Max => Box::new(Adaptive::new(capacity)),
        }
    }

    /// As [`build`](Self::build), for a cache whose entries have weights.
    pub(crate) fn build_weighted(self, capacity: usize) -> Box<dyn Policy> {
        let is_by_rank = matches!(self, Self::Lru | Self::Lfu | Self::Fifo);
        Box::new(Weighted::new(self.build(capacity), self.build(capacity), is_by_rank))
    }

    /// The name in the attribute and in reports.
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
