//! A word that stands alone.

use memokit::memoize;

#[memoize(local = true)]
fn length(text: &str) -> usize {
    text.len()
}

fn main() {}
