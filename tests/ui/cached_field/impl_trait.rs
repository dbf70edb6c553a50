//! A getter that returns an `impl Trait`.
use memokit::{Lazy, cached_field};
struct Circle {
    radius: f64,
    area: Lazy<f64>,
}

impl Circle {
    #[cached_field]
    fn area(&self) -> impl Copy {
        self.radius
    }
}

fn main() {}
