//! A field of nobody.

use memokit::memoize;

#[memoize(in = self.cache)]
fn length(text: &str) -> usize {
    text.len()
}

fn main() {}
