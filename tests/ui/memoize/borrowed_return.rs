//! The cache outlives the loan.

use memokit::memoize;

#[memoize]
fn tail(text: &str) -> &str {
    &text[1..]
}

fn main() {}
