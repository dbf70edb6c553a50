//! A jitter of more than 1.0.

use memokit::memoize;

#[memoize(ttl = "10s", jitter = 1.5)]
fn length(text: &str) -> usize {
    text.len()
}

fn main() {}
