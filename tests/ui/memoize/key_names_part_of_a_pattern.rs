//! A `key` that uses a part of a pattern, which exists only in the body.

use memokit::memoize;

#[memoize(key = first)]
fn sum((first, second): (u32, u32)) -> u32 {
    first + second
}

fn main() {}
