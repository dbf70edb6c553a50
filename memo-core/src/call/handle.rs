//! The operations of a handle.

use std::ptr;
use std::time::Duration;

use super::cold::Cold;
use super::{Asking, Writing, place};
use crate::engine::{Found, Request, Terms};
use crate::info::{CacheInfo, CacheParameters};
use crate::keep::Keep;
use crate::key::{KeyRef, Lookup};
use crate::registry::CacheRef;
use crate::site::{Holds, Listed, Store};
use crate::table::{Head, Node};

/// `cache_info`
pub fn info<St: Store>(store: &St) -> CacheInfo {
    store.place().map(|(engine, _)| St::Scope::info(engine)).unwrap_or_default()
}

/// `cache_clear`
pub fn clear<St: Store>(store: &St) {
    if let Some((engine, _)) = store.place() {
        St::Scope::clear(engine);
    }
}

/// `cache_parameters`
pub fn parameters<St: Store>(store: &St) -> CacheParameters {
    store.place().map(|(engine, _)| St::Scope::parameters(engine, store.typed())).unwrap_or_default()
}

/// `resize`
pub fn resize<St: Store>(store: &St, max_entries: usize) {
    if let Some((engine, _)) = store.place() {
        St::Scope::resize(engine, max_entries);
    }
}

/// `cache`
pub fn cache<St: Listed>(store: &St) -> CacheRef {
    store.cache()
}

/// A call that `when` kept from the cache.
pub fn bypassed<St: Store>(store: &St) {
    if let Some((engine, _)) = store.place() {
        St::Scope::bypassed(engine);
    }
}

/// The query's entry, wherever it is.
fn find<'a, St, Q, R, Kp>(store: &'a St, query: &Q, keep: Kp) -> Option<Found<'a, St::Scope>>
where
    St: Holds<Q::Stored, Kp::Stored>,
    Q: Lookup,
    Kp: Keep<R>,
{
    let place = place(store, query, keep)?;
    St::Scope::find(place.engine, place.hash, *place.kind, &Asking::<Q, R, Kp>::new(query, keep))
}

/// `peek`
pub(super) fn peek<St, Q, R, Kp>(store: &St, query: &Q, keep: Kp) -> Option<R>
where
    St: Holds<Q::Stored, Kp::Stored>,
    Q: Lookup,
    Kp: Keep<R>,
{
    let found = find(store, query, keep)?;
    // SAFETY: an entry of this kind, held.
    let node: &Node<Q::Stored, Kp::Stored> = unsafe { &*ptr::from_ref(found.head()).cast() };
    // SAFETY: it was found alive, and is published with its value.
    Some(keep.give(unsafe { node.value() }))
}

/// `contains`
pub(super) fn contains<St, Q, R, Kp>(store: &St, query: &Q, keep: Kp) -> bool
where
    St: Holds<Q::Stored, Kp::Stored>,
    Q: Lookup,
    Kp: Keep<R>,
{
    find(store, query, keep).is_some()
}

/// `expires_in`
pub(super) fn expires_in<St, Q, R, Kp>(store: &St, query: &Q, keep: Kp) -> Option<Duration>
where
    St: Holds<Q::Stored, Kp::Stored>,
    Q: Lookup,
    Kp: Keep<R>,
{
    St::Scope::expires_in(&find(store, query, keep)?)
}

/// `forget`: whether there was something to forget.
pub(super) fn forget<St, Q, R, Kp>(store: &St, query: &Q, keep: Kp) -> bool
where
    St: Holds<Q::Stored, Kp::Stored>,
    Q: Lookup,
    Kp: Keep<R>,
{
    place(store, query, keep).is_some_and(|place| {
        let asking = Asking::<Q, R, Kp>::new(query, keep);
        St::Scope::forget(place.engine, place.hash, *place.kind, &asking)
    })
}

/// `put`: a value that is never kept, such as an `Err`, still makes room for the truth: what was there is forgotten.
pub(super) fn put<St, Q, R, Kp, W>(store: &St, query: &Q, keep: Kp, value: &R, write: W)
where
    St: Holds<Q::Stored, Kp::Stored>,
    Q: Lookup,
    Kp: Keep<R>,
    W: for<'w> FnOnce(Writing<'w, Q::Stored, R>) -> Writing<'w, Q::Stored, R>,
{
    let Some(place) = place(store, query, keep) else { return };
    let (hash, kind) = (place.hash, *place.kind);
    let asking = Asking::<Q, R, Kp>::new(query, keep);
    let Some(stored) = keep.stored(value) else {
        St::Scope::forget(place.engine, hash, kind, &asking);
        return;
    };
    let key = query.to_stored();
    let terms = write(Writing { key: &key, value, terms: Terms::default() }).terms;
    St::Scope::put(place.engine, hash, kind, &mut Putting { asking, pair: Some((key, stored)) }, &terms);
}

/// A value that comes with its key.
struct Putting<'q, Q: Lookup, R, Kp: Keep<R>> {
    asking: Asking<'q, Q, R, Kp>,
    pair: Option<(Q::Stored, Kp::Stored)>,
}

impl<Q: Lookup, R, Kp: Keep<R>> Request for Putting<'_, Q, R, Kp> {
    fn is(&self, head: &Head) -> bool {
        self.asking.is(head)
    }

    fn own(&mut self) {}

    fn is_owned(&self) -> bool {
        true
    }

    unsafe fn write(&mut self, place: *mut Head) {
        if let Some((key, value)) = self.pair.take() {
            // SAFETY: by contract.
            unsafe {
                Node::<Q::Stored, Kp::Stored>::write_key(place, key);
                Node::<Q::Stored, Kp::Stored>::write_value(place, value);
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
    let Some((engine, _)) = store.place() else { return 0 };
    St::Scope::retain(engine, &mut |key, value| value.downcast_ref().is_none_or(|value| !forget(key, value)))
}
