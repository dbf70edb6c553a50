//! A function named like a primitive type, which its handle would hide.

use memokit::memoize;

#[memoize]
fn char(code: u32) -> Option<std::primitive::char> {
    std::char::from_u32(code)
}

fn main() {}
