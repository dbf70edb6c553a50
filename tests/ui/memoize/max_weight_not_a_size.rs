//! A weight bound with an unknown unit.

use memokit::memoize;

#[memoize(max_weight = "64 apples", weight = |_, value| value.len())]
fn shout(text: &str) -> String {
    text.to_uppercase()
}

fn main() {}
