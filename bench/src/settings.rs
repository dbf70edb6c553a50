//! How to measure: what the command line says, and what is the same in every run.

use std::time::Duration;

/// Rounds of a comparison, in each process.
pub(crate) const ROUNDS: usize = 11;
/// How long one contender runs in one round where several threads call: several of the scheduler's
/// time slices.
pub(crate) const TIME_SLICE: Duration = Duration::from_millis(8);

/// How much time to spend.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effort {
    /// Benchmarks of time run in several processes, each of which makes the quick effort.
    Full,
    /// For a look at the figures, not for a figure to quote.
    Quick,
}

impl Effort {
    pub(crate) fn choose<T>(self, full: T, quick: T) -> T {
        match self {
            Self::Full => full,
            Self::Quick => quick,
        }
    }
}

/// The options of the command line.
pub(crate) struct Settings {
    pub(crate) effort: Effort,
    /// The numbers of threads, if they are given; otherwise each benchmark has its own default.
    pub(crate) threads: Option<Vec<usize>>,
}

impl Settings {
    /// The numbers of threads to measure with. The first one is 1, with which the others are
    /// compared.
    pub(crate) fn threads(&self, default: usize) -> Vec<usize> {
        let mut threads = self.threads.clone().unwrap_or_else(|| vec![default]);
        threads.retain(|count| *count > 1);
        threads.insert(0, 1);
        threads
    }
}
