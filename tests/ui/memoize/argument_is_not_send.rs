//! An argument that is not `Send`, in a shared cache.

use memokit::memoize;
use std::rc::Rc;

#[derive(Clone, PartialEq, Eq, Hash)]
struct Name(Rc<str>);

#[memoize]
fn length(name: Name) -> usize {
    name.0.len()
}

fn main() {}
