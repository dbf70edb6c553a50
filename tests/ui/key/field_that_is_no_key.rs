//! A field that cannot be part of a key.
use memokit::Key;
struct Opaque;

#[derive(Key)]
struct Point {
    x: f64,
    inner: Opaque,
}

fn main() {}
