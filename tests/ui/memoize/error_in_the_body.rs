//! rustc's own error, at its own place.

use memokit::memoize;

#[memoize]
fn length(text: &str) -> usize {
    let count: u8 = "no";
    text.len() + usize::from(count)
}

fn main() {}
