//! The guard of a run: one type for functions and caches, threads and tasks.

use std::mem::{self, ManuallyDrop};

use super::callbacks::WriteValue;
use super::face::Face;
use super::run::{OwnedRun, Run, Started};
use super::store::Store;
use super::write_terms::Settled;
use crate::flight::RunId;
use crate::table::EntryRef;

/// RAII guard of the leader of a run. Dropping it unfinished (a panic, a cancelled future) abandons
/// the run, and a waiter becomes leader.
///
/// A guard without a run stands for a call that computes without the cache.
pub(super) struct RunGuard<'a, S: Face> {
    /// Taken out by functions that are compiled once, so that no user's crate compiles the
    /// destructor of a run.
    run: ManuallyDrop<OwnedRun<'a, S>>,
}

impl<'a, S: Face> RunGuard<'a, S> {
    #[inline(always)]
    pub(super) fn new(store: &'a Store<S>, started: Started<'a>) -> Self {
        Self { run: ManuallyDrop::new(Some((store, Run::new(started)))) }
    }

    /// Returns a guard without a run, for a call that computes without the cache.
    #[inline(always)]
    pub(super) fn bypass() -> Self {
        Self { run: ManuallyDrop::new(None) }
    }

    /// Returns the guard of a run that may continue on another thread.
    pub(super) fn into_async(mut self) -> Self {
        if let Some((store, run)) = &mut *self.run {
            run.make_async(store);
        }
        self
    }

    pub(super) fn id(&self) -> Option<RunId> {
        self.run.as_ref().map(|(_, run)| run.id())
    }

    pub(super) fn entry(&self) -> Option<EntryRef<'a>> {
        self.run.as_ref().map(|(_, run)| run.entry())
    }

    /// Ends the run with this value. If user code unwinds in `write`, the guard abandons the run.
    #[inline(always)]
    pub(super) fn complete(mut self, value: &mut dyn WriteValue) -> Settled {
        let settled = S::complete(&mut self.run, value);
        // The run has ended: there is nothing to abandon, and nothing to drop.
        mem::forget(self);
        settled
    }

    /// Moves the guard out, and leaves one without a run.
    pub(super) fn take(&mut self) -> Self {
        Self { run: ManuallyDrop::new(self.run.take()) }
    }

    /// Counts the run as answered by the level behind the store.
    pub(super) fn count_level_hit(&self) {
        if let Some((store, _)) = &*self.run {
            S::count_level_hit(store);
        }
    }

    /// Closes the run to later callers. Returns whether it has been invalidated; `true` without a
    /// run, of which nothing is cached.
    pub(super) fn close(&self) -> bool {
        self.run.as_ref().is_none_or(|(store, run)| S::close(store, run))
    }
}

impl<S: Face> Drop for RunGuard<'_, S> {
    #[inline(always)]
    fn drop(&mut self) {
        S::abandon(&mut self.run);
    }
}
