//! The handle would hide the type.

use memokit::memoize;

#[memoize]
fn char(code: u32) -> Option<std::primitive::char> {
    std::char::from_u32(code)
}

fn main() {}
