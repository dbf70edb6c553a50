//! A name for the handle of a getter.
use memokit::{Lazy, cached_field};
struct Circle {
    radius: f64,
    area: Lazy<f64>,
}

impl Circle {
    #[cached_field(handle = Area)]
    fn area(&self) -> f64 {
        self.radius
    }
}

fn main() {}
