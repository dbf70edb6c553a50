//! A getter without a value.
use memokit::{Lazy, cached_field};
struct Circle {
    radius: f64,
    area: Lazy<f64>,
}

impl Circle {
    #[cached_field]
    fn area(&self) {
        println!("{}", self.radius);
    }
}

fn main() {}
