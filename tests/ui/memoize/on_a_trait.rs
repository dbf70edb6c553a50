//! The attribute belongs on its methods.

use memokit::memoize;

#[memoize]
trait Shape {
    fn area(&self) -> u64;
}

fn main() {}
