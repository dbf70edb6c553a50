//! A value with dependencies, returned by reference.
use memokit::{Lazy, cached_field};
struct Circle {
    radius: f64,
    area: Lazy<f64, (f64,)>,
}

impl Circle {
    #[cached_field(deps(radius))]
    fn area(&self) -> &f64 {
        self.radius
    }
}

fn main() {}
