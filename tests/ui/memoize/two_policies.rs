//! Two bounds in entries.

use memokit::memoize;

#[memoize(lru = 128, lfu = 128)]
fn length(text: &str) -> usize {
    text.len()
}

fn main() {}
