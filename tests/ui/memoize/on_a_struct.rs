//! A type is not computed.

use memokit::memoize;

#[memoize]
struct Circle {
    radius: f64,
}

fn main() {
    let _ = Circle { radius: 1.0 }.radius;
}
