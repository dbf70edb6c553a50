//! A bare number.

use memokit::memoize;

#[memoize(ttl = 10)]
fn length(text: &str) -> usize {
    text.len()
}

fn main() {}
