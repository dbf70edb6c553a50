//! The last steps of a [`CacheBuilder`], which differ between [`Cache`] and [`LocalCache`]:
//! weigher, removal listeners, and building.

use std::borrow::Cow;
use std::hash::Hash;
use std::panic::Location;
use std::sync::{Arc, Weak};
use std::time::Duration;

use super::builder::CacheBuilder;
use super::inner::Inner;
use super::value::{Cache, LocalCache};
use crate::config::Error;
use crate::engine::{ErasedSetup, Local, Shared, Sharing};
use crate::info::RemovalCause;
use crate::registry;
use crate::ticker::Sweep;

impl<K: 'static, V: 'static, H> CacheBuilder<K, V, H, Shared> {
    /// Sets the weigher, which returns the weight of an entry in the unit of
    /// [`max_weight`](Self::max_weight). It is called once per write, with no lock held.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache = Cache::builder()
    ///     .max_weight(1_000_000)
    ///     .weight(|_: &u32, page: &Vec<u8>| page.len() as u64)
    ///     .build();
    /// cache.insert(1, vec![0; 100]);
    /// assert_eq!(cache.weight(), 100);
    /// ```
    pub fn weight(mut self, weigh: impl Fn(&K, &V) -> u64 + Send + Sync + 'static) -> Self {
        self.setup.weigh(weigh);
        self
    }

