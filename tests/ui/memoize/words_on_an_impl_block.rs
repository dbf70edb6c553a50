//! Options on a block: they belong on the methods.

use memokit::memoize;

struct Circle;

#[memoize(lru = 3)]
impl Circle {
    #[memoize(assoc)]
    fn double(size: usize) -> usize {
        size * 2
    }
}

fn main() {}
