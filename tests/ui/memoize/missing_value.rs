//! A bound without a number.

use memokit::memoize;

#[memoize(lru)]
fn length(text: &str) -> usize {
    text.len()
}

fn main() {}
