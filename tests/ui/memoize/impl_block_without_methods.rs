//! Nothing in the block asks to be memoized.

use memokit::memoize;

struct Circle;

#[memoize]
impl Circle {
    fn double(size: usize) -> usize {
        size * 2
    }
}

fn main() {}
