//! `max`: adapts to the access pattern. [`Car`] for more than 16 entries, [`Lru`] up to there.
//!
//! Adapting needs evidence, and a dozen ghosts are not enough: small caches serve recursion and
//! neighbouring calls, where recency is right. A cache that is resized across that limit changes
//! its policy and keeps its entries; what the policy had learned is lost. Hits that the store still
//! writes for the policy before do no harm: each of the two reads the other's ranks as some use.

use super::car::Car;
use super::interface::{OnHit, Policy, Ranks, Victim};
use super::lru::Lru;

/// The largest capacity that is managed by recency alone.
const MAX_SMALL: usize = 16;

/// The adaptive policy.
#[derive(Debug)]
pub(super) enum Adaptive {
    Small(Lru),
    Large(Car),
}

impl Adaptive {
    pub(super) fn new(capacity: usize) -> Self {
        if capacity <= MAX_SMALL { Self::Small(Lru::default()) } else { Self::Large(Car::default()) }
    }

    fn policy(&self) -> &dyn Policy {
        match self {
            Self::Small(lru) => lru,
            Self::Large(car) => car,
        }
    }

    fn policy_mut(&mut self) -> &mut dyn Policy {
        match self {
            Self::Small(lru) => lru,
            Self::Large(car) => car,
        }
    }
}

impl Policy for Adaptive {
    fn on_hit(&self) -> OnHit {
        self.policy().on_hit()
    }

    fn inserted(&mut self, slot: u32, hash: u32, stamp: u64) -> u64 {
        self.policy_mut().inserted(slot, hash, stamp)
    }

    fn replaced(&mut self, old: u32, old_rank: u64, new: u32, hash: u32, stamp: u64) -> u64 {
        self.policy_mut().replaced(old, old_rank, new, hash, stamp)
    }

    fn removed(&mut self, slot: u32, hash: u32, evicted: bool) {
        self.policy_mut().removed(slot, hash, evicted);
    }

    fn victim(&mut self, candidate: Option<u32>, ranks: &dyn Ranks) -> Victim {
        self.policy_mut().victim(candidate, ranks)
    }

    fn resized(&mut self, capacity: usize) {
        let changed = match self {
            Self::Small(lru) if capacity > MAX_SMALL => Some(Self::Large(Car::from_slots(lru.slots()))),
            Self::Large(car) if capacity <= MAX_SMALL => Some(Self::Small(Lru::from_slots(car.slots()))),
            _ => None,
        };
        match changed {
            Some(policy) => *self = policy,
            None => self.policy_mut().resized(capacity),
        }
    }

    fn cleared(&mut self) {
        self.policy_mut().cleared();
    }

    #[cfg(any(test, feature = "validate"))]
    fn validate(&self, live: &[u32], ranks: &dyn Ranks) {
        self.policy().validate(live, ranks);
    }
}
