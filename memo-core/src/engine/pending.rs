//! The runs that are under way, by exact key.
//!
//! A run's key is owned in the entry-to-be from its beginning, so that callers who come meanwhile can be compared with it. Invalidation
//! *cuts* a run: its callers get the result, it is not kept, and later callers start anew.

use std::sync::Arc;

use hashbrown::HashTable;

use super::scope::Scope;
use super::state::{Node, same};
use crate::flight::Flight;

pub(super) struct Pending<P: ?Sized, S: Scope> {
    pub(super) node: S::Ref<Node<P>>,
    /// Runs of one key at one time share it: of these, the one that began last is kept.
    pub(super) kin: u64,
    /// The order of beginning.
    pub(super) begun: u64,
    /// Whether others may wait for it.
    pub(super) joinable: bool,
    pub(super) cut: bool,
    /// The entry that a refresh is to replace.
    pub(super) replaces: Option<S::Ref<Node<P>>>,
    /// Made by the first who waits.
    pub(super) flight: Option<Arc<Flight>>,
}

pub(super) struct Flights<P: ?Sized, S: Scope> {
    runs: HashTable<Pending<P, S>>,
    count: u64,
}

impl<P: ?Sized, S: Scope> Default for Flights<P, S> {
    fn default() -> Self {
        Self { runs: HashTable::new(), count: 0 }
    }
}

impl<P: ?Sized, S: Scope> Flights<P, S> {
    pub(super) fn next(&mut self) -> u64 {
        self.count += 1;
        self.count
    }

    pub(super) fn begin(&mut self, run: Pending<P, S>) {
        self.runs.insert_unique(run.node.hash, run, |run| run.node.hash);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// All runs with this hash that have not been cut.
    pub(super) fn each(&self, hash: u64, mut see: impl FnMut(&Pending<P, S>)) {
        let none = self.runs.find(hash, |run| {
            if run.node.hash == hash && !run.cut {
                see(run);
            }
            false
        });
        debug_assert!(none.is_none());
    }

    pub(super) fn get_mut(&mut self, node: &Node<P>) -> Option<&mut Pending<P, S>> {
        self.runs.find_mut(node.hash, |run| same(&run.node, node))
    }

    /// The run is over.
    pub(super) fn end(&mut self, node: &Node<P>) -> Option<Pending<P, S>> {
        let run = self.runs.find_entry(node.hash, |run| same(&run.node, node)).ok()?;
        Some(run.remove().0)
    }

    /// A run has landed with this entry. Kin that began before it are cut off; kin that began later know something newer, and will
    /// replace it.
    pub(super) fn overtake_kin(&mut self, landed: &Pending<P, S>) {
        for run in &mut self.runs {
            if run.kin == landed.kin && !run.cut {
                if run.begun < landed.begun {
                    run.cut = true;
                } else {
                    run.replaces = Some(landed.node.clone());
                }
            }
        }
    }

    pub(super) fn cut_all(&mut self) {
        for run in &mut self.runs {
            run.cut = true;
        }
    }
}
