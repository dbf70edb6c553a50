//! Two ways to say what counts.

use memokit::memoize;

#[memoize(key = text, ignore(loud))]
fn length(text: &str, loud: bool) -> usize {
    text.len() + usize::from(loud)
}

fn main() {}
