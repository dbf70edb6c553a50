//! A mistake in the attribute hides none in the body.

use memokit::memoize;

#[memoize(lrru = 128)]
fn length(text: &str) -> usize {
    let count: u8 = "no";
    text.len() + usize::from(count)
}

fn main() {}
