//! A declaration without a body.

use memokit::memoize;

trait Shape {
    #[memoize]
    fn area(&self) -> u64;
}

fn main() {}
