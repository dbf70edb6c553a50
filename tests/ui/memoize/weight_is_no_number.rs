//! A weight that is no integer.

use memokit::memoize;

#[memoize(max_weight = "1KB", weight = |_, value| value.clone())]
fn shout(text: &str) -> String {
    text.to_uppercase()
}

fn main() {}
