//! `in` for a function without `self`.

use memokit::memoize;

#[memoize(in = self.cache)]
fn length(text: &str) -> usize {
    text.len()
}

fn main() {}
