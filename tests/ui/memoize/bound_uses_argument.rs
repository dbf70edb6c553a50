//! A bound that depends on an argument: it belongs to the function, not to one call.

use memokit::memoize;

#[memoize(lru = size)]
fn double(size: usize) -> usize {
    size * 2
}

fn main() {}
