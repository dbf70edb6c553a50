//! A getter without its field.
use memokit::cached_field;
struct Circle {
    radius: f64,
}

impl Circle {
    #[cached_field]
    fn area(&self) -> f64 {
        self.radius
    }
}

fn main() {}
