//! The cache as a value: [`Cache`], for all threads, and [`LocalCache`], for one.

mod builder;
mod load;

use std::borrow::Borrow;
use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::marker::PhantomData;
use std::ops::Deref;
use std::ptr;
use std::time::Duration;

pub use builder::CacheBuilder;

use crate::engine::sharing::{Local, Shared, Sharing};
use crate::engine::{Engine, Found, Request, WriteTerms};
use crate::hash::DefaultHashBuilder;
use crate::info::{CacheInfo, CacheParameters};
use crate::registry::{AnyCache, Identity};
use crate::table::{Head, Node, ShortHash};
use crate::ticker::Sweep;

/// A cache that threads and tasks share.
///
/// Cloning is cheap, and the clones are one cache. Keys are compared in full; a look-up takes any borrowed form of the key, hashes once and
/// allocates nothing. `get` clones the value outside any lock: large values belong into an [`Arc`](std::sync::Arc). Nothing of yours (`Hash`, `Eq`,
/// `Clone`, `Drop`, a weigher, a listener) runs under a lock, so all of it may use the cache again. (One thing no cache can do: an `Eq` that inserts
/// the very key it is asked about, each time it is asked, makes something new to compare each time.)
///
/// ```
/// use memo_core::Cache;
///
/// let cache = Cache::builder().lru(128).build();
/// cache.insert(String::from("one"), 1);
/// assert_eq!(cache.get("one"), Some(1));
/// assert_eq!(cache.get_or_insert_with(String::from("two"), || 2), 2);
/// assert_eq!(cache.info().to_string(), "CacheInfo(hits=1, misses=1, maxsize=128, currsize=2)");
/// ```
pub struct Cache<K, V, H = DefaultHashBuilder, S: Sharing = Shared> {
    inner: S::Ref<Inner<K, V, H, S>>,
}

/// A cache for one thread: values need not be `Send`, and nothing is synchronised. It has all of [`Cache`]'s methods.
///
/// ```
/// use memo_core::LocalCache;
/// use std::rc::Rc;
///
/// let cache = LocalCache::builder().lru(10).build();
/// cache.insert(1, Rc::new("one"));
/// assert_eq!(*cache.get(&1).unwrap(), "one");
/// ```
pub struct LocalCache<K, V, H = DefaultHashBuilder>(Cache<K, V, H, Local>);

impl<K, V, H> Deref for LocalCache<K, V, H> {
    type Target = Cache<K, V, H, Local>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<K, V, H> Clone for LocalCache<K, V, H> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K: Hash + Eq, V> Default for LocalCache<K, V> {
    fn default() -> Self {
        Self::builder().build()
    }
}

impl<K: fmt::Debug, V: fmt::Debug, H> fmt::Debug for LocalCache<K, V, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

struct Inner<K, V, H, S: Sharing> {
    engine: Engine<S>,
    hasher: H,
    weight_fn: Option<S::Weigher<K, V>>,
    identity: Option<Identity>,
    /// Sent and shared as its entries may be.
    _of: PhantomData<(K, V)>,
}

impl<K, V, H, S: Sharing> Clone for Cache<K, V, H, S> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone() }
    }
}

/// Unbounded, entries live for ever.
impl<K, V> Default for Cache<K, V>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Send + Sync + 'static,
{
    fn default() -> Self {
        Self::builder().build()
    }
}

impl<K, V, H, S: Sharing> Cache<K, V, H, S> {
    #[inline]
    fn engine(&self) -> &Engine<S> {
        &self.inner.engine
    }

    fn terms(&self, key: &K, value: &V, ttl: Option<Duration>) -> WriteTerms {
        let weight = self.inner.weight_fn.as_ref().map_or(0, |weight_fn| weight_fn(key, value));
        WriteTerms { ttl, weight, admit: true }
    }

    /// Entries that have not expired.
    #[must_use]
    pub fn len(&self) -> usize {
        self.engine().len()
    }

    /// Whether no entry is left that has not expired.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The sum of all weights; 0 without a weigher.
    #[must_use]
    pub fn weight(&self) -> u64 {
        self.engine().weight()
    }

    /// Hits, misses, size and more.
    #[must_use]
    pub fn info(&self) -> CacheInfo {
        self.engine().info()
    }

    /// How the cache was set up.
    #[must_use]
    pub fn parameters(&self) -> CacheParameters {
        self.engine().parameters(false)
    }

