//! The wait-for graph of the process: which run waits for which. A wait that would close a cycle is
//! refused (deadlock avoidance).
//!
//! A run waits for another one when code inside it does. Before a wait begins, its edges are added
//! to the graph and then followed: if they lead back to a run of the waiter, the wait would never
//! end, and the waiter computes the value itself. Each edge is added before the search, under the
//! locks of the map, so of two waits that close a cycle at the same time at least one finds it.
//!
//! Only waiters touch the graph: neither hits nor usual misses do.

use std::sync::LazyLock;

use dashmap::DashMap;

use super::current_runs;
use super::run_id::{RunId, RunIds};

/// By run: the runs that it waits for. A run is listed twice if two futures inside wait for it.
static WAITS: LazyLock<DashMap<RunId, RunIds>> = LazyLock::new(DashMap::new);

/// The edges of one wait, which dropping removes.
pub(crate) struct WaitEdges {
    from: RunIds,
    to: RunId,
}

impl WaitEdges {
    /// Adds the edges of a wait for the run `to`, from each run that this thread is inside of.
    /// `None` if the wait would never end.
    pub(crate) fn enter(to: RunId) -> Option<Self> {
        let from = current_runs::all();
        for &run in &from {
            WAITS.entry(run).or_default().push(to);
        }
        let edges = Self { from, to };
        (!edges.has_cycle()).then_some(edges)
    }

    /// Whether a run of the waiter can be reached from the run that it waits for.
    fn has_cycle(&self) -> bool {
        if self.from.is_empty() {
            return false;
        }
        let mut visited = RunIds::new();
        let mut next = RunIds::from_slice(&[self.to]);
        while let Some(run) = next.pop() {
            if self.from.contains(&run) {
                return true;
            }
            if !visited.contains(&run) {
                visited.push(run);
                if let Some(awaited) = WAITS.get(&run) {
                    next.extend(awaited.iter().copied());
                }
            }
        }
        false
    }
}

impl Drop for WaitEdges {
    fn drop(&mut self) {
        for run in &self.from {
            if let Some(mut awaited) = WAITS.get_mut(run)
                && let Some(at) = awaited.iter().position(|to| *to == self.to)
            {
                awaited.swap_remove(at);
            }
            WAITS.remove_if(run, |_, awaited| awaited.is_empty());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::thread;

    use super::super::current_runs::EnterGuard;
    use super::super::run_id::RunId;
    use super::{WAITS, WaitEdges};

    /// 3 modulo 4, and so no other run's: ids of lazy fields are 1, those of entries 0.
    fn id(run: usize) -> RunId {
        run << 2 | 3
    }

    fn enter(run: usize) -> EnterGuard {
        EnterGuard::enter(id(run))
    }

    /// A wait of the run `from` for the run `to`.
    fn wait(from: usize, to: usize) -> Option<WaitEdges> {
        let _entered = enter(from);
        WaitEdges::enter(id(to))
    }

    #[test]
    fn a_run_does_not_wait_for_itself() {
        assert!(wait(1_001, 1_001).is_none());
        let _outer = enter(1_002);
        assert!(wait(1_003, 1_002).is_none());
    }

    #[test]
    fn a_wait_that_closes_a_cycle_is_refused_as_long_as_the_others_last() {
        let (first, second) = (wait(2_001, 2_002).unwrap(), wait(2_002, 2_003).unwrap());
        assert!(wait(2_003, 2_001).is_none());
        assert!(wait(2_003, 2_004).is_some());
        drop(first);
        assert!(wait(2_003, 2_001).is_some());
        drop(second);
    }

    #[test]
    fn the_outer_runs_of_a_waiter_wait_too() {
        let outer = enter(3_001);
        let edges = wait(3_002, 3_003).unwrap();
        drop(outer);
        assert!(wait(3_003, 3_001).is_none());
        assert!(wait(3_003, 3_002).is_none());
        drop(edges);
    }

    #[test]
    fn edges_are_removed_with_their_wait_and_when_it_is_refused() {
        let twice = [wait(4_001, 4_002).unwrap(), wait(4_001, 4_002).unwrap()];
        let [one, other] = twice;
        drop(one);
        assert!(wait(4_002, 4_001).is_none());
        drop(other);
        assert!((4_001..=4_002).all(|run| WAITS.get(&id(run)).is_none()));
    }

    #[test]
    fn a_thread_outside_of_all_runs_may_wait_for_any_run() {
        let edges = WaitEdges::enter(id(5_001)).unwrap();
        assert!(edges.from.is_empty());
        assert!(wait(5_001, 5_002).is_some());
    }

    #[test]
    fn of_two_waits_that_close_a_cycle_at_the_same_time_one_is_refused() {
        const ROUNDS: usize = 2_000;
        let (begin, end) = (Barrier::new(2), Barrier::new(2));
        let granted = |from, to| -> [bool; ROUNDS] {
            std::array::from_fn(|_| {
                begin.wait();
                let edges = wait(from, to);
                // Neither is removed before the other was decided.
                end.wait();
                edges.is_some()
            })
        };
        let (one, other) = thread::scope(|scope| {
            let one = scope.spawn(|| granted(6_001, 6_002));
            (granted(6_002, 6_001), one.join().unwrap())
        });
        assert!(one.iter().zip(other).all(|(one, other)| !(*one && other)));
    }
}
