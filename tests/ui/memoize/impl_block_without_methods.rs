//! A block without a memoized method.

use memokit::memoize;

struct Circle;

#[memoize]
impl Circle {
    fn double(size: usize) -> usize {
        size * 2
    }
}

fn main() {}
