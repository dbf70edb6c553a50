//! An error in the body, reported by rustc where it is.

use memokit::memoize;

#[memoize]
fn length(text: &str) -> usize {
    let count: u8 = "no";
    text.len() + usize::from(count)
}

fn main() {}
