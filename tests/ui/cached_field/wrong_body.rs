//! An error in the body, reported by rustc where it is.
use memokit::{Lazy, cached_field};
struct Circle {
    radius: f64,
    area: Lazy<f64>,
}

impl Circle {
    #[cached_field]
    fn area(&self) -> f64 {
        self.radius.sqaure()
    }
}

fn main() {}
