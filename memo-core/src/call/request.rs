//! A caller as the engine sees it: its key, which is owned only when that is needed, and what it
//! makes of the value.

use std::any::Any;
use std::mem;

use crate::cacheable::Cacheable;
use crate::engine::{Ask, Match, Take};
use crate::key::Lookup;

/// The source of a call's stored key.
pub trait KeySource<K> {
    /// Whether this is the key.
    fn matches(&self, key: &K) -> bool;
    /// Clones the key into an owned one. At most once, if it is not owned.
    fn own(&mut self);
    /// The owned key, if it is owned and has not been given up.
    fn owned(&self) -> Option<&K>;
    /// Gives up the owned key. At most once, after [`own`](Self::own).
    fn take(&mut self) -> Option<K>;
}

impl<K, Source: KeySource<K>> KeySource<K> for &mut Source {
    fn matches(&self, key: &K) -> bool {
        (**self).matches(key)
    }

    fn own(&mut self) {
        (**self).own();
    }

    fn owned(&self) -> Option<&K> {
        (**self).owned()
    }

    fn take(&mut self) -> Option<K> {
        (**self).take()
    }
}

/// The key of a function's call, by reference to its borrowed arguments.
pub struct BorrowedKey<'q, Q: Lookup> {
    query: &'q Q,
    owned: Option<Q::Stored>,
}

impl<'q, Q: Lookup> BorrowedKey<'q, Q> {
    #[inline]
    pub(super) fn new(query: &'q Q) -> Self {
        Self { query, owned: None }
    }
}

impl<Q: Lookup> KeySource<Q::Stored> for BorrowedKey<'_, Q> {
    #[inline]
    fn matches(&self, key: &Q::Stored) -> bool {
        self.query.matches(key)
    }

    #[inline]
    fn own(&mut self) {
        // There is no owned key yet. Forgotten, because an assignment would drop the old one.
        mem::forget(self.owned.replace(self.query.to_stored()));
    }

    #[inline]
    fn owned(&self) -> Option<&Q::Stored> {
        self.owned.as_ref()
    }

    #[inline]
    fn take(&mut self) -> Option<Q::Stored> {
        self.owned.take()
    }
}

/// A call that missed: its key, and its value if another caller supplies it after all.
pub(crate) struct LoadRequest<Source, R, C> {
    source: Source,
    joined: JoinedValue<R, C>,
}

impl<Source, R, C> LoadRequest<Source, R, C> {
    #[inline]
    pub(crate) fn new(source: Source, cacheable: C) -> Self {
        Self { source, joined: JoinedValue::new(cacheable) }
    }

    /// Returns the value, if the caller has taken it.
    #[inline]
    pub(crate) fn into_value(self) -> Option<R> {
        let Self { source, joined } = self;
        // Here, where the value is not lost if dropping the key panics.
        drop(source);
        joined.value
    }
}

impl<V, R, Source, C: Cacheable<R, Stored = V>> Take<V> for LoadRequest<Source, R, C> {
    #[inline]
    fn take(&mut self, value: &V) {
        self.joined.take(value);
    }

    #[inline]
    fn take_failure(&mut self, failure: &(dyn Any + Send + Sync)) -> bool {
        self.joined.take_failure(failure)
    }
}

impl<K, R, Source: KeySource<K>, C> Match<K> for LoadRequest<Source, R, C> {
    #[inline]
    fn matches(&self, key: &K) -> bool {
        self.source.matches(key)
    }
}

impl<K, V, R, Source: KeySource<K>, C: Cacheable<R, Stored = V>> Ask<K, V> for LoadRequest<Source, R, C> {
    #[inline]
    fn is_owned(&self) -> bool {
        self.source.owned().is_some()
    }

    #[inline]
    fn own(&mut self) {
        self.source.own();
    }

    #[inline]
    fn take_key(&mut self) -> Option<K> {
        self.source.take()
    }
}

/// What a caller takes of another caller's run.
pub(super) struct JoinedValue<R, C> {
    cacheable: C,
    pub(super) value: Option<R>,
}

impl<R, C> JoinedValue<R, C> {
    #[inline]
    pub(super) fn new(cacheable: C) -> Self {
        Self { cacheable, value: None }
    }
}

impl<V, R, C: Cacheable<R, Stored = V>> Take<V> for JoinedValue<R, C> {
    #[inline]
    fn take(&mut self, value: &V) {
        self.value = Some(self.cacheable.give(value));
    }

    #[inline]
    fn take_failure(&mut self, failure: &(dyn Any + Send + Sync)) -> bool {
        // A constant: without shared failures nothing of this is compiled.
        C::SHARES_FAILURES && {
            self.value = self.cacheable.from_failure(failure);
            self.value.is_some()
        }
    }
}

/// A value that comes with its key.
pub(crate) struct PutRequest<Source, V> {
    source: Source,
    value: Option<V>,
}

impl<Source, V> PutRequest<Source, V> {
    /// Makes the request. The source owns its key.
    pub(crate) fn new(source: Source, value: V) -> Self {
        Self { source, value: Some(value) }
    }
}

impl<Source, V> Take<V> for PutRequest<Source, V> {
    fn take(&mut self, _: &V) {}
}

impl<Source: KeySource<K>, K, V> Match<K> for PutRequest<Source, V> {
    fn matches(&self, key: &K) -> bool {
        self.source.matches(key)
    }
}

impl<Source: KeySource<K>, K, V> Ask<K, V> for PutRequest<Source, V> {
    fn is_owned(&self) -> bool {
        true
    }

    fn own(&mut self) {}

    fn take_key(&mut self) -> Option<K> {
        self.source.take()
    }

    fn take_value(&mut self) -> Option<V> {
        self.value.take()
    }
}
