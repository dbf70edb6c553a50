//! Entries are weighed, and nothing bounds the sum.

use memokit::memoize;

#[memoize(lru = 128, weight = |_, value| value.len())]
fn shout(text: &str) -> String {
    text.to_uppercase()
}

fn main() {}
