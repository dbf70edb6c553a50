//! The operations of a handle.

use std::ptr;
use std::time::Duration;

use super::slow_path::SlowPath;
use super::{LoadRequest, Writing, target};
use crate::cacheable::Cacheable;
use crate::engine::{Found, Request, WriteTerms};
use crate::home::{Holds, Registered, Store};
use crate::info::{CacheInfo, CacheParameters};
use crate::key::{KeyRef, Lookup};
use crate::registry::CacheRef;
use crate::table::{Head, Node};

/// `cache_info`
pub fn info<St: Store>(store: &St) -> CacheInfo {
    store.parts().map(|(engine, _)| St::Sharing::info(engine)).unwrap_or_default()
}

/// `cache_clear`
pub fn clear<St: Store>(store: &St) {
    if let Some((engine, _)) = store.parts() {
        St::Sharing::clear(engine);
    }
}

/// `cache_parameters`
pub fn parameters<St: Store>(store: &St) -> CacheParameters {
    store.parts().map(|(engine, _)| St::Sharing::parameters(engine, store.typed())).unwrap_or_default()
}

/// `resize`
pub fn resize<St: Store>(store: &St, max_entries: usize) {
    if let Some((engine, _)) = store.parts() {
        St::Sharing::resize(engine, max_entries);
    }
}

/// `cache`
pub fn cache<St: Registered>(store: &St) -> CacheRef {
    store.cache()
}

/// A call that `when` kept from the cache.
pub fn bypassed<St: Store>(store: &St) {
    if let Some((engine, _)) = store.parts() {
        St::Sharing::bypassed(engine);
    }
}

/// The query's entry, wherever it is.
fn find<'a, St, Q, R, C>(store: &'a St, query: &Q, cacheable: C) -> Option<Found<'a, St::Sharing>>
where
    St: Holds<Q::Stored, C::Stored>,
    Q: Lookup,
    C: Cacheable<R>,
{
    let target = target(store, query, cacheable)?;
    St::Sharing::find(target.engine, target.hash, *target.entry_type, &LoadRequest::<Q, R, C>::new(query, cacheable))
}

/// `peek`
pub(super) fn peek<St, Q, R, C>(store: &St, query: &Q, cacheable: C) -> Option<R>
where
    St: Holds<Q::Stored, C::Stored>,
    Q: Lookup,
    C: Cacheable<R>,
{
    let found = find(store, query, cacheable)?;
    // SAFETY: an entry of this kind, held.
    let node: &Node<Q::Stored, C::Stored> = unsafe { &*ptr::from_ref(found.head()).cast() };
    // SAFETY: it was found alive, and is published with its value.
    Some(cacheable.give(unsafe { node.value() }))
}

/// `contains`
pub(super) fn contains<St, Q, R, C>(store: &St, query: &Q, cacheable: C) -> bool
where
    St: Holds<Q::Stored, C::Stored>,
    Q: Lookup,
    C: Cacheable<R>,
{
    find(store, query, cacheable).is_some()
}

/// `expires_in`
pub(super) fn expires_in<St, Q, R, C>(store: &St, query: &Q, cacheable: C) -> Option<Duration>
where
    St: Holds<Q::Stored, C::Stored>,
    Q: Lookup,
    C: Cacheable<R>,
{
    St::Sharing::expires_in(&find(store, query, cacheable)?)
}

/// `forget`: whether there was something to forget.
pub(super) fn forget<St, Q, R, C>(store: &St, query: &Q, cacheable: C) -> bool
where
    St: Holds<Q::Stored, C::Stored>,
    Q: Lookup,
    C: Cacheable<R>,
{
    target(store, query, cacheable).is_some_and(|target| {
        let asking = LoadRequest::<Q, R, C>::new(query, cacheable);
        St::Sharing::forget(target.engine, target.hash, *target.entry_type, &asking)
    })
}

/// `put`: a value that is never kept, such as an `Err`, still makes room for the truth: what was there is forgotten.
pub(super) fn put<St, Q, R, C, W>(store: &St, query: &Q, cacheable: C, value: &R, write: W)
where
    St: Holds<Q::Stored, C::Stored>,
    Q: Lookup,
    C: Cacheable<R>,
    W: for<'w> FnOnce(Writing<'w, Q::Stored, R>) -> Writing<'w, Q::Stored, R>,
{
    let Some(target) = target(store, query, cacheable) else { return };
    let (hash, entry_type) = (target.hash, *target.entry_type);
    let asking = LoadRequest::<Q, R, C>::new(query, cacheable);
    let Some(stored) = cacheable.stored(value) else {
        St::Sharing::forget(target.engine, hash, entry_type, &asking);
        return;
    };
    let key = query.to_stored();
    let terms = write(Writing { key: &key, value, terms: WriteTerms::default() }).terms;
    St::Sharing::put(target.engine, hash, entry_type, &mut Putting { asking, pair: Some((key, stored)) }, &terms);
}

/// A value that comes with its key.
struct Putting<'q, Q: Lookup, R, C: Cacheable<R>> {
    asking: LoadRequest<'q, Q, R, C>,
    pair: Option<(Q::Stored, C::Stored)>,
}

impl<Q: Lookup, R, C: Cacheable<R>> Request for Putting<'_, Q, R, C> {
    fn is(&self, head: &Head) -> bool {
        self.asking.is(head)
    }

    fn own(&mut self) {}

    fn is_owned(&self) -> bool {
        true
    }

    unsafe fn write(&mut self, target: *mut Head) {
        if let Some((key, value)) = self.pair.take() {
            // SAFETY: by contract.
            unsafe {
                Node::<Q::Stored, C::Stored>::write_key(target, key);
                Node::<Q::Stored, C::Stored>::write_value(target, value);
            }
        }
    }
}

/// `forget_if`: how many were forgotten. Values of another type (another instantiation's) are not asked about.
pub fn forget_if<R: 'static, St, F>(store: &St, mut forget: F) -> usize
where
    St: Store,
    F: FnMut(KeyRef<'_>, &R) -> bool,
{
    let Some((engine, _)) = store.parts() else { return 0 };
    St::Sharing::retain(engine, &mut |key, value| value.downcast_ref().is_none_or(|value| !forget(key, value)))
}
