//! Setting up a [`Cache`].

use std::borrow::Cow;
use std::hash::Hash;
use std::marker::PhantomData;
use std::panic::Location;
use std::rc::Rc;
use std::sync::{Arc, Weak};
use std::time::Duration;

use super::{Cache, Inner, LocalCache};
use crate::clock::Clock;
use crate::config::{Config, Error, SingleFlight};
use crate::engine::Engine;
use crate::engine::sharing::{Local, Shared, Sharing};
use crate::hash::DefaultHashBuilder;
use crate::info::RemovalCause;
use crate::registry::{self, Identity};
use crate::table::{EntryVtable, Head, Node};
use crate::ticker::Sweep;

/// The set-up of a [`Cache`] or [`LocalCache`], in the words of the attribute. Without a bound, entries stay until they
/// expire or are removed.
///
/// ```
/// use memo_core::{Cache, RemovalCause};
/// use std::time::Duration;
///
/// let cache = Cache::builder()
///     .max_weight(1_000_000)
///     .weight(|url: &String, page: &Vec<u8>| (url.len() + page.len()) as u64)
///     .ttl(Duration::from_secs(60))
///     .jitter(0.1)
///     .removal_listener(|url, _, cause| if cause == RemovalCause::Evicted { println!("no room for {url}") })
///     .build();
/// cache.insert("https://example.org".into(), b"<html>".to_vec());
/// assert_eq!(cache.weight(), 25);
/// ```
#[must_use = "call `build`"]
pub struct CacheBuilder<K, V, H = DefaultHashBuilder, S: Sharing = Shared> {
    config: Config,
    hasher: H,
    name: Option<Cow<'static, str>>,
    weight_fn: Option<S::Weigher<K, V>>,
    listener: Option<S::Listener>,
    _of: PhantomData<fn() -> (K, V)>,
}

impl<K, V, S: Sharing> Default for CacheBuilder<K, V, DefaultHashBuilder, S> {
    fn default() -> Self {
        Self {
            config: Config::new(),
            hasher: DefaultHashBuilder::default(),
            name: None,
            weight_fn: None,
            listener: None,
            _of: PhantomData,
        }
    }
}

impl<K, V> Cache<K, V> {
    /// Begins the set-up of a cache.
    pub fn builder() -> CacheBuilder<K, V> {
        CacheBuilder::default()
    }
}

impl<K, V> LocalCache<K, V> {
    /// Begins the set-up of a cache for this thread.
    pub fn builder() -> CacheBuilder<K, V, DefaultHashBuilder, Local> {
        CacheBuilder::default()
    }
}

impl<K, V, H, S: Sharing> CacheBuilder<K, V, H, S> {
    fn configure(mut self, change: impl FnOnce(Config) -> Config) -> Self {
        self.config = change(self.config);
        self
    }

    /// At most this many entries; the least recently used leaves first. 0 keeps nothing.
    pub fn lru(self, max_entries: usize) -> Self {
        self.configure(|config| config.lru(max_entries))
    }

    /// At most this many entries; the least frequently used leaves first.
    pub fn lfu(self, max_entries: usize) -> Self {
        self.configure(|config| config.lfu(max_entries))
    }

    /// At most this many entries; the oldest leaves first.
    pub fn fifo(self, max_entries: usize) -> Self {
        self.configure(|config| config.fifo(max_entries))
    }

    /// At most this many entries; any of them may leave, each as likely.
    pub fn random(self, max_entries: usize) -> Self {
        self.configure(|config| config.random(max_entries))
    }

    /// At most this many entries; who leaves is decided by our adaptive policy, the best for unknown loads.
    pub fn max(self, max_entries: usize) -> Self {
        self.configure(|config| config.max(max_entries))
    }

    /// At most this much weight in all, as the [`weight_fn`](Self::weigher) weighs. A heavier value is not kept. Without a bound in entries, the
    /// least recently used leaves first.
    pub fn max_weight(self, max_weight: u64) -> Self {
        self.configure(|config| config.max_weight(max_weight))
    }

    /// How long an entry lives from its writing.
    pub fn ttl(self, ttl: Duration) -> Self {
        self.configure(|config| config.ttl(ttl))
    }

    /// How long an entry lives from its last use.
    pub fn idle(self, idle: Duration) -> Self {
        self.configure(|config| config.idle(idle))
    }

    /// The part of each time to live, 0.0 to 1.0, that is taken off at random, so that entries written together do not expire together.
    pub fn jitter(self, part: f64) -> Self {
        self.configure(|config| config.jitter(part))
    }

    /// Whether concurrent calls for one missing key are coalesced into one run: `true` (the default),
    /// `false` (every call that misses computes for itself), or a [`Duration`]: a waiter gives up
    /// after this long and computes itself.
    ///
    /// ```
    /// use memo_core::Cache;
    /// use std::time::Duration;
    ///
    /// let alone: Cache<u32, u32> = Cache::builder().single_flight(false).build();
    /// let patient: Cache<u32, u32> = Cache::builder().single_flight(Duration::from_secs(5)).build();
    /// # let _ = (alone, patient);
    /// ```
    pub fn single_flight(self, single_flight: impl Into<SingleFlight>) -> Self {
        let single_flight = single_flight.into();
        self.configure(|config| config.single_flight(single_flight))
    }

    /// Another clock than the system's. Nothing expires in the background then: see [`Cache::run_pending`].
    pub fn clock(self, clock: impl Clock + 'static) -> Self {
        self.configure(|config| config.clock(clock))
    }

