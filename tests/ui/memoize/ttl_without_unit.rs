//! A time to live without a unit.

use memokit::memoize;

#[memoize(ttl = 10)]
fn length(text: &str) -> usize {
    text.len()
}

fn main() {}
