//! A time to live of zero.

use memokit::memoize;

#[memoize(ttl = "0s")]
fn length(text: &str) -> usize {
    text.len()
}

fn main() {}