    /// Fixes what is left to chance: the victims of `random` and the jitter.
    pub fn seed(self, seed: u64) -> Self {
        self.configure(|config| config.seed(seed))
    }

    /// Another hasher, such as `std::hash::RandomState` (`SipHash`) for keys that an attacker may choose.
    pub fn hasher<H2>(self, hasher: H2) -> CacheBuilder<K, V, H2, S> {
        let Self { config, name, weight_fn, listener, .. } = self;
        CacheBuilder { config, hasher, name, weight_fn, listener, _of: PhantomData }
    }

    /// The name under which [`caches`](crate::caches) and [`report`](crate::report) list it. Without one it is not listed.
    pub fn name(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.name = Some(name.into());
        self
    }

    fn check(&self) -> Result<(), Error> {
        self.config.check()?;
        if self.config.max_weight.is_some() != self.weight_fn.is_some() {
            return Err(Error::new(
                "`max_weight` and `weight` need each other: one is the bound, the other says what an entry weighs",
            ));
        }
        Ok(())
    }

    fn inner(self, at: &'static Location<'static>) -> Inner<K, V, H, S> {
        let engine = Engine::new(self.config, Some(const { &EntryVtable::new::<K, V>() }));
        if let Some(listener) = self.listener {
            engine.set_listener(listener);
        }
        let identity = self.name.map(|name| Identity::new(name, at.file(), at.line()));
        Inner { engine, hasher: self.hasher, weight_fn: self.weight_fn, identity, _of: PhantomData }
    }
}

/// # Safety
///
/// A full entry of these types.
unsafe fn heard<K, V>(head: &Head, cause: RemovalCause, hear: &impl Fn(&K, &V, RemovalCause)) {
    // SAFETY: by contract.
    unsafe {
        let node: &Node<K, V> = &*std::ptr::from_ref(head).cast();
        hear(node.key(), node.value(), cause);
    }
}

impl<K, V, H> CacheBuilder<K, V, H, Shared> {
    /// What an entry weighs, in the unit of [`max_weight`](Self::max_weight). Called once per write, outside any lock.
    pub fn weight(mut self, weigh: impl Fn(&K, &V) -> u64 + Send + Sync + 'static) -> Self {
        self.weight_fn = Some(Arc::new(weigh));
        self
    }

    /// Hears of every entry that leaves, and why. Called outside any lock by whoever caused it; it may use the cache.
    pub fn removal_listener(mut self, hear: impl Fn(&K, &V, RemovalCause) + Send + Sync + 'static) -> Self {
        // SAFETY: entries of this store, shown as they leave it.
        self.listener = Some(Box::new(move |head, cause| unsafe { heard(head, cause, &hear) }));
        self
    }

    /// The cache.
    ///
    /// # Panics
    ///
    /// If the set-up cannot work, such as a time to live of zero: [`try_build`](Self::try_build) tells instead.
    #[track_caller]
    pub fn build(self) -> Cache<K, V, H>
    where
        K: Hash + Eq + Send + Sync + 'static,
        V: Send + Sync + 'static,
        H: Send + Sync + 'static,
    {
        self.try_build().unwrap_or_else(|error| panic!("{error}"))
    }

    /// The cache.
    ///
    /// # Errors
    ///
    /// If the set-up cannot work. The error says what to write instead.
    #[track_caller]
    pub fn try_build(self) -> Result<Cache<K, V, H>, Error>
    where
        K: Hash + Eq + Send + Sync + 'static,
        V: Send + Sync + 'static,
        H: Send + Sync + 'static,
    {
        self.check()?;
        let inner = Arc::new(self.inner(Location::caller()));
        let sweeper: Weak<dyn Sweep> = Arc::downgrade(&inner) as _;
        inner.engine.set_sweeper(sweeper);
        if inner.identity.is_some() {
            registry::list(Arc::downgrade(&inner) as _);
        }
        Ok(Cache { inner })
    }
}

impl<K, V, H> CacheBuilder<K, V, H, Local> {
    /// What an entry weighs, in the unit of [`max_weight`](Self::max_weight). Called once per write.
    pub fn weight(mut self, weigh: impl Fn(&K, &V) -> u64 + 'static) -> Self {
        self.weight_fn = Some(Rc::new(weigh));
        self
    }

    /// Hears of every entry that leaves, and why. It may use the cache.
    pub fn removal_listener(mut self, hear: impl Fn(&K, &V, RemovalCause) + 'static) -> Self {
        // SAFETY: entries of this store, shown as they leave it.
        self.listener = Some(Box::new(move |head, cause| unsafe { heard(head, cause, &hear) }));
        self
    }

    /// The cache. It is not listed in [`caches`](crate::caches), and sweeps on its own calls.
    ///
    /// # Panics
    ///
    /// If the set-up cannot work, such as a time to live of zero: [`try_build`](Self::try_build) tells instead.
    #[track_caller]
    pub fn build(self) -> LocalCache<K, V, H> {
        self.try_build().unwrap_or_else(|error| panic!("{error}"))
    }

    /// The cache.
    ///
    /// # Errors
    ///
    /// If the set-up cannot work. The error says what to write instead.
    #[track_caller]
    pub fn try_build(self) -> Result<LocalCache<K, V, H>, Error> {
        self.check()?;
        Ok(LocalCache(Cache { inner: Rc::new(self.inner(Location::caller())) }))
    }
}
