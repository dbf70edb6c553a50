//! `ignore` of a part of an argument.

use memokit::memoize;

#[memoize(ignore(loud))]
fn length((text, loud): (&str, bool)) -> usize {
    text.len() + usize::from(loud)
}

fn main() {}
