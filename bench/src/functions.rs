//! One function under every attribute.
//!
//! A bound is part of an attribute, and so is the type of a key: each kind of key and each size is a module of its own.

/// Makes a module of functions of one kind of key, at one bound, and what enters them into a race.
///
/// The parameters are passed in tokens: behind a `ty` the peer's attribute would not see that they are references, and key by them.
macro_rules! memoized {
    (
        $module:ident, $kind:ty, $bound:tt, |$key:ident|
        borrowed($($parameters:tt)*) = ($($arguments:expr),*) => $body:expr,
        cached($($convert:tt)*),
        owned($($owned_parameters:tt)*) = ($($owned_arguments:expr),*) => $owned_body:expr $(,)?
    ) => {
        #[allow(dead_code, unused_imports, reason = "not every question asks all of them, and of what")]
        #[allow(clippy::needless_pass_by_value, reason = "keys are passed as peers want them")]
        pub(crate) mod $module {
            use super::*;
            use ::cached::macros::{cached, concurrent_cached};
            use ::memokit::memoize;
            use $crate::race::{Enter, Role};

            #[memoize(lru = $bound)]
            fn lru($($parameters)*) -> u64 {
                $body
            }

            #[memoize(lru = $bound, single_flight = false)]
            fn without_flights($($parameters)*) -> u64 {
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

            // The attribute that its documentation begins with.
            #[cached(max_size = $bound $($convert)*)]
            fn cached_one_lock($($parameters)*) -> u64 {
                $body
            }

            // What comes nearest to our default: once per key at a time.
            #[cached(max_size = $bound, sync_writes = "by_key" $($convert)*)]
            fn cached_by_key($($parameters)*) -> u64 {
                $body
            }

            // The one that it recommends where threads share the cache.
            #[concurrent_cached(max_size = $bound $($convert)*)]
            fn cached_sharded($($parameters)*) -> u64 {
                $body
            }

            // By its own name for the attribute, which is ours too.
            #[::memoize::memoize(Capacity: $bound)]
            fn memoize_local($($owned_parameters)*) -> u64 {
                $owned_body
            }

            #[::memoize::memoize(SharedCache, Capacity: $bound)]
            fn memoize_shared($($owned_parameters)*) -> u64 {
                $owned_body
            }

            /// Ours that have a bound.
            pub(crate) fn ours(race: &mut impl Enter<$kind>) {
                race.enter(Role::Ours, "memokit #[memoize(lru)]", |$key: $kind| lru($($arguments),*));
                race.enter(Role::Ours, "memokit #[memoize(max)]", |$key: $kind| max($($arguments),*));
                race.enter(Role::Ours, "memokit #[memoize(lru, local)]", |$key: $kind| local($($arguments),*));
            }

            /// Ours without one: for questions in which everything hits.
            pub(crate) fn our_unbounded(race: &mut impl Enter<$kind>) {
                race.enter(Role::Ours, "memokit #[memoize]", |$key: $kind| unbounded($($arguments),*));
            }

            /// Ours when everybody computes for himself: for questions of misses.
            pub(crate) fn our_flightless(race: &mut impl Enter<$kind>) {
                race.enter(Role::Ours, "memokit #[memoize(lru, single_flight = false)]", |$key: $kind| without_flights($($arguments),*));
            }

            pub(crate) fn theirs(race: &mut impl Enter<$kind>) {
                race.enter(Role::Peer, "cached #[cached(max_size)]", |$key: $kind| cached_one_lock($($arguments),*));
                race.enter(Role::Peer, "cached #[concurrent_cached(max_size)]", |$key: $kind| cached_sharded($($arguments),*));
                race.enter(Role::Peer, "memoize #[memoize(Capacity)], local", |$key: $kind| memoize_local($($owned_arguments),*));
                race.enter(Role::Peer, "memoize #[memoize(SharedCache, Capacity)]", |$key: $kind| memoize_shared($($owned_arguments),*));
            }

            /// All that have a bound: for questions of misses.
            pub(crate) fn everybody(race: &mut impl Enter<$kind>) {
                ours(race);
                our_flightless(race);
                theirs(race);
                their_flights(race);
            }

            /// Theirs with single flight: for questions of misses.
            pub(crate) fn their_flights(race: &mut impl Enter<$kind>) {
                race.enter(Role::Peer, "cached #[cached(max_size, sync_writes by_key)]", |$key: $kind| cached_by_key($($arguments),*));
            }
        }
    };
}

/// The functions of a number.
macro_rules! of_numbers {
    ($module:ident, $bound:tt) => {
        $crate::functions::memoized! {
            $module, u64, $bound, |key|
            borrowed(key: u64) = (key) => $crate::body::counted($crate::body::of_number(key)),
            cached(),
            owned(key: u64) = (key) => $crate::body::counted($crate::body::of_number(key)),
        }
    };
}

pub(crate) use {memoized, of_numbers};
