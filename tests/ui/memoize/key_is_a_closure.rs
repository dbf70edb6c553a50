//! A closure for `key`, which is an expression.

use memokit::memoize;

#[memoize(key = |text: &str| text.len())]
fn shout(text: &str) -> String {
    text.to_uppercase()
}

fn main() {}
