//! The attribute on a struct.

use memokit::memoize;

#[memoize]
struct Circle {
    radius: f64,
}

fn main() {
    let _ = Circle { radius: 1.0 }.radius;
}
