//! Spread of expiry where nothing expires.

use memokit::memoize;

#[memoize(jitter = 0.1)]
fn length(text: &str) -> usize {
    text.len()
}

fn main() {}
