//! A getter that is a `const fn`.
use memokit::{Lazy, cached_field};
struct Circle {
    radius: f64,
    area: Lazy<f64>,
}

impl Circle {
    #[cached_field]
    const fn area(&self) -> f64 {
        self.radius
    }
}

fn main() {}
