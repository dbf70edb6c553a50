//! A store together with its hasher, as functions and fields have it.

use std::any::Any;
use std::cell::Cell;
use std::sync::{Arc, Weak};

use crate::config::Config;
use crate::engine::{OwnedStore, Shared};
use crate::hash::DefaultHashBuilder;
use crate::nesting::nested;
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
    /// Makes the store. User code runs here: the options' expressions and the hasher's `default`.
    /// So it is made under no lock, and of two threads that make it at the same time one keeps its
    /// own.
    ///
    /// # Panics
    ///
    /// If the configuration cannot work, or if making the store makes the store.
    #[track_caller]
    pub(super) fn new(name: &str, config: fn() -> Config, named_hasher: fn() -> NamedHasher) -> Self {
        let (config, named_hasher) = set_up(name, || (config(), named_hasher()));
        check(name, &config);
        let store = Arc::new(OwnedStore::of_any_type(config));
        let sweeper: Weak<dyn Sweep> = Arc::downgrade(&store) as _;
        store.set_sweeper(sweeper);
        store.set_label(|| format!("`{name}`"));
        Self { store, hasher: DefaultHashBuilder::default(), named_hasher }
    }

    /// Returns the hasher. `H` is the default hasher if no other was named.
    pub(super) fn named_hasher<H: Any>(&self) -> &H {
        let default: &dyn Any = &self.hasher;
        let hasher = self.named_hasher.as_ref().map_or(default, |hasher| &**hasher as &dyn Any);
        hasher.downcast_ref().expect("one cache has one hasher")
    }
}

/// Runs the user's part of a set-up.
///
/// # Panics
///
/// If it calls the function whose cache it sets up, whenever it runs.
#[track_caller]
pub(super) fn set_up<T>(name: &str, run: impl FnOnce() -> T) -> T {
    thread_local! {
        static SETTING_UP: Cell<usize> = const { Cell::new(0) };
    }
    let message = || {
        format!(
            "the cache of `{name}` cannot be created: its set-up, the options' expressions or the hasher's `default`, \
             calls the function, which needs the cache"
        )
    };
    nested(&SETTING_UP, message, run)
}

/// Checks the configuration.
///
/// # Panics
///
/// If it cannot work.
#[track_caller]
pub(super) fn check(name: &str, config: &Config) {
    if let Err(error) = config.check() {
        panic!("the cache of `{name}` cannot be created: {error}");
    }
}

pub(super) fn named_hasher<H: Any + Default + Send + Sync>() -> NamedHasher {
    let hasher: Box<dyn Any + Send + Sync> = Box::new(H::default());
    (!hasher.is::<DefaultHashBuilder>()).then_some(hasher)
}
