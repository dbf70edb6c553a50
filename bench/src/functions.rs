//! One function, memoized by every attribute.
//!
//! The bound is part of an attribute, and so is the type of the key: each type of key and each
//! bound needs a module of its own.

/// Makes a module of memoized functions for one type of key and one bound, and functions that add
/// them to a comparison.
///
/// Parameters are passed as tokens: inside a `ty` fragment the peer's attribute would not recognise
/// references, and would use them as keys.
macro_rules! memoized {
    (
        $module:ident, $key_type:ty, $bound:tt, |$key:ident|
        borrowed($($parameters:tt)*) = ($($arguments:expr),*) => $body:expr,
        cached($($convert:tt)*),
        owned($($owned_parameters:tt)*) = ($($owned_arguments:expr),*) => $owned_body:expr $(,)?
    ) => {
        #[allow(dead_code, unused_imports, reason = "no benchmark uses all functions of all modules")]
        #[allow(clippy::needless_pass_by_value, reason = "keys are passed as the peers require it")]
        pub(crate) mod $module {
            use super::*;
            use ::cached::macros::{cached, concurrent_cached};
            use ::memokit::memoize;
            use $crate::harness::{AddContender, Role};

            #[memoize(lru = $bound)]
            fn lru($($parameters)*) -> u64 {
                $body
            }

            #[memoize(lru = $bound, single_flight = false)]
            fn lru_without_single_flight($($parameters)*) -> u64 {
                $body
            }

            #[memoize(max = $bound)]
            fn max($($parameters)*) -> u64 {
                $body
            }

            #[memoize]
            fn unbounded($($parameters)*) -> u64 {
                $body
            }

            #[memoize(lru = $bound, local)]
            fn local($($parameters)*) -> u64 {
                $body
            }

            // The attribute that the documentation of `cached` begins with.
            #[cached(max_size = $bound $($convert)*)]
            fn cached_one_lock($($parameters)*) -> u64 {
                $body
            }

            // Closest to our default: one computation per key at a time.
            #[cached(max_size = $bound, sync_writes = "by_key" $($convert)*)]
            fn cached_by_key($($parameters)*) -> u64 {
                $body
            }

            // The attribute that `cached` recommends if threads share the cache.
            #[concurrent_cached(max_size = $bound $($convert)*)]
            fn cached_sharded($($parameters)*) -> u64 {
                $body
            }

            // By its full path, because our attribute has the same name.
            #[::memoize::memoize(Capacity: $bound)]
            fn memoize_local($($owned_parameters)*) -> u64 {
                $owned_body
            }

            #[::memoize::memoize(SharedCache, Capacity: $bound)]
            fn memoize_shared($($owned_parameters)*) -> u64 {
                $owned_body
            }

            /// Ours with a bound.
            pub(crate) fn add_ours(to: &mut impl AddContender<$key_type>) {
                to.add(Role::Ours, "memokit #[memoize(lru)]", |$key: $key_type| lru($($arguments),*));
                to.add(Role::Ours, "memokit #[memoize(max)]", |$key: $key_type| max($($arguments),*));
                to.add(Role::Ours, "memokit #[memoize(lru, local)]", |$key: $key_type| local($($arguments),*));
            }

            /// Ours without a bound, for benchmarks in which every call hits.
            pub(crate) fn add_our_unbounded(to: &mut impl AddContender<$key_type>) {
                to.add(Role::Ours, "memokit #[memoize]", |$key: $key_type| unbounded($($arguments),*));
            }

            pub(crate) fn add_peers(to: &mut impl AddContender<$key_type>) {
                to.add(Role::Peer, "cached #[cached(max_size)]", |$key: $key_type| cached_one_lock($($arguments),*));
                to.add(Role::Peer, "cached #[concurrent_cached(max_size)]", |$key: $key_type| cached_sharded($($arguments),*));
                to.add(Role::Peer, "memoize #[memoize(Capacity)], local", |$key: $key_type| memoize_local($($owned_arguments),*));
                to.add(Role::Peer, "memoize #[memoize(SharedCache, Capacity)]", |$key: $key_type| memoize_shared($($owned_arguments),*));
            }

            /// All that have a bound, with and without single flight, for benchmarks with misses.
            pub(crate) fn add_bounded(to: &mut impl AddContender<$key_type>) {
                add_ours(to);
                to.add(Role::Ours, "memokit #[memoize(lru, single_flight = false)]", |$key: $key_type| lru_without_single_flight($($arguments),*));
                add_peers(to);
                to.add(Role::Peer, "cached #[cached(max_size, sync_writes by_key)]", |$key: $key_type| cached_by_key($($arguments),*));
            }
        }
    };
}

/// Memoized functions of one number.
macro_rules! memoized_of_number {
    ($module:ident, $bound:tt) => {
        $crate::functions::memoized! {
            $module, u64, $bound, |key|
            borrowed(key: u64) = (key) => $crate::body::counted($crate::body::of_number(key)),
            cached(),
            owned(key: u64) = (key) => $crate::body::counted($crate::body::of_number(key)),
        }
    };
}

pub(crate) use {memoized, memoized_of_number};
