//! Where a function's cache lives: in a static beside the function ([`Site`]), in each thread ([`LocalSite`]), or in a field
//! ([`Memo`](crate::Memo)).
//!
//! All of them hold one engine whose entries are of any type, so that one compiled engine serves every function. Which entry belongs to
//! which instantiation of a generic function is told by its type and by the hidden part of its key.

mod local;
mod memo;

use std::any::Any;
use std::hash::BuildHasher;
use std::sync::{Arc, OnceLock, Weak};

pub use local::{Local, LocalSite};
pub use memo::{Field, Memo, field, field_with};

use crate::config::Config;
use crate::engine::scope::{self, Scope};
use crate::engine::{Engine, Kind};
use crate::hash::DefaultHashBuilder;
use crate::info::{CacheInfo, CacheParameters};
use crate::keep::Shareable;
use crate::key::StoredArgs;
use crate::registry::{self, AnyCache, CacheRef, Identity};
use crate::ticker::Sweep;

use crate::table::Vtable;

type SharedEngine = Engine<scope::Shared>;

impl Sweep for SharedEngine {
    fn sweep(&self) {
        self.sweep();
    }
}

/// What the calls need of the place where a cache lives.
pub trait Store {
    #[doc(hidden)]
    type Scope: Scope;
    #[doc(hidden)]
    type Hasher: BuildHasher + 'static;
    /// The engine and its hasher. `None` where the thread's locals are gone already.
    #[doc(hidden)]
    fn place(&self) -> Option<(&Engine<Self::Scope>, &Self::Hasher)>;
    #[doc(hidden)]
    fn typed(&self) -> bool;
}

/// A store that belongs to a function, and so is listed.
pub trait Listed: Store {
    /// The cache with its types erased.
    #[doc(hidden)]
    fn cache(&self) -> CacheRef;
}

/// A store that can hold these keys and values.
pub trait Holds<K, V>: Store {
    /// What such entries are in this store.
    #[doc(hidden)]
    fn kind(engine: &Engine<Self::Scope>) -> Kind<K, V>;
}

/// The cache of one function, for all threads. Made at the first use.
pub struct Site {
    identity: Identity,
    typed: bool,
    made: OnceLock<Made>,
}

/// An engine with its hasher.
pub(crate) struct Made {
    engine: Arc<SharedEngine>,
    hasher: DefaultHashBuilder,
    /// The one that `hasher = ..` names.
    named_hasher: Option<Box<dyn Any + Send + Sync>>,
}

impl Made {
    fn new<H: Any + Default + Send + Sync>(name: &str, config: Config) -> Self {
        checked(name, &config);
        let engine = Arc::new(Engine::new(config, None));
        let sweeper: Weak<dyn Sweep> = Arc::downgrade(&engine) as _;
        engine.set_sweeper(sweeper);
        Self { engine, hasher: DefaultHashBuilder::default(), named_hasher: named_hasher::<H>() }
    }

    fn named_hasher<H: Any>(&self) -> &H {
        let hasher = self.named_hasher.as_ref().and_then(|hasher| hasher.downcast_ref());
        hasher.expect("one cache has one hasher")
    }
}

/// # Panics
///
/// If the set-up cannot work.
fn checked(name: &str, config: &Config) {
    if let Err(error) = config.check() {
        panic!("the cache of `{name}` cannot be made: {error}");
    }
}

/// The default hasher has its own place.
fn named_hasher<H: Any + Default + Send + Sync>() -> Option<Box<dyn Any + Send + Sync>> {
    let hasher: Box<dyn Any + Send + Sync> = Box::new(H::default());
    (!hasher.is::<DefaultHashBuilder>()).then_some(hasher)
}

impl Site {
    /// A function's path or name, and the place of its attribute.
    #[must_use]
    pub const fn new(name: &'static str, file: &'static str, line: u32, typed: bool) -> Self {
        Self { identity: Identity::constant(name, file, line), typed, made: OnceLock::new() }
    }

    #[inline]
    fn made<H: Any + Default + Send + Sync>(&'static self, config: impl FnOnce() -> Config) -> &'static Made {
        match self.made.get() {
            Some(made) => made,
            None => self.make::<H>(config()),
        }
    }

    #[cold]
    fn make<H: Any + Default + Send + Sync>(&'static self, config: Config) -> &'static Made {
        let mut first = false;
        let made = self.made.get_or_init(|| {
            first = true;
            Made::new::<H>(self.identity.name(), config)
        });
        if first {
            registry::list_function(self);
        }
        made
    }

    /// The store, with the default hasher.
    #[inline]
    pub fn shared(&'static self, config: impl FnOnce() -> Config) -> Shared {
        let made = self.made::<DefaultHashBuilder>(config);
        Shared { site: self, engine: &made.engine, hasher: &made.hasher }
    }

    /// The store, with a hasher of the user's.
    #[inline]
    pub fn shared_with<H>(&'static self, config: impl FnOnce() -> Config) -> Shared<H>
    where
        H: BuildHasher + Any + Default + Send + Sync,
    {
        let made = self.made::<H>(config);
        Shared { site: self, engine: &made.engine, hasher: made.named_hasher() }
    }
}

impl AnyCache for Site {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn info(&self) -> CacheInfo {
        self.made.get().map(|made| made.engine.info()).unwrap_or_default()
    }

    fn parameters(&self) -> CacheParameters {
        let made = self.made.get().expect("listed when made");
        made.engine.parameters(self.typed)
    }

    fn clear(&self) {
        if let Some(made) = self.made.get() {
            made.engine.clear();
        }
    }

    fn resize(&self, max_entries: usize) {
        if let Some(made) = self.made.get() {
            made.engine.resize(max_entries);
        }
    }
}

/// A function's store, as its calls use it.
pub struct Shared<H: 'static = DefaultHashBuilder> {
    site: &'static Site,
    engine: &'static SharedEngine,
    hasher: &'static H,
}

impl<H> Clone for Shared<H> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<H> Copy for Shared<H> {}

impl<H: BuildHasher> Store for Shared<H> {
    type Scope = scope::Shared;
    type Hasher = H;

    #[inline]
    fn place(&self) -> Option<(&SharedEngine, &H)> {
        Some((self.engine, self.hasher))
    }

    fn typed(&self) -> bool {
        self.site.typed
    }
}

impl<H: BuildHasher> Listed for Shared<H> {
    fn cache(&self) -> CacheRef {
        CacheRef::of(self.site)
    }
}

impl<K, V, H: BuildHasher> Holds<K, V> for Shared<H>
where
    K: StoredArgs + Shareable + 'static,
    V: Shareable + 'static,
{
    #[inline(always)]
    fn kind(engine: &SharedEngine) -> Kind<K, V> {
        engine.kind(&const { Vtable::showing::<K, V>() })
    }
}
