//! Statistics without a handle that shows them.
use memokit::{Lazy, cached_field};
struct Circle {
    radius: f64,
    area: Lazy<f64>,
}

impl Circle {
    #[cached_field(stats, handle = false)]
    fn area(&self) -> f64 {
        self.radius
    }
}

fn main() {}
