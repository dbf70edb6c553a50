//! `key` and `ignore` together: both define the key.

use memokit::memoize;

#[memoize(key = text, ignore(loud))]
fn length(text: &str, loud: bool) -> usize {
    text.len() + usize::from(loud)
}

fn main() {}
