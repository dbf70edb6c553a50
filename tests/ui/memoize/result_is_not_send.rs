//! A result that is not `Send`, in a shared cache.

use memokit::memoize;
use std::rc::Rc;

#[memoize]
fn make(size: u8) -> Rc<u8> {
    Rc::new(size)
}

fn main() {}
