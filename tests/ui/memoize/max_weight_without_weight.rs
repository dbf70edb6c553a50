//! A bound by weight, and nothing weighs.

use memokit::memoize;

#[memoize(max_weight = "64MB")]
fn shout(text: &str) -> String {
    text.to_uppercase()
}

fn main() {}
