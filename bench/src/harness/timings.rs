//! The measured times of one contender.

use super::contender::Role;
use super::stats::median;

/// The rounds of one contender, in nanoseconds per call.
pub(crate) struct Timings {
    pub(crate) name: &'static str,
    pub(crate) role: Role,
    pub(crate) rounds: Vec<f64>,
    /// How many of the calls were misses.
    pub(crate) misses: u64,
}

impl Timings {
    pub(super) fn new(name: &'static str, role: Role) -> Self {
        Self { name, role, rounds: Vec::new(), misses: 0 }
    }

    pub(crate) fn median(&self) -> f64 {
        median(self.rounds.iter().copied())
    }

    /// The median of the ratios within the rounds.
    pub(crate) fn ratio_to(&self, other: &Self) -> f64 {
        median(self.rounds.iter().zip(&other.rounds).map(|(this, other)| this / other))
    }

    /// The median of the differences within the rounds.
    pub(crate) fn difference_to(&self, other: &Self) -> f64 {
        median(self.rounds.iter().zip(&other.rounds).map(|(this, other)| this - other))
    }
}
