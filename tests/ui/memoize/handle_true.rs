//! The handle is there anyway.

use memokit::memoize;

#[memoize(handle = true)]
fn length(text: &str) -> usize {
    text.len()
}

fn main() {}