    /// Sets a rule for the time to live of each value that is inserted or loaded, in place of
    /// [`ttl`](Self::ttl): a function of key and value that returns a [`Duration`], or an
    /// `Option<Duration>`, of which `None` stands for `ttl`, or for no expiry without one.
    ///
    /// It is called once per write, with no lock held. A time that is given with the value, as by
    /// [`insert_with_ttl`](Cache::insert_with_ttl), goes before the rule; [`jitter`](Self::jitter)
    /// applies. With a time of zero the value is not cached.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    /// use std::time::Duration;
    ///
    /// /// A token says itself how long it is good.
    /// #[derive(Clone)]
    /// struct Token { seconds: u64 }
    ///
    /// let tokens = Cache::builder()
    ///     .ttl_by(|_: &u32, token: &Token| Duration::from_secs(token.seconds))
    ///     .build();
    /// tokens.get_or_insert_with(1, || Token { seconds: 60 });
    /// assert!(tokens.expires_in(&1) <= Some(Duration::from_secs(60)));
    /// ```
    pub fn ttl_by<R>(mut self, rule: impl Fn(&K, &V) -> R + Send + Sync + 'static) -> Self
    where
        R: Into<Option<Duration>>,
    {
        self.setup.ttl_by(rule);
        self
    }

    /// Sets a rule for the time to live of a value that replaces one, in place of
    /// [`ttl_by`](Self::ttl_by): a function of key, new value, and the time that the entry has left
    /// (`None` if it would not expire). If the rule returns `None` the value is treated as a new
    /// one.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    /// use std::time::Duration;
    ///
    /// // An update does not prolong the life of an entry.
    /// let cache = Cache::builder()
    ///     .ttl(Duration::from_secs(60))
    ///     .ttl_after_update(|_: &u32, _: &u32, left| left)
    ///     .build();
    /// cache.insert_with_ttl(1, 1, Duration::from_secs(5));
    /// cache.insert(1, 2);
    /// assert!(cache.expires_in(&1) <= Some(Duration::from_secs(5)));
    /// ```
    pub fn ttl_after_update<R>(mut self, rule: impl Fn(&K, &V, Option<Duration>) -> R + Send + Sync + 'static) -> Self
    where
        R: Into<Option<Duration>>,
    {
        self.setup.ttl_after_update(rule);
        self
    }

    /// Adds a listener that is called for every removed entry with the cause, by the thread that
    /// caused the removal and with no lock held; it may use the cache. Several listeners are called
    /// in the order in which they were added. A panic of a listener is reported by the panic hook
    /// and contained.
    ///
    /// An async program gives it the sending half of an unbounded channel, such as tokio's, whose
    /// `send` does not block; a task awaits the other half.
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
        self.setup.observe(hear);
        self
    }

    /// Builds the cache.
    ///
    /// # Panics
    ///
    /// If the configuration cannot work, for example with a time to idle of zero or with two
    /// policies: [`try_build`](Self::try_build) returns the error instead.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    ///
    /// let cache = Cache::builder().lru(100).build();
    /// cache.insert(1, "one");
    /// ```
    #[track_caller]
    pub fn build(self) -> Cache<K, V, H>
    where
        K: Hash + Eq + Send + Sync + 'static,
        V: Send + Sync + 'static,
        H: Send + Sync + 'static,
    {
        // Not in a closure: the panic names the caller's line.
        match self.try_build() {
            Ok(cache) => cache,
            Err(error) => panic!("{error}"),
        }
    }

    /// Builds the cache.
    ///
    /// # Errors
    ///
    /// If the configuration cannot work. The error says what to write instead.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::Cache;
    /// use std::time::Duration;
    ///
    /// assert!(Cache::<u32, u32>::builder().idle(Duration::ZERO).try_build().is_err());
    /// ```
    #[track_caller]
    pub fn try_build(self) -> Result<Cache<K, V, H>, Error>
    where
        K: Hash + Eq + Send + Sync + 'static,
        V: Send + Sync + 'static,
        H: Send + Sync + 'static,
    {
        let Self { setup, hasher, name } = self;
        Ok(Cache::new(build(setup.erase(), hasher, name, Location::caller())?))
    }
}

/// Builds what the clones of a cache share, and registers it with the timer thread and, if it has a
/// name, with the registry. It does not depend on the types of the entries, so a user's crate
/// compiles it once for all caches.
#[inline(never)]
#[expect(clippy::boxed_local, reason = "passes one pointer")]
fn build<H: Send + Sync + 'static>(
    setup: Box<ErasedSetup<Shared>>,
    hasher: H,
    name: Option<Cow<'static, str>>,
    at: &'static Location<'static>,
) -> Result<Arc<Inner<H, Shared>>, Error> {
    let inner = Arc::new(Inner::new(*setup, hasher, name, at)?);
    let sweeper: Weak<dyn Sweep> = Arc::downgrade(&inner) as _;
    inner.store.store().set_sweeper(sweeper);
    inner.store.store().set_label(|| match &inner.identity {
        Some(identity) => format!("the cache `{}`", identity.name()),
        None => format!("the cache that {}:{} builds", at.file(), at.line()),
    });
    if inner.identity.is_some() {
        registry::list(Arc::downgrade(&inner) as _);
    }
    Ok(inner)
}

impl<K, V, H> CacheBuilder<K, V, H, Local> {
    /// Sets the weigher, which returns the weight of an entry in the unit of
    /// [`max_weight`](Self::max_weight). It is called once per write.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::LocalCache;
    ///
    /// let cache = LocalCache::builder()
    ///     .max_weight(1_000_000)
    ///     .weight(|_: &u32, page: &Vec<u8>| page.len() as u64)
    ///     .build();
    /// cache.insert(1, vec![0; 100]);
    /// assert_eq!(cache.weight(), 100);
    /// ```
    pub fn weight(mut self, weigh: impl Fn(&K, &V) -> u64 + 'static) -> Self {
        self.setup.weigh(weigh);
        self
    }

