//! `jitter` without a time to live.

use memokit::memoize;

#[memoize(jitter = 0.1)]
fn length(text: &str) -> usize {
    text.len()
}

fn main() {}
