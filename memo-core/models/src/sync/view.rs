//! What a thread knows of the stores and of the steps of others.

use std::collections::HashMap;

use foldhash::fast::FixedState;

/// By address or by thread. The hasher is fast, and the same in every process.
pub(super) type Map<V> = HashMap<usize, V, FixedState>;

/// A step of a thread: the thread and how many steps it had made.
pub(super) type Event = (usize, u64);

/// The time of the newest known store of each address.
pub(super) type Newest = Map<u64>;

/// What a thread knows, or a store passes on.
#[derive(Clone, Default)]
pub(super) struct MemoryView {
    pub(super) newest: Newest,
    /// A vector clock: all that each thread did up to this step happened before.
    pub(super) steps: Vec<u64>,
}

impl MemoryView {
    /// Learns of stores; what came before them need not have happened before.
    pub(super) fn see(&mut self, newest: &Newest) {
        for (&address, &time) in newest {
            let known = self.newest.entry(address).or_default();
            *known = time.max(*known);
        }
    }

    pub(super) fn join(&mut self, other: &Self) {
        self.see(&other.newest);
        if self.steps.len() < other.steps.len() {
            self.steps.resize(other.steps.len(), 0);
        }
        for (ours, theirs) in self.steps.iter_mut().zip(&other.steps) {
            *ours = (*theirs).max(*ours);
        }
    }

    /// Whether this event happened before.
    pub(super) fn knows(&self, (thread, step): Event) -> bool {
        self.steps.get(thread).is_some_and(|&known| known >= step)
    }
}
