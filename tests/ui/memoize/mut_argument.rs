//! A `&mut` argument: a hit would skip the change.

use memokit::memoize;

#[memoize]
fn push(list: &mut Vec<u32>, item: u32) -> usize {
    list.push(item);
    list.len()
}

fn main() {}
