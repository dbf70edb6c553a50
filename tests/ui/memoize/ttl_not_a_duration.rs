//! No unit of time.

use memokit::memoize;

#[memoize(ttl = "10 parsecs")]
fn length(text: &str) -> usize {
    text.len()
}

fn main() {}
