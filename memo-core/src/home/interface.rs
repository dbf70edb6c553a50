//! What calls need of the place where a cache lives.

use std::hash::BuildHasher;

use crate::engine::{Face, Store};
use crate::registry::CacheRef;

/// The place where a cache lives.
pub trait Home {
    #[doc(hidden)]
    type Sharing: Face;
    #[doc(hidden)]
    type Hasher: BuildHasher + 'static;
    /// The store and its hasher. `None` where the thread's locals are gone already.
    #[doc(hidden)]
    fn parts(&self) -> Option<(&Store<Self::Sharing>, &Self::Hasher)>;
    #[doc(hidden)]
    fn typed(&self) -> bool;
}

/// The home of a function's cache, which is listed.
pub trait Registered: Home {
    /// The cache with its types erased.
    #[doc(hidden)]
    fn cache(&self) -> CacheRef;
}

/// A home that can hold these keys and values.
pub trait Holds<K, V>: Home {}
