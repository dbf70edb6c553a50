//! A getter that is never called.
#![deny(dead_code)]
use memokit::{Lazy, cached_field};

struct Circle {
    radius: f64,
    area: Lazy<f64>,
}

impl Circle {
    #[cached_field]
    fn area(&self) -> f64 {
        self.radius
    }
}

fn main() {
    let _ = Circle { radius: 1.0, area: Lazy::new() };
}
