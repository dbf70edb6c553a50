//! A store together with its hasher, as functions and fields have it.

use std::any::Any;
use std::sync::{Arc, Weak};

use crate::config::Config;
use crate::engine::{OwnedStore, Shared};
use crate::hash::DefaultHashBuilder;
use crate::ticker::Sweep;

/// A store with its hasher.
pub(super) struct CacheInstance {
    pub(super) store: Arc<OwnedStore<Shared>>,
    pub(super) hasher: DefaultHashBuilder,
    /// The hasher that `hasher = ..` names.
    named_hasher: NamedHasher,
}

/// `None` stands for the default hasher, which has a field of its own.
pub(super) type NamedHasher = Option<Box<dyn Any + Send + Sync>>;

impl CacheInstance {
    /// Makes the store.
    ///
    /// # Panics
    ///
    /// If the configuration cannot work.
    pub(super) fn new(name: &str, config: Config, named_hasher: NamedHasher) -> Self {
        check(name, &config);
        let store = Arc::new(OwnedStore::of_any_type(config));
        let sweeper: Weak<dyn Sweep> = Arc::downgrade(&store) as _;
        store.set_sweeper(sweeper);
        Self { store, hasher: DefaultHashBuilder::default(), named_hasher }
    }

    /// Returns the hasher. `H` is the default hasher if no other was named.
    pub(super) fn named_hasher<H: Any>(&self) -> &H {
        let default: &dyn Any = &self.hasher;
        let hasher = self.named_hasher.as_ref().map_or(default, |hasher| &**hasher as &dyn Any);
        hasher.downcast_ref().expect("one cache has one hasher")
    }
}

/// Checks the configuration.
///
/// # Panics
///
/// If it cannot work.
pub(super) fn check(name: &str, config: &Config) {
    if let Err(error) = config.check() {
        panic!("the cache of `{name}` cannot be created: {error}");
    }
}

pub(super) fn named_hasher<H: Any + Default + Send + Sync>() -> NamedHasher {
    let hasher: Box<dyn Any + Send + Sync> = Box::new(H::default());
    (!hasher.is::<DefaultHashBuilder>()).then_some(hasher)
}