    /// Sets a rule for the time to live of each value that is inserted or loaded, in place of
    /// [`ttl`](Self::ttl): a function of key and value that returns a [`Duration`], or an
    /// `Option<Duration>`, of which `None` stands for `ttl`, or for no expiry without one.
    ///
    /// It is called once per write, with no lock held. A time that is given with the value, as by
    /// [`insert_with_ttl`](Cache::insert_with_ttl), goes before the rule; [`jitter`](Self::jitter)
    /// applies. With a time of zero the value is not cached.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::LocalCache;
    /// use std::time::Duration;
    ///
    /// /// A token says itself how long it is good.
    /// #[derive(Clone)]
    /// struct Token { seconds: u64 }
    ///
    /// let tokens = LocalCache::builder()
    ///     .ttl_by(|_: &u32, token: &Token| Duration::from_secs(token.seconds))
    ///     .build();
    /// tokens.get_or_insert_with(1, || Token { seconds: 60 });
    /// assert!(tokens.expires_in(&1) <= Some(Duration::from_secs(60)));
    /// ```
    pub fn ttl_by<R>(mut self, rule: impl Fn(&K, &V) -> R + 'static) -> Self
    where
        R: Into<Option<Duration>>,
    {
        self.setup.ttl_by(rule);
        self
    }

    /// Sets a rule for the time to live of a value that replaces one, in place of
    /// [`ttl_by`](Self::ttl_by): a function of key, new value, and the time that the entry has left
    /// (`None` if it would not expire). If the rule returns `None` the value is treated as a new
    /// one.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::LocalCache;
    /// use std::time::Duration;
    ///
    /// // An update does not prolong the life of an entry.
    /// let cache = LocalCache::builder()
    ///     .ttl(Duration::from_secs(60))
    ///     .ttl_after_update(|_: &u32, _: &u32, left| left)
    ///     .build();
    /// cache.insert_with_ttl(1, 1, Duration::from_secs(5));
    /// cache.insert(1, 2);
    /// assert!(cache.expires_in(&1) <= Some(Duration::from_secs(5)));
    /// ```
    pub fn ttl_after_update<R>(mut self, rule: impl Fn(&K, &V, Option<Duration>) -> R + 'static) -> Self
    where
        R: Into<Option<Duration>>,
    {
        self.setup.ttl_after_update(rule);
        self
    }

    /// Adds a listener that is called for every removed entry with the cause; it may use the cache.
    /// Several listeners are called in the order in which they were added. A panic of a listener is
    /// reported by the panic hook and contained.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::LocalCache;
    /// use std::cell::Cell;
    /// use std::rc::Rc;
    ///
    /// let removed = Rc::new(Cell::new(0));
    /// let counter = removed.clone();
    /// let cache = LocalCache::builder()
    ///     .lru(1)
    ///     .removal_listener(move |_, _, _| counter.set(counter.get() + 1))
    ///     .build();
    /// cache.insert(1, "one");
    /// cache.insert(2, "two");
    /// assert_eq!(removed.get(), 1);
    /// ```
    pub fn removal_listener(mut self, hear: impl Fn(&K, &V, RemovalCause) + 'static) -> Self {
        self.setup.observe(hear);
        self
    }

    /// Builds the cache. [`caches`](crate::caches) does not list it, and it removes expired entries
    /// during its own operations.
    ///
    /// # Panics
    ///
    /// If the configuration cannot work, for example with a time to idle of zero or with two
    /// policies: [`try_build`](Self::try_build) returns the error instead.
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
    #[track_caller]
    pub fn build(self) -> LocalCache<K, V, H> {
        // Not in a closure: the panic names the caller's line.
        match self.try_build() {
            Ok(cache) => cache,
            Err(error) => panic!("{error}"),
        }
    }

    /// Builds the cache.
    ///
    /// # Errors
    ///
    /// If the configuration cannot work. The error says what to write instead.
    ///
    /// # Examples
    /// ```
    /// # use memo_core as memokit;
    /// use memokit::LocalCache;
    /// use std::time::Duration;
    ///
    /// assert!(LocalCache::<u32, u32>::builder().idle(Duration::ZERO).try_build().is_err());
    /// ```
    #[track_caller]
    pub fn try_build(self) -> Result<LocalCache<K, V, H>, Error> {
        let Self { setup, hasher, name } = self;
        let inner = Inner::new(*setup.erase(), hasher, name, Location::caller())?;
        Ok(LocalCache(Cache::new(Local::share(inner))))
    }
}
