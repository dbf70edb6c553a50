//! The cache as a value: [`Cache`], for all threads, and [`LocalCache`], for one.

mod builder;
mod load;

use std::borrow::Borrow;
use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::ops::Deref;
use std::time::Duration;

pub use builder::Builder;

use crate::engine::scope::{Local, Scope, Shared};
use crate::engine::stats::Count;
use crate::engine::{Engine, Node, Terms};
use crate::entry::Pair;
use crate::hash::DefaultHashBuilder;
use crate::info::{CacheInfo, CacheParameters};
use crate::registry::{AnyCache, Identity};
use crate::ticker::Sweep;

/// A cache that threads and tasks share.
///
/// Cloning is cheap, and the clones are one cache. Keys are compared in full; a look-up takes any borrowed form of the key, hashes once and
/// allocates nothing. `get` clones the value outside any lock: large values belong into an [`Arc`](std::sync::Arc). Nothing of yours (`Hash`, `Eq`,
/// `Clone`, `Drop`, a weigher, a listener) runs under a lock, so all of it may use the cache again.
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
pub struct Cache<K, V, H = DefaultHashBuilder, S: Scope = Shared> {
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

struct Inner<K, V, H, S: Scope> {
    engine: Engine<Pair<K, V>, S>,
    hasher: H,
    weigher: Option<S::Weigher<K, V>>,
    identity: Option<Identity>,
}

impl<K, V, H, S: Scope> Clone for Cache<K, V, H, S> {
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

impl<K, V, H, S: Scope> Cache<K, V, H, S> {
    #[inline]
    fn engine(&self) -> &Engine<Pair<K, V>, S> {
        &self.inner.engine
    }

    fn terms(&self, key: &K, value: &V, ttl: Option<Duration>) -> Terms {
        let weight = self.inner.weigher.as_ref().map_or(0, |weigher| weigher(key, value));
        Terms { ttl, weight, keep: true }
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
    pub fn iter(&self) -> impl Iterator<Item = Entry<K, V, S>> + use<K, V, H, S> {
        self.engine().entries().into_iter().map(Entry)
    }

    /// Keeps only the entries for which `keep` says so. Runs that are under way will not leave their values here: nobody asked about them.
    pub fn retain(&self, mut keep: impl FnMut(&K, &V) -> bool) {
        self.engine().retain(|pair| pair.value().is_none_or(|value| keep(&pair.key, value)));
    }
}

impl<K: Hash + Eq, V, H: BuildHasher, S: Scope> Cache<K, V, H, S> {
    fn hash<Q: Hash + ?Sized>(&self, key: &Q) -> u64 {
        self.inner.hasher.hash_one(key)
    }

    fn find<Q>(&self, key: &Q) -> Option<S::Ref<Node<Pair<K, V>>>>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.engine().find(self.hash(key), |pair| pair.key.borrow() == key)
    }

    /// The value, if it is there: a hit or a miss.
    pub fn get<Q>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
        V: Clone,
    {
        self.with(key, V::clone)
    }

    /// What `look` makes of the value, if it is there: as [`get`](Self::get) without the clone.
    pub fn with<Q, T>(&self, key: &Q, look: impl FnOnce(&V) -> T) -> Option<T>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let Some(node) = self.find(key) else {
            self.engine().stats().count(Count::Miss);
            return None;
        };
        self.engine().hit(&node);
        node.payload.value().map(look)
    }

    /// The value, if it is there. Neither counts nor touches.
    pub fn peek<Q>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
        V: Clone,
    {
        self.find(key)?.payload.value().cloned()
    }

    /// Whether there is a value. Neither counts nor touches.
    pub fn contains<Q>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.find(key).is_some()
    }

    /// How long the entry still has, if it is there and can expire. Neither counts nor touches.
    pub fn expires_in<Q>(&self, key: &Q) -> Option<Duration>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.engine().expires_in(&*self.find(key)?)
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
        terms.keep = ttl != Some(Duration::ZERO);
        let node = S::share(Node::new(self.hash(&key), Pair::ready(key, value)));
        self.engine().insert(&node, |pair| pair.key == node.payload.key, &terms);
    }

    /// Takes the value out. A run for this key that is under way will not put it back.
    pub fn remove<Q>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
        V: Clone,
    {
        let node = self.engine().remove(self.hash(key), |pair| pair.key.borrow() == key)?;
        let value = node.payload.value().cloned();
        // Here, where the value is safe if that panics.
        drop(node);
        value
    }
}

impl<K, V, H, S: Scope> Inner<K, V, H, S> {
    #[cfg(any(test, debug_assertions))]
    fn validate(&self) {
        self.engine.validate();
    }
}

impl<K, V, H, S: Scope> Cache<K, V, H, S> {
    /// Checks every invariant of the store, for tests. Panics where one is broken; does nothing in release builds.
    #[doc(hidden)]
    pub fn validate(&self) {
        #[cfg(any(test, debug_assertions))]
        self.inner.validate();
    }
}

impl<K, V, H, S: Scope> Sweep for Inner<K, V, H, S>
where
    Self: Send + Sync,
{
    fn sweep(&self) {
        self.engine.sweep();
    }
}

impl<K, V, H, S: Scope> AnyCache for Inner<K, V, H, S>
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

/// One entry of a snapshot. It stays as it was, whatever becomes of the cache.
pub struct Entry<K, V, S: Scope = Shared>(S::Ref<Node<Pair<K, V>>>);

impl<K, V, S: Scope> Entry<K, V, S> {
    /// The key.
    #[must_use]
    pub fn key(&self) -> &K {
        &self.0.payload.key
    }

    /// The value.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "never panics: only entries that have their value get into a store")]
    pub fn value(&self) -> &V {
        self.0.payload.value().expect("an entry in the store has its value")
    }
}

impl<K: fmt::Debug, V: fmt::Debug, S: Scope> fmt::Debug for Entry<K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Entry").field(self.key()).field(self.value()).finish()
    }
}

impl<K: fmt::Debug, V: fmt::Debug, H, S: Scope> fmt::Debug for Cache<K, V, H, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = f.debug_map();
        for entry in self.iter() {
            map.entry(entry.key(), entry.value());
        }
        map.finish()
    }
}
