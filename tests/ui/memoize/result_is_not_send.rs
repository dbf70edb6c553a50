//! A value that only one thread may have.

use memokit::memoize;
use std::rc::Rc;

#[memoize]
fn make(size: u8) -> Rc<u8> {
    Rc::new(size)
}

fn main() {}
