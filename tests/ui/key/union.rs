//! A union as a key.
use memokit::Key;
#[derive(Key)]
union Bits {
    int: u32,
    float: f32,
}

fn main() {}
