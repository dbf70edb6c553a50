//! A misspelt word: one error at the word, with its neighbour.

use memokit::memoize;

#[memoize(lrru = 128)]
fn length(text: &str) -> usize {
    text.len()
}

fn main() {}
