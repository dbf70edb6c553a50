//! A dependency on a field that does not exist.
use memokit::{Lazy, cached_field};
struct Circle {
    radius: f64,
    area: Lazy<f64, (f64,)>,
}

impl Circle {
    #[cached_field(deps(raduis))]
    fn area(&self) -> f64 {
        self.radius
    }
}

fn main() {}
