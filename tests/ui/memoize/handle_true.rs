//! `handle = true`, which is the default.

use memokit::memoize;

#[memoize(handle = true)]
fn length(text: &str) -> usize {
    text.len()
}

fn main() {}
