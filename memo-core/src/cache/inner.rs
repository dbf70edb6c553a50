//! The part of a cache that its clones share.

use std::borrow::Cow;
use std::panic::Location;

use crate::config::Error;
use crate::engine::{ErasedSetup, Face, Shared, SoleTypeStore, WholeFace};
use crate::info::{CacheInfo, CacheParameters};
use crate::registry::{AnyCache, Identity};
use crate::ticker::{Sweep, Sweeps};

/// The store of a cache, its hasher and its name. It does not depend on the key and value types, so
/// most of it is compiled once for all caches.
pub(super) struct Inner<H, S: Face> {
    pub(super) store: SoleTypeStore<S>,
    pub(super) hasher: H,
    pub(super) identity: Option<Identity>,
}

impl<H, S: Face> Inner<H, S> {
    /// Makes the store of a builder that was used at `at`.
    pub(super) fn new(
        setup: ErasedSetup<S>,
        hasher: H,
        name: Option<Cow<'static, str>>,
        at: &'static Location<'static>,
    ) -> Result<Self, Error> {
        setup.check()?;
        let identity = name.map(|name| Identity::new(name, at.file(), at.line()));
        Ok(Self { store: SoleTypeStore::new(setup), hasher, identity })
    }
}

impl<H: Send + Sync> Sweep for Inner<H, Shared> {
    fn sweeps(&self) -> &Sweeps {
        Shared::sweeps(self.store.store())
    }

    fn sweep(&self) {
        Shared::sweep(self.store.store());
    }

    fn next_sweep(&self, now: u64) -> u64 {
        Shared::next_sweep(self.store.store(), now)
    }
}

impl<H: Send + Sync> AnyCache for Inner<H, Shared> {
    fn identity(&self) -> &Identity {
        self.identity.as_ref().expect("only named caches are listed")
    }

    fn info(&self) -> CacheInfo {
        Shared::info(self.store.store())
    }

    fn parameters(&self) -> CacheParameters {
        Shared::parameters(self.store.store(), false)
    }

    fn clear(&self) {
        Shared::clear(self.store.store());
    }

    fn resize(&self, max_entries: usize) {
        Shared::resize(self.store.store(), max_entries);
    }

    fn run_pending(&self) -> usize {
        Shared::sweep(self.store.store())
    }

    fn reset_info(&self) {
        Shared::reset_info(self.store.store());
    }
}
