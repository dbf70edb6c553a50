//! A result that is not `Clone`.

use memokit::memoize;

struct Big(u8);

#[memoize]
fn make(size: u8) -> Big {
    Big(size)
}

fn main() {}
