//! A function without `self`.
use memokit::{Lazy, cached_field};
struct Circle {
    radius: f64,
    area: Lazy<f64>,
}

impl Circle {
    #[cached_field]
    fn area() -> f64 {
        1.0
    }
}

fn main() {}
