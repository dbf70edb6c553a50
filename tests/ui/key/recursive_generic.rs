//! A generic type that contains itself.
use memokit::Key;
#[derive(Key)]
struct Tree<T> {
    value: T,
    children: Vec<Tree<T>>,
}

fn main() {}
