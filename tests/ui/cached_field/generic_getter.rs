//! A getter with a type parameter.
use memokit::{Lazy, cached_field};
struct Circle {
    radius: f64,
    area: Lazy<f64>,
}

impl Circle {
    #[cached_field]
    fn area<T: From<f64>>(&self) -> T {
        self.radius.into()
    }
}

fn main() {}
