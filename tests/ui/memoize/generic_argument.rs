//! Each step that a user may have taken already leads to the same bound.

use memokit::memoize;
use std::hash::Hash;

#[memoize]
fn unbounded<T>(x: T) -> usize {
    size_of_val(&x)
}

#[memoize]
fn key<T: memokit::Key>(x: T) -> usize {
    size_of_val(&x)
}

#[memoize]
fn key_and_send<T: memokit::Key + Send + Sync>(x: T) -> usize {
    size_of_val(&x)
}

#[memoize]
fn hash<T: Hash + Eq + Clone>(x: &T) -> usize {
    size_of_val(x)
}

#[memoize]
fn inside<T>(x: Vec<T>) -> usize {
    x.len()
}

#[memoize]
fn opaque(x: impl Sized) -> usize {
    size_of_val(&x)
}

fn main() {}
