//! The same two functions under every attribute and at every size: a bound is part of an attribute.

use cached::macros::{cached, concurrent_cached};
use memokit::memoize;

use crate::body::counted;
use crate::race::{Race, Role};

/// The functions of one size, entered by type and not through pointers: calls are inlined as they would be in a program.
pub(super) struct Size {
    pub(super) entries: usize,
    pub(super) bound: usize,
    pub(super) our_numbers: fn(&mut Race<u64>),
    pub(super) their_numbers: fn(&mut Race<u64>),
    pub(super) our_texts: fn(&mut Race<&'static str>),
    pub(super) their_texts: fn(&mut Race<&'static str>),
}

pub(super) const SIZES: [Size; 2] = [hundred::SIZE, ten_thousand::SIZE];

// The key is passed in tokens: behind a `ty` the peer's attribute would not see that it is a reference, and key by it.
macro_rules! functions {
    ($module:ident, [$($key:tt)+], $entered:ty, $bound:tt) => {
        mod $module {
            use super::*;

            #[memoize(lru = $bound)]
            fn lru(key: $($key)+) -> u64 {
                counted(key)
            }

            #[memoize(max = $bound)]
            fn max(key: $($key)+) -> u64 {
                counted(key)
            }

            #[memoize]
            fn unbounded(key: $($key)+) -> u64 {
                counted(key)
            }

            #[memoize(lru = $bound, local)]
            fn local(key: $($key)+) -> u64 {
                counted(key)
            }

            // The attribute that its documentation begins with.
            #[cached(max_size = $bound)]
            fn peer(key: $($key)+) -> u64 {
                counted(key)
            }

            // The one that it recommends where threads share the cache.
            #[concurrent_cached(max_size = $bound)]
            fn sharded_peer(key: $($key)+) -> u64 {
                counted(key)
            }

            pub(super) fn ours(race: &mut Race<$entered>) {
                race.enter(Role::Ours, "memokit #[memoize(lru)]", |key| lru(key));
                race.enter(Role::Ours, "memokit #[memoize(max)]", |key| max(key));
                race.enter(Role::Ours, "memokit #[memoize]", |key| unbounded(key));
                race.enter(Role::Ours, "memokit #[memoize(lru, local)]", |key| local(key));
            }

            pub(super) fn theirs(race: &mut Race<$entered>) {
                race.enter(Role::Peer, "cached #[cached(max_size)]", |key| peer(key));
                race.enter(Role::Peer, "cached #[concurrent_cached(max_size)]", |key| sharded_peer(key));
            }
        }
    };
}

macro_rules! size {
    ($module:ident, $entries:tt, $bound:tt) => {
        mod $module {
            use super::*;

            functions!(numbers, [u64], u64, $bound);
            functions!(texts, [&str], &'static str, $bound);

            pub(super) const SIZE: Size = Size {
                entries: $entries,
                bound: $bound,
                our_numbers: numbers::ours,
                their_numbers: numbers::theirs,
                our_texts: texts::ours,
                their_texts: texts::theirs,
            };
        }
    };
}

size!(hundred, 100, 200);
size!(ten_thousand, 10_000, 20_000);
