//! A weight bound without a weigher.

use memokit::memoize;

#[memoize(max_weight = "64MB")]
fn shout(text: &str) -> String {
    text.to_uppercase()
}

fn main() {}
