//! Setting up a [`Cache`].

use std::borrow::Cow;
use std::hash::Hash;
use std::panic::Location;
use std::sync::{Arc, Weak};
use std::time::Duration;

use super::inner::Inner;
use super::value::{Cache, LocalCache};
use crate::clock::Clock;
use crate::config::{Config, Error, SingleFlight};
use crate::engine::{Face, Local, ObserverOf, Shared, Sharing, SoleTypeStore, WeigherOf};
use crate::hash::DefaultHashBuilder;
use crate::info::RemovalCause;
use crate::registry::{self, Identity};
use crate::ticker::Sweep;

/// The set-up of a [`Cache`] or [`LocalCache`], in the words of the attribute. Without a bound,
/// entries stay until they expire or are removed.
///
/// # Examples
/// ```
/// # use memo_core as memokit;
/// use memokit::{Cache, RemovalCause};
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
pub struct CacheBuilder<K, V, H = DefaultHashBuilder, S: Face = Shared> {
    config: Config,
    hasher: H,
    name: Option<Cow<'static, str>>,
    weigher: Option<WeigherOf<S, K, V>>,
    observers: Vec<ObserverOf<S, K, V>>,
}

impl<K, V, S: Face> Default for CacheBuilder<K, V, DefaultHashBuilder, S> {
    fn default() -> Self {
        Self {
            config: Config::new(),
            hasher: DefaultHashBuilder::default(),
            name: None,
            weigher: None,
            observers: Vec::new(),
        }
    }
}

impl<K, V> Cache<K, V> {
    /// Begins the set-up of a cache.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache = Cache::builder().lru(100).build();
    /// cache.insert(1, "one");
    /// ```
    pub fn builder() -> CacheBuilder<K, V> {
        CacheBuilder::default()
    }
}

impl<K, V> LocalCache<K, V> {
    /// Begins the set-up of a cache for this thread.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::LocalCache;
    /// use std::rc::Rc;
    ///
    /// let cache = LocalCache::builder().lru(100).build();
    /// cache.insert(1, Rc::new("one"));
    /// ```
    pub fn builder() -> CacheBuilder<K, V, DefaultHashBuilder, Local> {
        CacheBuilder::default()
    }
}

impl<K, V, H, S: Face> CacheBuilder<K, V, H, S> {
    fn configure(mut self, change: impl FnOnce(Config) -> Config) -> Self {
        self.config = change(self.config);
        self
    }

    /// At most this many entries; evicts the least recently used. 0 caches nothing.
    pub fn lru(self, max_entries: usize) -> Self {
        self.configure(|config| config.lru(max_entries))
    }

    /// At most this many entries; evicts the least frequently used. 0 caches nothing.
    pub fn lfu(self, max_entries: usize) -> Self {
        self.configure(|config| config.lfu(max_entries))
    }

    /// At most this many entries; evicts the oldest. 0 caches nothing.
    pub fn fifo(self, max_entries: usize) -> Self {
        self.configure(|config| config.fifo(max_entries))
    }

    /// At most this many entries; evicts a random one. 0 caches nothing.
    pub fn random(self, max_entries: usize) -> Self {
        self.configure(|config| config.random(max_entries))
    }

    /// At most this many entries; evicts with an adaptive policy (CAR): a good default where the
    /// access pattern is not known.
    pub fn max(self, max_entries: usize) -> Self {
        self.configure(|config| config.max(max_entries))
    }

    /// At most this much weight in all, in the unit of [`weight`](CacheBuilder::weight). A heavier
    /// value is not cached. Without a bound in entries, the least recently used is evicted.
    pub fn max_weight(self, max_weight: u64) -> Self {
        self.configure(|config| config.max_weight(max_weight))
    }

    /// The time to live of each entry, from when it was written.
    pub fn ttl(self, ttl: Duration) -> Self {
        self.configure(|config| config.ttl(ttl))
    }

    /// The time to idle of each entry: it expires this long after its last use.
    pub fn idle(self, idle: Duration) -> Self {
        self.configure(|config| config.idle(idle))
    }

    /// Subtracts a random fraction, up to this much (0.0 to 1.0), from each time to live, to avoid
    /// synchronized expiry.
    pub fn jitter(self, part: f64) -> Self {
        self.configure(|config| config.jitter(part))
    }

    /// Whether concurrent calls for one missing key are coalesced into one run: `true` (the
    /// default), `false` (every call that misses computes for itself), or a [`Duration`]: a waiter
    /// gives up after this long and computes itself.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    /// use std::time::Duration;
    ///
    /// let uncoordinated: Cache<u32, u32> = Cache::builder().single_flight(false).build();
    /// let impatient: Cache<u32, u32> = Cache::builder().single_flight(Duration::from_secs(5)).build();
    /// # let _ = (uncoordinated, impatient);
    /// ```
    pub fn single_flight(self, single_flight: impl Into<SingleFlight>) -> Self {
        let single_flight = single_flight.into();
        self.configure(|config| config.single_flight(single_flight))
    }

    /// Another clock than the system's. Expired entries are then removed by the cache's own
    /// operations, not in the background: see [`Cache::run_pending`].
    pub fn clock(self, clock: impl Clock + 'static) -> Self {
        self.configure(|config| config.clock(clock))
    }

    /// Makes what is random repeatable: the victims of `random` and the jitter.
    pub fn seed(self, seed: u64) -> Self {
        self.configure(|config| config.seed(seed))
    }