    /// The name it was given, if any.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.inner.identity.as_ref().map(Identity::name)
    }

    /// Empties the cache, sets all counts to zero, and keeps runs that are under way from leaving their values here.
    pub fn clear(&self) {
        self.engine().clear();
    }

    /// Another bound in entries, from now on; the entries that are too many leave in the policy's order. A cache without a bound keeps the
    /// order of `lru` from then on, its first entries by age. 0 keeps nothing.
    pub fn resize(&self, max_entries: usize) {
        self.engine().resize(max_entries);
    }

    /// Frees what has expired, now. With the system's clock that happens by itself; with a clock of your own it happens here and with
    /// each miss.
    pub fn run_pending(&self) {
        self.engine().sweep();
    }

    /// A snapshot of the entries that have not expired, in no particular order. Neither counts nor touches.
    pub fn iter(&self) -> impl Iterator<Item = Entry<K, V>> + use<K, V, H, S>
    where
        K: Clone,
        V: Clone,
    {
        let mut all = Vec::new();
        self.each(|key, value| all.push(Entry { key: key.clone(), value: value.clone() }));
        all.into_iter()
    }

    /// Calls `see` for each entry that has not expired, in no particular order; of those that come meanwhile for some. Neither counts nor touches.
    fn each(&self, mut see: impl FnMut(&K, &V)) {
        self.engine().each(|_, head, _| {
            // SAFETY: live entries of this store, held while they are seen.
            let node: &Node<K, V> = unsafe { &*ptr::from_ref(head).cast() };
            // SAFETY: as above.
            see(node.key(), unsafe { node.value() });
        });
    }

    /// Keeps only the entries for which `cacheable` says so. Runs that are under way will not leave their values here: nobody asked about them.
    pub fn retain(&self, mut cacheable: impl FnMut(&K, &V) -> bool) {
        self.engine().retain(|head, _| {
            // SAFETY: as in `each`.
            let node: &Node<K, V> = unsafe { &*ptr::from_ref(head).cast() };
            // SAFETY: as above.
            cacheable(node.key(), unsafe { node.value() })
        });
    }
}

/// What the engine asks of an entry that is to come.
struct Offer<K, V> {
    key: Option<K>,
    value: Option<V>,
}

impl<K: Eq, V> Request for Offer<K, V> {
    fn is(&self, head: &Head) -> bool {
        // SAFETY: an entry of the caller's store, its key there.
        let node: &Node<K, V> = unsafe { &*ptr::from_ref(head).cast() };
        self.key.as_ref().is_some_and(|key| node.key() == key)
    }

    fn own(&mut self) {}

    fn is_owned(&self) -> bool {
        true
    }

    unsafe fn write(&mut self, target: *mut Head) {
        if let Some(key) = self.key.take() {
            // SAFETY: by contract.
            unsafe { Node::<K, V>::write_key(target, key) };
        }
        if let Some(value) = self.value.take() {
            // SAFETY: by contract.
            unsafe { Node::<K, V>::write_value(target, value) };
        }
    }
}

