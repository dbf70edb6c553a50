//! A closure for `when`, which is decided before there is a value.

use memokit::memoize;

#[memoize(when = |value| *value > 3)]
fn double(size: usize) -> usize {
    size * 2
}

fn main() {}
