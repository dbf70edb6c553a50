//! `None` of what?

use memokit::memoize;

#[memoize(skip_none)]
fn length(text: &str) -> usize {
    text.len()
}

fn main() {}
