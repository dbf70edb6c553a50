//! A field that is no cell.
use memokit::cached_field;
struct Circle {
    radius: f64,
    area: f64,
}

impl Circle {
    #[cached_field]
    fn area(&self) -> f64 {
        self.radius
    }
}

fn main() {}
