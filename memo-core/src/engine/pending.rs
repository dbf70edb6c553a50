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
    /// Runs of one key at one time share it: the first to land ends the others' right to be kept.
    pub(super) kin: u64,
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
    kins: u64,
}

impl<P: ?Sized, S: Scope> Default for Flights<P, S> {
    fn default() -> Self {
        Self { runs: HashTable::new(), kins: 0 }
    }
}

impl<P: ?Sized, S: Scope> Flights<P, S> {
    pub(super) fn new_kin(&mut self) -> u64 {
        self.kins += 1;
        self.kins
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

    /// Cuts off all runs of the same key as the one that ended.
    pub(super) fn cut_kin(&mut self, hash: u64, kin: u64) {
        while let Some(run) = self.runs.find_mut(hash, |run| run.node.hash == hash && run.kin == kin && !run.cut) {
            run.cut = true;
        }
    }

    pub(super) fn cut_all(&mut self) {
        for run in &mut self.runs {
            run.cut = true;
        }
    }
}
