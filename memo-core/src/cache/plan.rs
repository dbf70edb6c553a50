//! The plans of a cache's calls: its sources of keys, and its rules for what is cached.

use std::any::Any;
use std::borrow::Borrow;
use std::marker::PhantomData;
use std::mem;

use crate::cacheable::Cacheable;
use crate::call::{KeySource, Plan, Target, Types};
use crate::engine::{Face, Sole, Typed};
use crate::level::Unbacked;
use crate::table::ShortHash;

/// The rule that caches every value.
#[derive(Clone, Copy)]
pub(super) struct EveryValue;

impl<V: Clone> Cacheable<V> for EveryValue {
    type Stored = V;

    fn admits(self, _: &V) -> bool {
        true
    }

    fn stored(self, value: &V) -> Option<V> {
        Some(value.clone())
    }

    fn give(self, stored: &V) -> V {
        stored.clone()
    }
}

/// The rule that caches the value of an `Ok`. An `Err` is not cached; it is shared with the
/// waiters.
#[derive(Clone, Copy)]
pub(super) struct OkResult;

impl<V: Clone, E: Clone + Send + Sync + 'static> Cacheable<Result<V, E>> for OkResult {
    type Stored = V;

    const SHARES_FAILURES: bool = true;

    fn admits(self, value: &Result<V, E>) -> bool {
        value.is_ok()
    }

    fn stored(self, value: &Result<V, E>) -> Option<V> {
        value.as_ref().ok().cloned()
    }

    fn give(self, stored: &V) -> Result<V, E> {
        Ok(stored.clone())
    }

    fn failed(self, value: &Result<V, E>) -> bool {
        value.is_err()
    }

    fn shared_failure(self, value: &Result<V, E>) -> Option<Box<dyn Any + Send + Sync>> {
        value.as_ref().err().map(|error| Box::new(error.clone()) as _)
    }

    fn from_failure(self, failure: &(dyn Any + Send + Sync)) -> Option<Result<V, E>> {
        failure.downcast_ref::<E>().map(|error| Err(error.clone()))
    }
}

/// The plan of a cache's call.
pub(super) struct CachePlan<'a, S: Face, K, V, Source, R, C> {
    typed: Typed<'a, S, K, V, Sole>,
    hash: ShortHash,
    source: Source,
    cacheable: C,
    output: PhantomData<fn() -> R>,
}

/// The types of a cache's call.
pub(super) type CacheTypes<S, K, R, C> = Types<S, K, R, C, Sole>;

impl<'a, S: Face, K, V, Source, R, C> CachePlan<'a, S, K, V, Source, R, C> {
    #[inline(always)]
    pub(super) fn new(typed: Typed<'a, S, K, V, Sole>, hash: ShortHash, source: Source, cacheable: C) -> Self {
        Self { typed, hash, source, cacheable, output: PhantomData }
    }
}

impl<'a, S, K, V, Source, R, C> Plan<'a> for CachePlan<'a, S, K, V, Source, R, C>
where
    S: Face,
    Source: KeySource<K>,
    C: Cacheable<R, Stored = V>,
{
    type Types = CacheTypes<S, K, R, C>;
    type Source = Source;

    #[inline(always)]
    fn target(&self) -> Option<Target<'a, Self::Types>> {
        Some(Target { typed: self.typed, hash: self.hash })
    }

    #[inline(always)]
    fn matches(&self, key: &K) -> bool {
        self.source.matches(key)
    }

    #[inline(always)]
    fn cacheable(&self) -> C {
        self.cacheable
    }

    #[inline(always)]
    fn level(&self) -> Unbacked {
        Unbacked
    }

    #[inline(always)]
    fn into_source(self) -> Source {
        self.source
    }
}

/// A key that the caller has given away.
pub(super) struct OwnedKey<K>(pub(super) Option<K>);

impl<K: Eq> KeySource<K> for OwnedKey<K> {
    #[inline]
    fn matches(&self, key: &K) -> bool {
        self.0.as_ref().is_some_and(|own| own == key)
    }

    fn own(&mut self) {}

    #[inline]
    fn owned(&self) -> Option<&K> {
        self.0.as_ref()
    }

    fn take(&mut self) -> Option<K> {
        self.0.take()
    }
}

/// A borrowed key, owned when that is needed.
pub(super) struct LentKey<'q, K, Q: ?Sized> {
    key: &'q Q,
    owned: Option<K>,
}

impl<'q, K, Q: ?Sized> LentKey<'q, K, Q> {
    pub(super) fn new(key: &'q Q) -> Self {
        Self { key, owned: None }
    }
}

impl<K: Borrow<Q>, Q: Eq + ToOwned<Owned = K> + ?Sized> KeySource<K> for LentKey<'_, K, Q> {
    #[inline]
    fn matches(&self, key: &K) -> bool {
        key.borrow() == self.key
    }

    fn own(&mut self) {
        // There is no owned key yet. Forgotten, because an assignment would drop the old one.
        mem::forget(self.owned.replace(self.key.to_owned()));
    }

    fn owned(&self) -> Option<&K> {
        self.owned.as_ref()
    }

    fn take(&mut self) -> Option<K> {
        self.owned.take()
    }
}
