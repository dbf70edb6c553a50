//! The predicates of recent invalidations, which the runs that began before them have to answer to
//! when they end.
//!
//! A predicate cannot judge a run before its value is there. So it is kept until the last run that
//! began before it has ended. Each predicate counts the runs that began before it and after the one
//! before: so the end of a run costs a binary search, however many are remembered.

use std::collections::VecDeque;

use smallvec::SmallVec;

use crate::unwind::contain;

/// Beyond this many predicates the runs that began before are invalidated instead.
const MOST: usize = 1024;

/// One predicate.
struct Remembered<P> {
    predicate: P,
    /// The number of the last run that began before.
    last_run: u64,
    /// The number of runs in flight that began before this one and after the predicate before it.
    runs: usize,
}

/// The predicates, the oldest first.
pub(super) struct RememberedPredicates<P> {
    predicates: VecDeque<Remembered<P>>,
    /// How many predicates came before the first one here.
    forgotten: u64,
    /// The sum of their runs.
    runs: usize,
}

/// Predicates that no run needs any more. Their destructors are the user's: dropped with no lock
/// held.
pub(super) struct Forgotten<P>(SmallVec<[P; 1]>);

impl<P> Drop for Forgotten<P> {
    fn drop(&mut self) {
        for predicate in self.0.drain(..) {
            contain(|| drop(predicate));
        }
    }
}

impl<P> Default for RememberedPredicates<P> {
    fn default() -> Self {
        Self { predicates: VecDeque::new(), forgotten: 0, runs: 0 }
    }
}

impl<P: Clone> RememberedPredicates<P> {
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.predicates.is_empty()
    }

    pub(super) fn is_full(&self) -> bool {
        self.predicates.len() >= MOST
    }

    /// Remembers a predicate for the runs in flight, of which the one with the number `last_run`
    /// began last.
    pub(super) fn add(&mut self, predicate: P, last_run: u64, in_flight: usize) {
        let runs = in_flight - self.runs;
        self.runs = in_flight;
        self.predicates.push_back(Remembered { predicate, last_run, runs });
    }

    /// Returns the predicates that a run has to answer to, from the one with the number `next` on,
    /// and moves `next` behind the last one.
    pub(super) fn for_run(&self, started: u64, next: &mut u64) -> SmallVec<[P; 2]> {
        let asked = usize::try_from(next.saturating_sub(self.forgotten)).unwrap_or(usize::MAX);
        let first = self.first_after(started).max(asked);
        *next = self.forgotten + self.predicates.len() as u64;
        self.predicates.iter().skip(first).map(|remembered| remembered.predicate.clone()).collect()
    }

    /// Records the end of a run. Returns the predicates that no run needs any more.
    pub(super) fn run_ended(&mut self, started: u64) -> Forgotten<P> {
        let first = self.first_after(started);
        if let Some(remembered) = self.predicates.get_mut(first) {
            remembered.runs -= 1;
            self.runs -= 1;
        }
        let mut forgotten = SmallVec::new();
        while self.predicates.front().is_some_and(|first| first.runs == 0) {
            forgotten.extend(self.predicates.pop_front().map(|first| first.predicate));
            self.forgotten += 1;
        }
        Forgotten(forgotten)
    }

    /// Forgets all predicates: the runs have been invalidated.
    pub(super) fn clear(&mut self) -> Forgotten<P> {
        self.forgotten += self.predicates.len() as u64;
        self.runs = 0;
        Forgotten(self.predicates.drain(..).map(|remembered| remembered.predicate).collect())
    }

    /// The position of the first predicate that came after a run began.
    fn first_after(&self, started: u64) -> usize {
        self.predicates.partition_point(|remembered| remembered.last_run < started)
    }
}

#[cfg(test)]
mod tests {
    use super::RememberedPredicates;
    use crate::random::Random;

    /// Runs begin and end and predicates come at random: each run answers to exactly those that
    /// came while it was in flight, and nothing is kept that no run needs.
    #[test]
    fn each_run_answers_to_the_predicates_of_its_time() {
        for seed in 0..50 {
            let mut random = Random::new(seed);
            let (mut remembered, mut started, mut added) = (RememberedPredicates::default(), 0, 0_u32);
            let mut runs: Vec<(u64, u64, Vec<u32>, Vec<u32>)> = Vec::new();
            for _ in 0..400 {
                match random.below(4) {
                    0 => {
                        started += 1;
                        runs.push((started, 0, Vec::new(), Vec::new()));
                    }
                    1 if !runs.is_empty() => {
                        added += 1;
                        remembered.add(added, started, runs.len());
                        for run in &mut runs {
                            run.2.push(added);
                        }
                    }
                    2 if !runs.is_empty() => {
                        let at = usize::try_from(random.below(runs.len() as u64)).unwrap();
                        let (number, next, _, answered) = &mut runs[at];
                        answered.extend(remembered.for_run(*number, next));
                    }
                    3 if !runs.is_empty() => {
                        let at = usize::try_from(random.below(runs.len() as u64)).unwrap();
                        let (number, mut next, expected, mut answered) = runs.swap_remove(at);
                        answered.extend(remembered.for_run(number, &mut next));
                        assert_eq!(answered, expected, "seed {seed}");
                        drop(remembered.run_ended(number));
                    }
                    _ => {}
                }
                let oldest = runs.iter().map(|run| run.0).min();
                assert!(remembered.is_empty() || oldest.is_some_and(|oldest| remembered.first_after(oldest) == 0));
            }
        }
    }
}
