//! An option that resembles none of ours: all options are listed.

use memokit::memoize;

#[memoize(namespace = "x", lru = 3)]
fn length(text: &str) -> usize {
    text.len()
}

fn main() {}
