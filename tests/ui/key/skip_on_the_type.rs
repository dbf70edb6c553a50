//! `skip` on the type.
use memokit::Key;
#[derive(Key)]
#[key(skip)]
struct Point {
    x: f64,
}

fn main() {}
