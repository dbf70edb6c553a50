//! [`StaticCache`]: the cache of one function for all threads, in a static beside the function.

use std::any::Any;
use std::hash::BuildHasher;
use std::sync::OnceLock;

use super::instance::{CacheInstance, NamedHasher, named_hasher};
use super::interface::{Holds, Home, Registered};
use crate::config::Config;
use crate::engine::{Shared, Store, WholeFace};
use crate::hash::DefaultHashBuilder;
use crate::info::{CacheInfo, CacheParameters};
use crate::key::StoredArgs;
use crate::registry::{self, AnyCache, CacheRef, Identity};
use crate::shareable::Shareable;

/// The cache of one function, for all threads. Its store is made at the first use.
pub struct StaticCache {
    identity: Identity,
    typed: bool,
    instance: OnceLock<CacheInstance>,
}

impl StaticCache {
    /// Makes an empty cache, with the function's path or name, and the location of its attribute.
    #[must_use]
    pub const fn new(name: &'static str, file: &'static str, line: u32, typed: bool) -> Self {
        Self { identity: Identity::constant(name, file, line), typed, instance: OnceLock::new() }
    }

    /// Returns the store, and makes it at the first use. Configuration and hasher are function
    /// pointers, so that the code which makes a store is compiled once and not for each function.
    #[inline]
    #[track_caller]
    fn instance(&'static self, config: fn() -> Config, named_hasher: fn() -> NamedHasher) -> &'static CacheInstance {
        match self.instance.get() {
            Some(instance) => instance,
            None => self.make(config, named_hasher),
        }
    }

    #[cold]
    #[inline(never)]
    #[track_caller]
    fn make(&'static self, config: fn() -> Config, named_hasher: fn() -> NamedHasher) -> &'static CacheInstance {
        let made = CacheInstance::new(self.identity.name(), config, named_hasher);
        let mut first = false;
        let instance = self.instance.get_or_init(|| {
            first = true;
            made
        });
        if first {
            registry::list_function(self);
        }
        instance
    }

    /// Returns the store, with the default hasher.
    #[inline]
    #[track_caller]
    pub fn shared(&'static self, config: fn() -> Config) -> SharedStore {
        let instance = self.instance(config, || None);
        SharedStore { site: self, store: &instance.store, hasher: &instance.hasher }
    }

    /// Returns the store, with a user's hasher.
    #[inline]
    #[track_caller]
    pub fn shared_with<H>(&'static self, config: fn() -> Config) -> SharedStore<H>
    where
        H: BuildHasher + Any + Default + Send + Sync,
    {
        let instance = self.instance(config, named_hasher::<H>);
        SharedStore { site: self, store: &instance.store, hasher: instance.named_hasher() }
    }
}

impl AnyCache for StaticCache {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn info(&self) -> CacheInfo {
        self.instance.get().map(|instance| Shared::info(&instance.store)).unwrap_or_default()
    }

    fn parameters(&self) -> CacheParameters {
        let instance = self.instance.get().expect("listed when created");
        Shared::parameters(&instance.store, self.typed)
    }

    fn clear(&self) {
        if let Some(instance) = self.instance.get() {
            Shared::clear(&instance.store);
        }
    }

    fn resize(&self, max_entries: usize) {
        if let Some(instance) = self.instance.get() {
            Shared::resize(&instance.store, max_entries);
        }
    }

    fn run_pending(&self) -> usize {
        self.instance.get().map_or(0, |instance| Shared::sweep(&instance.store))
    }

    fn reset_info(&self) {
        if let Some(instance) = self.instance.get() {
            Shared::reset_info(&instance.store);
        }
    }
}

/// A function's store, as its calls use it.
pub struct SharedStore<H: 'static = DefaultHashBuilder> {
    site: &'static StaticCache,
    store: &'static Store<Shared>,
    hasher: &'static H,
}

impl<H> Clone for SharedStore<H> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<H> Copy for SharedStore<H> {}

impl<H: BuildHasher> Home for SharedStore<H> {
    type Sharing = Shared;
    type Hasher = H;

    #[inline]
    fn parts(&self) -> Option<(&Store<Shared>, &H)> {
        Some((self.store, self.hasher))
    }

    fn typed(&self) -> bool {
        self.site.typed
    }
}

impl<H: BuildHasher> Registered for SharedStore<H> {
    fn cache(&self) -> CacheRef {
        CacheRef::of(self.site)
    }
}

impl<K, V, H: BuildHasher> Holds<K, V> for SharedStore<H>
where
    K: StoredArgs + Shareable + 'static,
    V: Shareable + 'static,
{
}
