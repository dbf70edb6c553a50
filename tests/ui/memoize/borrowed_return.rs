//! A borrowed result, which would have to outlive its loan.

use memokit::memoize;

#[memoize]
fn tail(text: &str) -> &str {
    &text[1..]
}

fn main() {}
