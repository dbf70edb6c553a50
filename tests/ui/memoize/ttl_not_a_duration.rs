//! A time to live with an unknown unit.

use memokit::memoize;

#[memoize(ttl = "10 parsecs")]
fn length(text: &str) -> usize {
    text.len()
}

fn main() {}
