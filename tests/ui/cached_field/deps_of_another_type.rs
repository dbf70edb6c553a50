//! Dependencies of another type than the field declares.
use memokit::{Lazy, cached_field};
struct Circle {
    radius: f64,
    area: Lazy<f64, (u32,)>,
}

impl Circle {
    #[cached_field(deps(radius))]
    fn area(&self) -> f64 {
        self.radius
    }
}

fn main() {}
