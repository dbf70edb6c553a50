//! One is for results, the other for options.

use memokit::memoize;

#[memoize(cache_err, skip_none)]
fn parse(text: &str) -> Option<u32> {
    text.parse().ok()
}

fn main() {}
