//! A result that is not `Clone`, of an `async fn`.

use memokit::memoize;

struct Big(u8);

#[memoize]
async fn make(size: u8) -> Big {
    Big(size)
}

fn main() {}
