//! The functions whose hits are measured, by type of key and number of entries. Runs of their
//! bodies are counted.

use crate::body::{counted, of_four, of_pair, of_text};
use crate::functions::{memoized, memoized_of_number};
use crate::harness::SingleThread;
use crate::keys::{Four, Pair, Text};

/// The memoized functions for one number of entries. They are added by their types and not as
/// function pointers, so that calls are inlined as they would be in a program.
pub(super) struct Functions<K> {
    pub(super) entries: usize,
    pub(super) bound: usize,
    pub(super) add_ours: fn(&mut SingleThread<K>),
    pub(super) add_our_unbounded: fn(&mut SingleThread<K>),
    pub(super) add_peers: fn(&mut SingleThread<K>),
}

macro_rules! functions {
    ($module:ident, $entries:literal, $bound:literal) => {
        Functions {
            entries: $entries,
            bound: $bound,
            add_ours: $module::add_ours,
            add_our_unbounded: $module::add_our_unbounded,
            add_peers: $module::add_peers,
        }
    };
}

memoized_of_number!(numbers_100, 200);
memoized_of_number!(numbers_10_000, 20_000);
memoized_of_number!(numbers_1_000_000, 2_000_000);
pub(super) const NUMBERS: [Functions<u64>; 3] = [
    functions!(numbers_100, 100, 200),
    functions!(numbers_10_000, 10_000, 20_000),
    functions!(numbers_1_000_000, 1_000_000, 2_000_000),
];

macro_rules! memoized_of_pair {
    ($module:ident, $bound:tt) => {
        memoized! {
            $module, Pair, $bound, |key|
            borrowed(a: u64, b: u64) = (key.0, key.1) => counted(of_pair(a, b)),
            cached(),
            owned(a: u64, b: u64) = (key.0, key.1) => counted(of_pair(a, b)),
        }
    };
}

memoized_of_pair!(pairs_100, 200);
memoized_of_pair!(pairs_10_000, 20_000);
pub(super) const PAIRS: [Functions<Pair>; 2] =
    [functions!(pairs_100, 100, 200), functions!(pairs_10_000, 10_000, 20_000)];

macro_rules! memoized_of_text {
    ($module:ident, $length:literal, $bound:tt) => {
        memoized! {
            $module, Text<$length>, $bound, |key|
            borrowed(key: &str) = (key.0) => counted(of_text(key)),
            cached(),
            // It cannot store what a reference points to.
            owned(key: String) = (key.0.to_owned()) => counted(of_text(&key)),
        }
    };
}

memoized_of_text!(short_100, 20, 200);
memoized_of_text!(short_10_000, 20, 20_000);
pub(super) const SHORT_TEXTS: [Functions<Text<20>>; 2] =
    [functions!(short_100, 100, 200), functions!(short_10_000, 10_000, 20_000)];

memoized_of_text!(long_100, 200, 200);
memoized_of_text!(long_10_000, 200, 20_000);
pub(super) const LONG_TEXTS: [Functions<Text<200>>; 2] =
    [functions!(long_100, 100, 200), functions!(long_10_000, 10_000, 20_000)];

macro_rules! memoized_of_four {
    ($module:ident, $bound:tt) => {
        memoized! {
            $module, Four, $bound, |key|
            borrowed(name: &str, list: &[u32], rate: f64, tag: Option<&str>) =
                (key.name, key.list, f64::from_bits(key.rate), key.tag) => counted(of_four(name, list, rate.to_bits(), tag)),
            // As its documentation recommends for floats, and for references inside an `Option`.
            cached(
                , key = "(String, Vec<u32>, u64, Option<String>)",
                convert = r#"{ (name.to_owned(), list.to_vec(), rate.to_bits(), tag.map(str::to_owned)) }"#
            ),
            // It has no conversion, and a float cannot be a key: the caller passes its bits.
            owned(name: String, list: Vec<u32>, rate: u64, tag: Option<String>) =
                (key.name.to_owned(), key.list.to_vec(), key.rate, key.tag.map(str::to_owned)) =>
                counted(of_four(&name, &list, rate, tag.as_deref())),
        }
    };
}

memoized_of_four!(fours_100, 200);
memoized_of_four!(fours_10_000, 20_000);
pub(super) const FOURS: [Functions<Four>; 2] =
    [functions!(fours_100, 100, 200), functions!(fours_10_000, 10_000, 20_000)];
