//! A getter with `&mut self`.
use memokit::{Lazy, cached_field};
struct Circle {
    radius: f64,
    area: Lazy<f64>,
}

impl Circle {
    #[cached_field]
    fn area(&mut self) -> f64 {
        self.radius
    }
}

fn main() {}
