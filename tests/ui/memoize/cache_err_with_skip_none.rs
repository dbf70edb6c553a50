//! `cache_err` is for results, `skip_none` for options.

use memokit::memoize;

#[memoize(cache_err, skip_none)]
fn parse(text: &str) -> Option<u32> {
    text.parse().ok()
}

fn main() {}
