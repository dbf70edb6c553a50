//! A value for an option without one.

use memokit::memoize;

#[memoize(local = true)]
fn length(text: &str) -> usize {
    text.len()
}

fn main() {}
