//! The operations of a handle.

use std::time::Duration;

use super::{Writing, give, recognise, terms};
use crate::engine::stats::Count;
use crate::entry::{Pair, Payload};
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
    let (engine, hasher) = store.place()?;
    let node = engine.find(query.hash(hasher), recognise::<St, Q, Kp::Stored>(query))?;
    give::<St, Q::Stored, R, Kp>(&node, keep)
}

/// `contains`
pub fn contains<St, Q, R, Kp>(store: &St, query: &Q, _keep: Kp) -> bool
where
    St: Holds<Q::Stored, Kp::Stored>,
    Q: Lookup,
    Kp: Keep<R>,
{
    store.place().is_some_and(|(engine, hasher)| {
        engine.find(query.hash(hasher), recognise::<St, Q, Kp::Stored>(query)).is_some()
    })
}

/// `expires_in`
pub fn expires_in<St, Q, R, Kp>(store: &St, query: &Q, _keep: Kp) -> Option<Duration>
where
    St: Holds<Q::Stored, Kp::Stored>,
    Q: Lookup,
    Kp: Keep<R>,
{
    let (engine, hasher) = store.place()?;
    let node = engine.find(query.hash(hasher), recognise::<St, Q, Kp::Stored>(query))?;
    engine.expires_in(&node)
}

/// `forget`: whether there was something to forget.
pub fn forget<St, Q, R, Kp>(store: &St, query: &Q, _keep: Kp) -> bool
where
    St: Holds<Q::Stored, Kp::Stored>,
    Q: Lookup,
    Kp: Keep<R>,
{
    store.place().is_some_and(|(engine, hasher)| {
        engine.remove(query.hash(hasher), recognise::<St, Q, Kp::Stored>(query)).is_some()
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
    let Some((engine, hasher)) = store.place() else { return };
    let hash = query.hash(hasher);
    let is = recognise::<St, Q, Kp::Stored>(query);
    let Some(stored) = keep.stored(&value) else {
        engine.remove(hash, is);
        return;
    };
    let key = query.to_stored();
    let terms = terms(&key, &value, keep, write);
    engine.insert(&St::node(hash, Pair::ready(key, stored)), is, &terms);
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
    let Some((engine, hasher)) = store.place() else { return Err(look) };
    let Some(node) = engine.find(query.hash(hasher), recognise::<St, Q, Kp::Stored>(query)) else {
        return Err(look);
    };
    let Some(value) = St::pair(&node.payload).and_then(Pair::value) else { return Err(look) };
    engine.hit(&node);
    Ok(look(Kp::view(value)))
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
    engine.retain(|payload| {
        let value = payload.any_value().and_then(|value| value.downcast_ref::<Kp::Stored>());
        value.is_none_or(|value| !forget(KeyRef::new(payload.args()), Kp::view(value)))
    })
}
