//! The home of a cache: the static, thread or field that a call finds its store in.

use std::hash::BuildHasher;

use crate::engine::{Face, Store};
use crate::registry::CacheRef;

/// The home of a cache.
pub trait Home {
    #[doc(hidden)]
    type Sharing: Face;
    #[doc(hidden)]
    type Hasher: BuildHasher + 'static;
    /// Returns the store and its hasher. `None` if the thread's locals have been destroyed.
    #[doc(hidden)]
    fn parts(&self) -> Option<(&Store<Self::Sharing>, &Self::Hasher)>;
    #[doc(hidden)]
    fn typed(&self) -> bool;
}

/// The home of a function's cache, which the registry lists.
pub trait Registered: Home {
    /// Returns a type-erased handle to the cache.
    #[doc(hidden)]
    fn cache(&self) -> CacheRef;
}

/// A home that can hold these keys and values.
pub trait Holds<K, V>: Home {}
