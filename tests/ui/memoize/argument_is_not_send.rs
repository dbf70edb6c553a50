//! A key that only one thread may have.

use memokit::memoize;
use std::rc::Rc;

#[derive(Clone, PartialEq, Eq, Hash)]
struct Name(Rc<str>);

#[memoize]
fn length(name: Name) -> usize {
    name.0.len()
}

fn main() {}
