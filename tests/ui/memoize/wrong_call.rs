//! A call with a wrong argument, reported once, at the call.

use memokit::memoize;

#[memoize]
fn length(text: &str) -> usize {
    text.len()
}

fn main() {
    length(3);
}
