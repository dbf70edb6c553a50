//! A field that cannot be part of a key.
use memokit::Key;
struct Opaque;

#[derive(Key)]
struct Point {
    x: f64,
    inner: Opaque,
}

#[derive(Key)]
struct Pair<T>(T, Opaque);

#[derive(Key)]
enum Shape {
    Circle(f64),
    Other { inner: Opaque },
}

fn main() {}
