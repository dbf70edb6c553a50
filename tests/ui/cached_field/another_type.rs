//! The getter's type is not its field's.
use memokit::{Lazy, cached_field};
struct Circle {
    radius: f64,
    area: Lazy<u32>,
}

impl Circle {
    #[cached_field]
    fn area(&self) -> f64 {
        self.radius
    }
}

fn main() {}
