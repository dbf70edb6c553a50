//! A part of an argument cannot be left out.

use memokit::memoize;

#[memoize(ignore(loud))]
fn length((text, loud): (&str, bool)) -> usize {
    text.len() + usize::from(loud)
}

fn main() {}