    /// Another hasher, such as `std::hash::RandomState` (`SipHash`) for keys that an attacker may
    /// choose.
    pub fn hasher<H2>(self, hasher: H2) -> CacheBuilder<K, V, H2, S> {
        let Self { config, name, weigher, observers, .. } = self;
        CacheBuilder { config, hasher, name, weigher, observers }
    }

    /// The name under which [`caches`](crate::caches) and [`report`](crate::report) list it.
    /// Without one it is not listed.
    pub fn name(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.name = Some(name.into());
        self
    }

    fn check(&self) -> Result<(), Error> {
        self.config.check()?;
        if self.config.max_weight.is_some() != self.weigher.is_some() {
            return Err(Error::new(
                "`max_weight` and `weight` need each other: one is the bound, the other says what an entry weighs",
            ));
        }
        Ok(())
    }

    fn inner(self, at: &'static Location<'static>) -> Inner<H, S> {
        let store = SoleTypeStore::new(self.config, self.observers, self.weigher);
        let identity = self.name.map(|name| Identity::new(name, at.file(), at.line()));
        Inner { store, hasher: self.hasher, identity }
    }
}

impl<K: 'static, V: 'static, H> CacheBuilder<K, V, H, Shared> {
    /// What an entry weighs, in the unit of [`max_weight`](Self::max_weight). Called once per
    /// write, with no lock held.
    pub fn weight(mut self, weigh: impl Fn(&K, &V) -> u64 + Send + Sync + 'static) -> Self {
        self.weigher = Some(WeigherOf::<Shared, K, V>::new(weigh));
        self
    }

    /// Called for every removed entry with the cause, by the thread that caused the removal and
    /// with no lock held; it may use the cache. May be given several times: all are called, in this
    /// order. A panic in one is reported by the panic hook and goes no further.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::{Cache, RemovalCause};
    /// use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
    ///
    /// static EVICTED: AtomicUsize = AtomicUsize::new(0);
    /// let cache = Cache::builder()
    ///     .lru(1)
    ///     .removal_listener(|_, _, cause| {
    ///         EVICTED.fetch_add(usize::from(cause == RemovalCause::Evicted), Relaxed);
    ///     })
    ///     .removal_listener(|key, value, cause| println!("{key} = {value} left: {cause:?}"))
    ///     .build();
    /// cache.insert(1, "one");
    /// cache.insert(2, "two");
    /// assert_eq!(EVICTED.load(Relaxed), 1);
    /// ```
    pub fn removal_listener(mut self, hear: impl Fn(&K, &V, RemovalCause) + Send + Sync + 'static) -> Self {
        self.observers.push(ObserverOf::<Shared, K, V>::new(hear));
        self
    }

    /// Builds the cache.
    ///
    /// # Panics
    ///
    /// If the set-up cannot work, such as a time to live of zero: [`try_build`](Self::try_build)
    /// returns the error instead.
    #[track_caller]
    pub fn build(self) -> Cache<K, V, H>
    where
        K: Hash + Eq + Send + Sync + 'static,
        V: Send + Sync + 'static,
        H: Send + Sync + 'static,
    {
        self.try_build().unwrap_or_else(|error| panic!("{error}"))
    }

    /// Builds the cache.
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
        Ok(Cache::new(list(Arc::new(self.inner(Location::caller())))))
    }
}

/// Makes a cache known to the timer thread and, if it has a name, to the registry.
fn list<H: Send + Sync + 'static>(inner: Arc<Inner<H, Shared>>) -> Arc<Inner<H, Shared>> {
    let sweeper: Weak<dyn Sweep> = Arc::downgrade(&inner) as _;
    inner.store.store().set_sweeper(sweeper);
    if inner.identity.is_some() {
        registry::list(Arc::downgrade(&inner) as _);
    }
    inner
}

impl<K, V, H> CacheBuilder<K, V, H, Local> {
    /// What an entry weighs, in the unit of [`max_weight`](Self::max_weight). Called once per
    /// write.
    pub fn weight(mut self, weigh: impl Fn(&K, &V) -> u64 + 'static) -> Self {
        self.weigher = Some(WeigherOf::<Local, K, V>::new(weigh));
        self
    }

    /// Called for every removed entry with the cause; it may use the cache. May be given several
    /// times: all are called, in this order. A panic in one is reported by the panic hook and goes
    /// no further.
    pub fn removal_listener(mut self, hear: impl Fn(&K, &V, RemovalCause) + 'static) -> Self {
        self.observers.push(ObserverOf::<Local, K, V>::new(hear));
        self
    }

    /// Builds the cache. It is not listed in [`caches`](crate::caches), and removes expired entries
    /// during its own operations.
    ///
    /// # Panics
    ///
    /// If the set-up cannot work, such as a time to live of zero: [`try_build`](Self::try_build)
    /// returns the error instead.
    #[track_caller]
    pub fn build(self) -> LocalCache<K, V, H> {
        self.try_build().unwrap_or_else(|error| panic!("{error}"))
    }

    /// Builds the cache.
    ///
    /// # Errors
    ///
    /// If the set-up cannot work. The error says what to write instead.
    #[track_caller]
    pub fn try_build(self) -> Result<LocalCache<K, V, H>, Error> {
        self.check()?;
        Ok(LocalCache(Cache::new(Local::share(self.inner(Location::caller())))))
    }
}
