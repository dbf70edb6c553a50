//! A time to live with minutes before hours.

use memokit::memoize;

#[memoize(ttl = "30m1h")]
fn length(text: &str) -> usize {
    text.len()
}

fn main() {}
