//! The operations of a handle.

use std::time::Duration;

use super::{Asking, Writing, place, terms};
use crate::engine::Request;
use crate::engine::stats::Count;
use crate::info::{CacheInfo, CacheParameters};
use crate::keep::{Keep, Returns};
use crate::key::{KeyRef, Lookup};
use crate::registry::CacheRef;
use crate::site::{Holds, Listed, Store};

/// `cache_info`
pub fn info<St: Store>(store: &St) -> CacheInfo {
    store.place().map(|(engine, _)| engine.info()).unwrap_or_default()
}

/// `cache_clear`
pub fn clear<St: Store>(store: &St) {
    if let Some((engine, _)) = store.place() {
        engine.clear();
    }
}

/// `cache_parameters`
pub fn parameters<St: Store>(store: &St) -> CacheParameters {
    store.place().map(|(engine, _)| engine.parameters(store.typed())).unwrap_or_default()
}

/// `resize`
pub fn resize<St: Store>(store: &St, max_entries: usize) {
    if let Some((engine, _)) = store.place() {
        engine.resize(max_entries);
    }
}

/// `cache`
pub fn cache<St: Listed>(store: &St) -> CacheRef {
    store.cache()
}

/// A call that `when` kept from the cache.
pub fn bypassed<St: Store>(store: &St) {
    if let Some((engine, _)) = store.place() {
        engine.stats().count(Count::Bypassed);
    }
}

/// `peek`
pub fn peek<St, Q, R, Kp>(store: &St, query: &Q, keep: Kp) -> Option<R>
where
    St: Holds<Q::Stored, Kp::Stored>,
    Q: Lookup,
    Kp: Keep<R>,
{
    let place = place(store, query)?;
    place.find(query, |hit| keep.give(hit.value())).ok()
}

/// `contains`
pub fn contains<St, Q, R, Kp>(store: &St, query: &Q, _keep: Kp) -> bool
where
    St: Holds<Q::Stored, Kp::Stored>,
    Q: Lookup,
    Kp: Keep<R>,
{
    place::<St, Q, Kp::Stored>(store, query).is_some_and(|place| place.find(query, |_| ()).is_ok())
}

/// `expires_in`
pub fn expires_in<St, Q, R, Kp>(store: &St, query: &Q, _keep: Kp) -> Option<Duration>
where
    St: Holds<Q::Stored, Kp::Stored>,
    Q: Lookup,
    Kp: Keep<R>,
{
    let place = place::<St, Q, Kp::Stored>(store, query)?;
    place.find(query, |hit| hit.expires_in()).ok()?
}

/// `forget`: whether there was something to forget.
pub fn forget<St, Q, R, Kp>(store: &St, query: &Q, _keep: Kp) -> bool
where
    St: Holds<Q::Stored, Kp::Stored>,
    Q: Lookup,
    Kp: Keep<R>,
{
    place::<St, Q, Kp::Stored>(store, query).is_some_and(|place| {
        let asking = Asking::<Q, Kp::Stored>::new(query);
        place.engine.remove(place.hash, place.kind.number(), &|head| asking.is(head), &mut |_| ())
    })
}

/// `put`: a value that is never kept, such as an `Err`, still makes room for the truth: what was there is forgotten.
#[expect(clippy::needless_pass_by_value, reason = "as the handle's `put` takes it")]
pub fn put<St, Q, R, Kp, W>(store: &St, query: &Q, keep: Kp, value: R, write: W)
where
    St: Holds<Q::Stored, Kp::Stored>,
    Q: Lookup,
    Kp: Keep<R>,
    W: for<'w> FnOnce(Writing<'w, Q::Stored, R>) -> Writing<'w, Q::Stored, R>,
{
    let Some(place) = place::<St, Q, Kp::Stored>(store, query) else { return };
    let (hash, kind) = (place.hash, place.kind.number());
    let mut asking = Asking::<Q, Kp::Stored>::new(query);
    asking.value = keep.stored(&value);
    if asking.value.is_none() {
        place.engine.remove(hash, kind, &|head| asking.is(head), &mut |_| ());
        return;
    }
    let key = query.to_stored();
    let terms = terms(&key, &value, keep, write);
    asking.key = Some(key);
    place.engine.insert(hash, kind, &mut asking, &terms);
}

/// `with`: looks at the value without cloning it. `Err` gives the look back where there is no value.
///
/// # Errors
///
/// If the value is not there.
pub fn look<St, Q, R, Kp, T, F>(store: &St, query: &Q, _keep: Kp, look: F) -> Result<T, F>
where
    St: Holds<Q::Stored, Kp::Stored>,
    Q: Lookup,
    Kp: Keep<R>,
    F: FnOnce(&R) -> T,
{
    let Some(place) = place::<St, Q, Kp::Stored>(store, query) else { return Err(look) };
    // `look` goes with the hit, or back.
    let mut look = Some(look);
    let seen = place.find(query, |hit| {
        hit.touch();
        look.take().map(|look| look(Kp::view(hit.value())))
    });
    seen.ok().flatten().ok_or(()).or_else(|()| look.map_or_else(|| unreachable!("used on a hit only"), Err))
}

/// `forget_if`: how many were forgotten. Values of another type (another instantiation's) are not asked about.
pub fn forget_if<St, R, Kp>(
    store: &St,
    _returns: Returns<R>,
    _keep: Kp,
    mut forget: impl FnMut(KeyRef<'_>, &R) -> bool,
) -> usize
where
    St: Store,
    Kp: Keep<R>,
{
    let Some((engine, _)) = store.place() else { return 0 };
    engine.retain(|head, kind| {
        let Some((args, value)) = engine.show(head, kind) else { return true };
        // SAFETY: the entry is held while this looks at it.
        let (args, value) = unsafe { (&*args, &*value) };
        let value = value.downcast_ref::<Kp::Stored>();
        value.is_none_or(|value| !forget(KeyRef::new(args), Kp::view(value)))
    })
}
