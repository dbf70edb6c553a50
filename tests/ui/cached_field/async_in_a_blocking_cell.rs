//! An async getter with a field that only blocks.
use std::sync::OnceLock;
use memokit::cached_field;

struct Circle {
    radius: f64,
    area: OnceLock<f64>,
}

impl Circle {
    #[cached_field]
    async fn area(&self) -> f64 {
        self.radius
    }
}

fn main() {}
