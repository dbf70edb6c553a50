//! A getter with arguments.
use memokit::{Lazy, cached_field};
struct Circle {
    radius: f64,
    area: Lazy<f64>,
}

impl Circle {
    #[cached_field]
    fn area(&self, scale: f64) -> f64 {
        self.radius * scale
    }
}

fn main() {}
