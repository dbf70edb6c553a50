//! A `const fn`: there is no cache at compile time.

use memokit::memoize;

#[memoize]
const fn double(size: usize) -> usize {
    size * 2
}

fn main() {}
