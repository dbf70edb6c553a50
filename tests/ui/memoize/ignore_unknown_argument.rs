//! `ignore` of a name that is not in the signature.

use memokit::memoize;

#[memoize(ignore(luod))]
fn length(text: &str, loud: bool) -> usize {
    text.len() + usize::from(loud)
}

fn main() {}
