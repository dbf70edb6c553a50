//! The attribute on a struct.
use memokit::{Lazy, cached_field};
#[cached_field]
struct Circle {
    radius: f64,
    area: Lazy<f64>,
}

fn main() {}
