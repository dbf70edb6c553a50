//! A value that cannot be handed out twice.

use memokit::memoize;

struct Big(u8);

#[memoize]
fn make(size: u8) -> Big {
    Big(size)
}

fn main() {}
