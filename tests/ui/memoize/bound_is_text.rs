//! A number of entries in quotes.

use memokit::memoize;

#[memoize(lru = "128")]
fn length(text: &str) -> usize {
    text.len()
}

fn main() {}
