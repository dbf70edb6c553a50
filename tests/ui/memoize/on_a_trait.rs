//! The attribute on a trait, where it belongs on the methods.

use memokit::memoize;

#[memoize]
trait Shape {
    fn area(&self) -> u64;
}

fn main() {}