impl<K: Hash + Eq, V, H: BuildHasher + 'static, S: Sharing> Cache<K, V, H, S> {
    #[inline]
    fn hash<Q: Hash + ?Sized>(&self, key: &Q) -> ShortHash {
        ShortHash::of::<H>(self.inner.hasher.hash_one(key))
    }

    /// A hit: what `then` makes of the value, if it is where nearly all are. Without one: the clock that may prove that there is none.
    #[inline(always)]
    fn hit<Q, T>(&self, hash: ShortHash, key: &Q, then: impl FnOnce(&V) -> T) -> Result<T, Option<u64>>
    where
        K: Borrow<Q>,
        Q: Eq + ?Sized,
    {
        let near = self.engine().find_fast::<true>(hash, self.engine().sole_type())?;
        // SAFETY: an entry of this store, which has but one kind; held, and found alive.
        let node: &Node<K, V> = unsafe { &*ptr::from_ref(near.head()).cast() };
        if node.key().borrow() == key && near.record_hit() {
            // SAFETY: it is published with its value.
            Ok(then(unsafe { node.value() }))
        } else {
            Err(None)
        }
    }

    /// What `then` makes of an entry and its value, wherever it is. Neither counts nor touches. Without one: the clock that proves it, if one does.
    fn find<Q, T>(&self, hash: ShortHash, key: &Q, then: impl FnOnce(&Found<'_, S>, &V) -> T) -> Result<T, Option<u64>>
    where
        K: Borrow<Q>,
        Q: Eq + ?Sized,
    {
        let is = |head: &Head| {
            // SAFETY: the engine shows entries of this store, held, their keys there.
            let node: &Node<K, V> = unsafe { &*ptr::from_ref(head).cast() };
            node.key().borrow() == key
        };
        let found = self.engine().find_full(hash, *self.engine().sole_type(), &is)?;
        // SAFETY: as above; it is published with its value.
        let value = unsafe { (*ptr::from_ref(found.head()).cast::<Node<K, V>>()).value() };
        Ok(then(&found, value))
    }

    /// The value, if it is there: a hit or a miss.
    #[inline]
    pub fn get<Q>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
        V: Clone,
    {
        self.with(key, V::clone)
    }

    /// What `look` makes of the value, if it is there: as [`get`](Self::get) without the clone.
    #[inline]
    pub fn with<Q, T>(&self, key: &Q, look: impl FnOnce(&V) -> T) -> Option<T>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let (hash, mut look) = (self.hash(key), Some(look));
        match self.hit(hash, key, |value| look.take().map(|look| look(value))) {
            Ok(seen) => seen,
            Err(version) => self.with_anyway(hash, key, version, look),
        }
    }

    /// The same, where the short look was not enough. `look` is there.
    #[cold]
    #[inline(never)]
    fn with_anyway<Q, T>(
        &self,
        hash: ShortHash,
        key: &Q,
        version: Option<u64>,
        mut look: Option<impl FnOnce(&V) -> T>,
    ) -> Option<T>
    where
        K: Borrow<Q>,
        Q: Eq + ?Sized,
    {
        let further = |found: &Found<'_, S>, value: &V| {
            found.record_hit();
            look.take().map(|look| look(value))
        };
        let seen = if version.is_some() { None } else { self.find(hash, key, further).ok().flatten() };
        if seen.is_none() {
            self.engine().missed();
        }
        seen
    }

    /// The value, if it is there. Neither counts nor touches.
    pub fn peek<Q>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
        V: Clone,
    {
        self.find(self.hash(key), key, |_, value| value.clone()).ok()
    }

    /// Whether there is a value. Neither counts nor touches.
    pub fn contains<Q>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.find(self.hash(key), key, |_, _| ()).is_ok()
    }

    /// How long the entry still has, if it is there and can expire. Neither counts nor touches.
    pub fn expires_in<Q>(&self, key: &Q) -> Option<Duration>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.find(self.hash(key), key, |found, _| found.expires_in()).ok()?
    }

    /// Puts a value in, in place of an older one. A run for this key that is under way will not replace it.
    ///
    /// A value heavier than `max_weight` is dropped, and so is every value at a bound of 0.
    pub fn insert(&self, key: K, value: V) {
        self.put(key, value, None);
    }

    /// As [`insert`](Self::insert), with a time to live of its own. A time of zero keeps nothing.
    pub fn insert_with_ttl(&self, key: K, value: V, ttl: Duration) {
        self.put(key, value, Some(ttl));
    }

    fn put(&self, key: K, value: V, ttl: Option<Duration>) {
        let mut terms = self.terms(&key, &value, ttl);
        terms.admit = ttl != Some(Duration::ZERO);
        let hash = self.hash(&key);
        let mut offer = Offer { key: Some(key), value: Some(value) };
        self.engine().insert(hash, self.engine().sole_type().number, &mut offer, &terms);
    }

    /// Takes the value out. A run for this key that is under way will not put it back.
    pub fn remove<Q>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
        V: Clone,
    {
        let mut value = None;
        let is = |head: &Head| {
            // SAFETY: entries of this store, their keys there.
            let node: &Node<K, V> = unsafe { &*ptr::from_ref(head).cast() };
            node.key().borrow() == key
        };
        self.engine().remove(self.hash(key), self.engine().sole_type().number, &is, &mut |head| {
            // SAFETY: an entry of this store that was alive, and is held.
            value = Some(unsafe { (*ptr::from_ref(head).cast::<Node<K, V>>()).value() }.clone());
        });
        value
    }
}

#[cfg(any(test, feature = "validate"))]
impl<K, V, H, S: Sharing> Cache<K, V, H, S> {
    /// Checks every invariant of the store, for tests. Panics where one is broken.
    #[doc(hidden)]
    pub fn validate(&self) {
        self.inner.engine.validate();
    }
}

impl<K, V, H, S: Sharing> Sweep for Inner<K, V, H, S>
where
    Self: Send + Sync,
{
    fn is_quiet(&self, now: u64) -> bool {
        self.engine.is_quiet(now)
    }

    fn sweep(&self) {
        self.engine.sweep();
    }
}

impl<K, V, H, S: Sharing> AnyCache for Inner<K, V, H, S>
where
    Self: Send + Sync,
{
    fn identity(&self) -> &Identity {
        self.identity.as_ref().expect("only named caches are listed")
    }

    fn info(&self) -> CacheInfo {
        self.engine.info()
    }

    fn parameters(&self) -> CacheParameters {
        self.engine.parameters(false)
    }

    fn clear(&self) {
        self.engine.clear();
    }

    fn resize(&self, max_entries: usize) {
        self.engine.resize(max_entries);
    }
}

/// One entry of a snapshot: clones of key and value. It stays as it was, whatever becomes of the cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry<K, V> {
    key: K,
    value: V,
}

impl<K, V> Entry<K, V> {
    /// The key.
    #[must_use]
    pub fn key(&self) -> &K {
        &self.key
    }

    /// The value.
    #[must_use]
    pub fn value(&self) -> &V {
        &self.value
    }

    /// Both.
    #[must_use]
    pub fn into_parts(self) -> (K, V) {
        (self.key, self.value)
    }
}

impl<K: fmt::Debug, V: fmt::Debug, H, S: Sharing> fmt::Debug for Cache<K, V, H, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = f.debug_map();
        self.each(|key, value| {
            map.entry(key, value);
        });
        map.finish()
    }
}
