//! `quick_cache`: with its default hasher (foldhash's `quality`) and, because it is the closest
//! peer, also with the lighter one that memokit uses.

use std::convert::Infallible;
use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{DefaultHashBuilder, UnitWeighter};

use super::store::{Store, Value};
use crate::keys::Key;

pub(crate) type QuickCache<K, V> = WithHasher<K, V, DefaultHashBuilder>;
pub(crate) type QuickCacheFast<K, V> = WithHasher<K, V, RandomState>;

type Inner<K, V, H> = Cache<<K as Key>::Owned, V, UnitWeighter, H, DefaultLifecycle<<K as Key>::Owned, V>>;

pub(crate) struct WithHasher<K: Key, V: Value, H>(Inner<K, V, H>);

/// A hasher, and the name of the cache with it.
trait NamedHasher: BuildHasher + Default + Clone + Send + Sync + 'static {
    const NAME: &'static str;
}

impl NamedHasher for DefaultHashBuilder {
    const NAME: &'static str = "quick_cache";
}

impl NamedHasher for RandomState {
    const NAME: &'static str = "quick_cache, our hasher";
}

impl<K: Key, V: Value, H: NamedHasher> Store<K, V> for WithHasher<K, V, H> {
    const NAME: &'static str = H::NAME;

    fn new(bound: usize) -> Self {
        Self(Cache::with(bound, bound as u64, UnitWeighter, H::default(), DefaultLifecycle::default()))
    }

    #[inline]
    fn get(&self, key: K) -> Option<V> {
        self.0.get(key.probe())
    }

    #[inline]
    fn insert(&self, key: K, value: V) {
        self.0.insert(key.owned(), value);
    }

    #[inline]
    fn get_or_insert_with(&self, key: K, compute: impl FnOnce() -> V) -> V {
        let compute = || Ok::<_, Infallible>(compute());
        match key.with_borrowed(|key| self.0.get_or_insert_with(key, compute)) {
            Ok(value) => value,
        }
    }

    fn clear(&self) {
        self.0.clear();
    }

    fn len(&self) -> usize {
        self.0.len()
    }
}
