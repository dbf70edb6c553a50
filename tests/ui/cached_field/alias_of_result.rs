//! An alias of `Result` as the return type, with a field of another type.
use memokit::{Lazy, cached_field};
type Computed = Result<f64, String>;

struct Circle {
    radius: f64,
    area: Lazy<f64>,
}

impl Circle {
    #[cached_field]
    fn area(&self) -> Computed {
        Ok(self.radius)
    }
}

fn main() {}
