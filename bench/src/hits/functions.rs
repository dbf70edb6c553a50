//! The functions whose hits are measured, by kind of key and size. Their bodies are counted.

use crate::body::{counted, of_four, of_pair, of_text};
use crate::functions::{memoized, of_numbers};
use crate::keys::{Four, Pair, Text};
use crate::race::Race;

/// The functions of one size, entered by type and not through pointers: calls are inlined as they would be in a program.
pub(super) struct Size<K> {
    pub(super) entries: usize,
    pub(super) bound: usize,
    pub(super) ours: fn(&mut Race<K>),
    pub(super) our_unbounded: fn(&mut Race<K>),
    pub(super) theirs: fn(&mut Race<K>),
}

macro_rules! size {
    ($module:ident, $entries:literal, $bound:literal) => {
        Size {
            entries: $entries,
            bound: $bound,
            ours: $module::ours,
            our_unbounded: $module::our_unbounded,
            theirs: $module::theirs,
        }
    };
}

of_numbers!(numbers_100, 200);
of_numbers!(numbers_10_000, 20_000);
of_numbers!(numbers_1_000_000, 2_000_000);
pub(super) const NUMBERS: [Size<u64>; 3] = [
    size!(numbers_100, 100, 200),
    size!(numbers_10_000, 10_000, 20_000),
    size!(numbers_1_000_000, 1_000_000, 2_000_000),
];

macro_rules! pairs {
    ($module:ident, $bound:tt) => {
        memoized! {
            $module, Pair, $bound, |key|
            borrowed(a: u64, b: u64) = (key.0, key.1) => counted(of_pair(a, b)),
            cached(),
            owned(a: u64, b: u64) = (key.0, key.1) => counted(of_pair(a, b)),
        }
    };
}

pairs!(pairs_100, 200);
pairs!(pairs_10_000, 20_000);
pub(super) const PAIRS: [Size<Pair>; 2] = [size!(pairs_100, 100, 200), size!(pairs_10_000, 10_000, 20_000)];

macro_rules! texts {
    ($module:ident, $length:literal, $bound:tt) => {
        memoized! {
            $module, Text<$length>, $bound, |key|
            borrowed(key: &str) = (key.0) => counted(of_text(key)),
            cached(),
            // It cannot keep what a reference points to.
            owned(key: String) = (key.0.to_owned()) => counted(of_text(&key)),
        }
    };
}

texts!(short_100, 20, 200);
texts!(short_10_000, 20, 20_000);
pub(super) const SHORT: [Size<Text<20>>; 2] = [size!(short_100, 100, 200), size!(short_10_000, 10_000, 20_000)];

texts!(long_100, 200, 200);
texts!(long_10_000, 200, 20_000);
pub(super) const LONG: [Size<Text<200>>; 2] = [size!(long_100, 100, 200), size!(long_10_000, 10_000, 20_000)];

macro_rules! fours {
    ($module:ident, $bound:tt) => {
        memoized! {
            $module, Four, $bound, |key|
            borrowed(name: &str, list: &[u32], rate: f64, tag: Option<&str>) =
                (key.name, key.list, f64::from_bits(key.rate), key.tag) => counted(of_four(name, list, rate.to_bits(), tag)),
            // As its documentation says of floats, and of what is behind an `Option`.
            cached(
                , key = "(String, Vec<u32>, u64, Option<String>)",
                convert = r#"{ (name.to_owned(), list.to_vec(), rate.to_bits(), tag.map(str::to_owned)) }"#
            ),
            // It has no conversion, and a float is no key: the caller passes what can be one.
            owned(name: String, list: Vec<u32>, rate: u64, tag: Option<String>) =
                (key.name.to_owned(), key.list.to_vec(), key.rate, key.tag.map(str::to_owned)) =>
                counted(of_four(&name, &list, rate, tag.as_deref())),
        }
    };
}

fours!(fours_100, 200);
fours!(fours_10_000, 20_000);
pub(super) const FOURS: [Size<Four>; 2] = [size!(fours_100, 100, 200), size!(fours_10_000, 10_000, 20_000)];
