//! A misspelt option: one error at the option, with the nearest one.

use memokit::memoize;

#[memoize(lrru = 128)]
fn length(text: &str) -> usize {
    text.len()
}

fn main() {}
