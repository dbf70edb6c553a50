//! A store with an owner: constructor and destructor are compiled once, not in each user's crate.

use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::sync::Weak;

use super::face::Face;
use super::shared::Shared;
use super::store::Store;
use crate::config::Config;
use crate::table::EntryVtable;
use crate::ticker::{Sweep, Sweeps};

/// A store whose destructor is compiled once.
pub(crate) struct OwnedStore<S: Face>(ManuallyDrop<Store<S>>);

impl<S: Face> OwnedStore<S> {
    /// Makes a store. The configuration must have been checked. `sole` is the entry type of a store
    /// that has only one.
    pub(super) fn new(config: Config, sole: Option<&'static EntryVtable>, observers: Vec<S::Observer>) -> Self {
        Self(ManuallyDrop::new(S::new_store(config, sole, observers)))
    }

    /// Makes the store of a function, whose entries may be of several types.
    pub(crate) fn of_any_type(config: Config) -> Self {
        Self::new(config, None, Vec::new())
    }

    /// Makes the timer thread sweep this store, while it has entries that can expire.
    pub(crate) fn set_sweeper(&self, sweeper: Weak<dyn Sweep>) {
        self.0.set_sweeper(sweeper);
    }
}

impl<S: Face> OwnedStore<S> {
    /// Sets what messages call the store.
    pub(crate) fn set_label(&self, label: impl FnOnce() -> String) {
        self.0.common.set_label(label);
    }
}

impl<S: Face> Deref for OwnedStore<S> {
    type Target = Store<S>;

    #[inline(always)]
    fn deref(&self) -> &Store<S> {
        &self.0
    }
}

impl<S: Face> Drop for OwnedStore<S> {
    fn drop(&mut self) {
        S::drop_store(&mut self.0);
    }
}

impl Sweep for OwnedStore<Shared> {
    fn sweeps(&self) -> &Sweeps {
        &self.0.common.sweeps
    }

    fn sweep(&self) {
        self.0.sweep();
    }

    fn next_sweep(&self, now: u64) -> u64 {
        self.0.next_sweep(now)
    }
}
