//! Who waits for whom, over the whole process.
//!
//! A run waits for another when code that is part of it does. Before a wait begins, its edges are entered and followed: if they
//! lead back to a run of the waiter's own, waiting would never end, and the waiter computes for himself. Each entry is made before the
//! look, under the map's own locks, so of two that close a circle at once at least one sees it.
//!
//! Touched only by those who wait.

use dashmap::DashMap;
use once_cell::sync::Lazy;
use smallvec::SmallVec;

use super::current_runs;

/// A run: the address of its entry-to-be, which lives as long as the run.
pub(crate) type RunId = usize;

/// A few runs. One type for all such lists: each is compiled by itself.
type Ids = SmallVec<[RunId; 4]>;

static WAITS: Lazy<DashMap<RunId, Ids>> = Lazy::new(DashMap::new);

/// The edges of one wait; taken back when dropped.
pub(crate) struct WaitEdges {
    from: Ids,
    to: RunId,
}

impl WaitEdges {
    /// `None` if the wait would never end.
    pub(crate) fn enter(to: RunId) -> Option<Self> {
        let from = current_runs::all();
        for &run in &from {
            WAITS.entry(run).or_default().push(to);
        }
        let edges = Self { from, to };
        (!edges.has_cycle()).then_some(edges)
    }

    fn has_cycle(&self) -> bool {
        if self.from.is_empty() {
            return false;
        }
        let mut seen = Ids::new();
        let mut next = Ids::from_slice(&[self.to]);
        while let Some(run) = next.pop() {
            if self.from.contains(&run) {
                return true;
            }
            if !seen.contains(&run) {
                seen.push(run);
                if let Some(after) = WAITS.get(&run) {
                    next.extend(after.iter().copied());
                }
            }
        }
        false
    }
}

impl Drop for WaitEdges {
    fn drop(&mut self) {
        for run in &self.from {
            if let Some(mut after) = WAITS.get_mut(run)
                && let Some(at) = after.iter().position(|to| *to == self.to)
            {
                after.swap_remove(at);
            }
            WAITS.remove_if(run, |_, after| after.is_empty());
        }
    }
}
