//! Operations of a handle on the whole store of a function.

use crate::engine::{Face, retain_shown};
use crate::home::{Home, Registered};
use crate::info::{CacheInfo, CacheParameters};
use crate::key::{Components, KeyRef};
use crate::registry::CacheRef;

/// `cache_info`
pub fn info<H: Home>(home: &H) -> CacheInfo {
    home.parts().map(|(store, _)| H::Sharing::info(store)).unwrap_or_default()
}

/// `cache_clear`
pub fn clear<H: Home>(home: &H) {
    if let Some((store, _)) = home.parts() {
        H::Sharing::clear(store);
    }
}

/// `cache_parameters`
pub fn parameters<H: Home>(home: &H) -> CacheParameters {
    home.parts().map(|(store, _)| H::Sharing::parameters(store, home.typed())).unwrap_or_default()
}

/// `resize`
pub fn resize<H: Home>(home: &H, max_entries: usize) {
    if let Some((store, _)) = home.parts() {
        H::Sharing::resize(store, max_entries);
    }
}

/// `cache`
pub fn cache<H: Registered>(home: &H) -> CacheRef {
    home.cache()
}

/// A call that `when` kept from the cache.
pub fn bypassed<H: Home>(home: &H) {
    if let Some((store, _)) = home.parts() {
        H::Sharing::bypassed(store);
    }
}

/// `forget_if`: the number of removed entries. Values of another type (another instantiation's)
/// stay.
pub fn forget_if<R: 'static, H, F>(home: &H, mut forget: F) -> usize
where
    H: Home,
    F: FnMut(KeyRef<'_>, &R) -> bool,
{
    let Some((store, _)) = home.parts() else { return 0 };
    retain_shown::<_, dyn Components>(store, &mut |key, value| {
        value.downcast_ref().is_none_or(|value| !forget(KeyRef::new(key), value))
    })
}
