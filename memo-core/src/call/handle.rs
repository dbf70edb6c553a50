//! Operations on the whole cache of a function: `cache_info`, `cache_clear`, `resize`, `forget_if`
//! and others.

use std::any::Any;
use std::marker::PhantomData;

use crate::engine::{Face, Judge, JudgeIn, WholeFace};
use crate::home::{Home, Registered};
use crate::info::{CacheInfo, CacheParameters};
use crate::key::{Components, KeyRef};
use crate::registry::CacheRef;

/// `cache_info`: returns the statistics.
pub fn info<H: Home>(home: &H) -> CacheInfo {
    home.parts().map(|(store, _)| H::Sharing::info(store)).unwrap_or_default()
}

/// `cache_clear`: removes all entries and resets the statistics.
pub fn clear<H: Home>(home: &H) {
    if let Some((store, _)) = home.parts() {
        H::Sharing::clear(store);
    }
}

/// `cache_reset_info`: resets the statistics, and keeps the entries.
pub fn reset_info<H: Home>(home: &H) {
    if let Some((store, _)) = home.parts() {
        H::Sharing::reset_info(store);
    }
}

/// `cache_parameters`: returns the configuration.
pub fn parameters<H: Home>(home: &H) -> CacheParameters {
    home.parts().map(|(store, _)| H::Sharing::parameters(store, home.typed())).unwrap_or_default()
}

/// `resize`: changes the capacity.
pub fn resize<H: Home>(home: &H, max_entries: usize) {
    if let Some((store, _)) = home.parts() {
        H::Sharing::resize(store, max_entries);
    }
}

/// `cache`: returns a type-erased handle.
pub fn cache<H: Registered>(home: &H) -> CacheRef {
    home.cache()
}

/// Counts a call that `when` kept from the cache.
pub fn bypassed<H: Home>(home: &H) {
    if let Some((store, _)) = home.parts() {
        H::Sharing::bypassed(store);
    }
}

/// `forget_if`: removes the entries for which `forget` returns `true`, and returns their number.
/// Values of another type (of another instantiation) stay.
pub fn forget_if<R: 'static, H, F>(home: &H, forget: F) -> usize
where
    H: Home,
    ForgetIf<F, R>: JudgeIn<H::Sharing, dyn Components>,
{
    let Some((store, _)) = home.parts() else { return 0 };
    H::Sharing::forget_if(store, &ForgetIf(forget, PhantomData).into_predicate())
}

/// The predicate of a call of `forget_if`, over values of one type.
pub struct ForgetIf<F, R>(F, PhantomData<fn(&R)>);

impl<F: Fn(KeyRef<'_>, &R) -> bool + 'static, R: 'static> Judge<dyn Components> for ForgetIf<F, R> {
    fn forgets(&self, key: &dyn Components, value: &dyn Any) -> bool {
        value.downcast_ref().is_some_and(|value| (self.0)(KeyRef::new(key), value))
    }
}
