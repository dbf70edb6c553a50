//! `skip_none` for a result that is no `Option`.

use memokit::memoize;

#[memoize(skip_none)]
fn length(text: &str) -> usize {
    text.len()
}

fn main() {}
