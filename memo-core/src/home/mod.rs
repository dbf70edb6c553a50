//! Where a function's cache lives: in a static beside the function ([`StaticCache`]), in each thread ([`ThreadCache`]), or in a field
//! ([`Memo`](crate::Memo)).
//!
//! All of them hold one engine whose entries are of any type, so that one compiled engine serves every function. Which entry belongs to
//! which instantiation of a generic function is told by its type and by the hidden part of its key.

mod local;
mod memo;

use std::any::Any;
use std::hash::BuildHasher;
use std::sync::{Arc, OnceLock, Weak};

pub use local::{LocalStore, ThreadCache};
pub use memo::{FieldStore, Memo, field, field_with};

use crate::cacheable::Shareable;
use crate::call::SlowPath;
use crate::config::Config;
use crate::engine::Engine;
use crate::engine::sharing;
use crate::hash::DefaultHashBuilder;
use crate::info::{CacheInfo, CacheParameters};
use crate::key::StoredArgs;
use crate::registry::{self, AnyCache, CacheRef, Identity};
use crate::ticker::Sweep;

type SharedEngine = Engine<sharing::Shared>;

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
    type Sharing: SlowPath;
    #[doc(hidden)]
    type Hasher: BuildHasher + 'static;
    /// The engine and its hasher. `None` where the thread's locals are gone already.
    #[doc(hidden)]
    fn parts(&self) -> Option<(&Engine<Self::Sharing>, &Self::Hasher)>;
    #[doc(hidden)]
    fn typed(&self) -> bool;
}

/// A store that belongs to a function, and so is listed.
pub trait Registered: Store {
    /// The cache with its types erased.
    #[doc(hidden)]
    fn cache(&self) -> CacheRef;
}

/// A store that can hold these keys and values.
pub trait Holds<K, V>: Store {}

/// The cache of one function, for all threads. Made at the first use.
pub struct StaticCache {
    identity: Identity,
    typed: bool,
    instance: OnceLock<CacheInstance>,
}

/// An engine with its hasher.
pub(crate) struct CacheInstance {
    engine: Arc<SharedEngine>,
    hasher: DefaultHashBuilder,
    /// The one that `hasher = ..` names.
    named_hasher: NamedHasher,
}

/// `None` is the default hasher, which has its own place.
type NamedHasher = Option<Box<dyn Any + Send + Sync>>;

impl CacheInstance {
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
        panic!("the cache of `{name}` cannot be created: {error}");
    }
}

fn named_hasher<H: Any + Default + Send + Sync>() -> NamedHasher {
    let hasher: Box<dyn Any + Send + Sync> = Box::new(H::default());
    (!hasher.is::<DefaultHashBuilder>()).then_some(hasher)
}

impl StaticCache {
    /// A function's path or name, and the place of its attribute.
    #[must_use]
    pub const fn new(name: &'static str, file: &'static str, line: u32, typed: bool) -> Self {
        Self { identity: Identity::constant(name, file, line), typed, instance: OnceLock::new() }
    }

    /// The set-up and the hasher are functions, so that what makes a store is compiled once and not for each function.
    #[inline]
    fn instance(&'static self, config: fn() -> Config, named_hasher: fn() -> NamedHasher) -> &'static CacheInstance {
        match self.instance.get() {
            Some(instance) => instance,
            None => self.make(config, named_hasher),
        }
    }

    #[cold]
    #[inline(never)]
    fn make(&'static self, config: fn() -> Config, named_hasher: fn() -> NamedHasher) -> &'static CacheInstance {
        let config = config();
        let mut first = false;
        let instance = self.instance.get_or_init(|| {
            first = true;
            CacheInstance::new(self.identity.name(), config, named_hasher())
        });
        if first {
            registry::list_function(self);
        }
        instance
    }

    /// The store, with the default hasher.
    #[inline]
    pub fn shared(&'static self, config: fn() -> Config) -> SharedStore {
        let instance = self.instance(config, || None);
        SharedStore { site: self, engine: &instance.engine, hasher: &instance.hasher }
    }

    /// The store, with a hasher of the user's.
    #[inline]
    pub fn shared_with<H>(&'static self, config: fn() -> Config) -> SharedStore<H>
    where
        H: BuildHasher + Any + Default + Send + Sync,
    {
        let instance = self.instance(config, named_hasher::<H>);
        SharedStore { site: self, engine: &instance.engine, hasher: instance.named_hasher() }
    }
}

impl AnyCache for StaticCache {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn info(&self) -> CacheInfo {
        self.instance.get().map(|instance| instance.engine.info()).unwrap_or_default()
    }

    fn parameters(&self) -> CacheParameters {
        let instance = self.instance.get().expect("listed when created");
        instance.engine.parameters(self.typed)
    }

    fn clear(&self) {
        if let Some(instance) = self.instance.get() {
            instance.engine.clear();
        }
    }

    fn resize(&self, max_entries: usize) {
        if let Some(instance) = self.instance.get() {
            instance.engine.resize(max_entries);
        }
    }
}

/// A function's store, as its calls use it.
pub struct SharedStore<H: 'static = DefaultHashBuilder> {
    site: &'static StaticCache,
    engine: &'static SharedEngine,
    hasher: &'static H,
}

impl<H> Clone for SharedStore<H> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<H> Copy for SharedStore<H> {}

impl<H: BuildHasher> Store for SharedStore<H> {
    type Sharing = sharing::Shared;
    type Hasher = H;

    #[inline]
    fn parts(&self) -> Option<(&SharedEngine, &H)> {
        Some((self.engine, self.hasher))
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
