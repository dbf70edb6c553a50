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

use crate::call::Cold;
use crate::config::Config;
use crate::engine::Engine;
use crate::engine::scope;
use crate::hash::DefaultHashBuilder;
use crate::info::{CacheInfo, CacheParameters};
use crate::keep::Shareable;
use crate::key::StoredArgs;
use crate::registry::{self, AnyCache, CacheRef, Identity};
use crate::ticker::Sweep;

type SharedEngine = Engine<scope::Shared>;

impl Sweep for SharedEngine {
    fn is_quiet(&self, now: u64) -> bool {
        self.is_quiet(now)
    }

    fn sweep(&self) {
        self.sweep();
    }
}

/// What the calls need of the place where a cache lives.
pub trait Store {
    #[doc(hidden)]
    type Scope: Cold;
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
pub trait Holds<K, V>: Store {}

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
    named_hasher: NamedHasher,
}

/// `None` is the default hasher, which has its own place.
type NamedHasher = Option<Box<dyn Any + Send + Sync>>;

impl Made {
    fn new(name: &str, config: Config, named_hasher: NamedHasher) -> Self {
        checked(name, &config);
        let engine = Arc::new(Engine::new(config, None));
        let sweeper: Weak<dyn Sweep> = Arc::downgrade(&engine) as _;
        engine.set_sweeper(sweeper);
        Self { engine, hasher: DefaultHashBuilder::default(), named_hasher }
    }

    /// `H` is the default hasher where no other was named.
    fn named_hasher<H: Any>(&self) -> &H {
        let default: &dyn Any = &self.hasher;
        let hasher = self.named_hasher.as_ref().map_or(default, |hasher| &**hasher as &dyn Any);
        hasher.downcast_ref().expect("one cache has one hasher")
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

fn named_hasher<H: Any + Default + Send + Sync>() -> NamedHasher {
    let hasher: Box<dyn Any + Send + Sync> = Box::new(H::default());
    (!hasher.is::<DefaultHashBuilder>()).then_some(hasher)
}

impl Site {
    /// A function's path or name, and the place of its attribute.
    #[must_use]
    pub const fn new(name: &'static str, file: &'static str, line: u32, typed: bool) -> Self {
        Self { identity: Identity::constant(name, file, line), typed, made: OnceLock::new() }
    }

    /// The set-up and the hasher are functions, so that what makes a store is compiled once and not for each function.
    #[inline]
    fn made(&'static self, config: fn() -> Config, named_hasher: fn() -> NamedHasher) -> &'static Made {
        match self.made.get() {
            Some(made) => made,
            None => self.make(config, named_hasher),
        }
    }

    #[cold]
    #[inline(never)]
    fn make(&'static self, config: fn() -> Config, named_hasher: fn() -> NamedHasher) -> &'static Made {
        let config = config();
        let mut first = false;
        let made = self.made.get_or_init(|| {
            first = true;
            Made::new(self.identity.name(), config, named_hasher())
        });
        if first {
            registry::list_function(self);
        }
        made
    }

    /// The store, with the default hasher.
    #[inline]
    pub fn shared(&'static self, config: fn() -> Config) -> Shared {
        let made = self.made(config, || None);
        Shared { site: self, engine: &made.engine, hasher: &made.hasher }
    }

    /// The store, with a hasher of the user's.
    #[inline]
    pub fn shared_with<H>(&'static self, config: fn() -> Config) -> Shared<H>
    where
        H: BuildHasher + Any + Default + Send + Sync,
    {
        let made = self.made(config, named_hasher::<H>);
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
}
