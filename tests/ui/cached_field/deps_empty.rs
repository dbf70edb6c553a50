//! `deps` without fields.
use memokit::{Lazy, cached_field};
struct Circle {
    radius: f64,
    area: Lazy<f64, (f64,)>,
}

impl Circle {
    #[cached_field(deps())]
    fn area(&self) -> f64 {
        self.radius
    }
}

fn main() {}
