//! A value that is returned as a clone and is not `Clone`.
use memokit::{Lazy, cached_field};
struct Shape(f64);

struct Circle {
    radius: f64,
    area: Lazy<Shape>,
}

impl Circle {
    #[cached_field]
    fn area(&self) -> Shape {
        Shape(self.radius)
    }
}

fn main() {}
