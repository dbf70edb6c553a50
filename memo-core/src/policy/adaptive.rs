//! `max`: what keeps the most hits without being told what the keys will be like. [`Car`] above 16 entries, [`Lru`] up to there.
//!
//! Adapting needs evidence, and ghosts of a dozen entries are none: small caches serve recursion and neighbouring calls, where recency is
//! right. A cache that is resized across that line changes its order and keeps its entries; what it had learned is lost.
//! The hits that a store still writes the old way meanwhile do no harm: each order reads the other's marks as some use.

use super::car::Car;
use super::lru::Lru;
use super::{OnHit, Policy, Ranks, Victim};

/// The largest cache that is kept by recency alone.
const SMALL: usize = 16;

/// The adaptive policy.
#[derive(Debug)]
pub(super) enum Adaptive {
    Small(Lru),
    Large(Car),
}

impl Adaptive {
    pub(super) fn new(capacity: usize) -> Self {
        if capacity <= SMALL { Self::Small(Lru::default()) } else { Self::Large(Car::default()) }
    }

    fn order(&self) -> &dyn Policy {
        match self {
            Self::Small(lru) => lru,
            Self::Large(car) => car,
        }
    }

    fn order_mut(&mut self) -> &mut dyn Policy {
        match self {
            Self::Small(lru) => lru,
            Self::Large(car) => car,
        }
    }
}

impl Policy for Adaptive {
    fn on_hit(&self) -> OnHit {
        self.order().on_hit()
    }

    fn inserted(&mut self, slot: u32, hash: u32, stamp: u64) -> u64 {
        self.order_mut().inserted(slot, hash, stamp)
    }

    fn replaced(&mut self, old: u32, old_mark: u64, new: u32, hash: u32, stamp: u64) -> u64 {
        self.order_mut().replaced(old, old_mark, new, hash, stamp)
    }

    fn removed(&mut self, slot: u32, hash: u32, evicted: bool) {
        self.order_mut().removed(slot, hash, evicted);
    }

    fn victim(&mut self, newcomer: Option<u32>, view: &dyn Ranks) -> Victim {
        self.order_mut().victim(newcomer, view)
    }

    fn resized(&mut self, capacity: usize) {
        let changed = match self {
            Self::Small(lru) if capacity > SMALL => Some(Self::Large(Car::over(lru.slots()))),
            Self::Large(car) if capacity <= SMALL => Some(Self::Small(Lru::over(car.slots()))),
            _ => None,
        };
        match changed {
            Some(order) => *self = order,
            None => self.order_mut().resized(capacity),
        }
    }

    fn cleared(&mut self) {
        self.order_mut().cleared();
    }

    #[cfg(any(test, feature = "validate"))]
    fn validate(&self, live: &[u32], view: &dyn Ranks) {
        self.order().validate(live, view);
    }
}
