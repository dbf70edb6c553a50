//! An option given twice.

use memokit::memoize;

#[memoize(lru = 128, ttl = "10s", lru = 256)]
fn length(text: &str) -> usize {
    text.len()
}

fn main() {}
