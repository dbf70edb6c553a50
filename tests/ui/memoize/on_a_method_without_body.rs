//! The implementation computes, not the declaration.

use memokit::memoize;

trait Shape {
    #[memoize]
    fn area(&self) -> u64;
}

fn main() {}
