//! A body whose `Option` is of another type than the getter's.
use memokit::{Lazy, cached_field};
struct Circle {
    radius: f64,
    name: Lazy<String>,
}

impl Circle {
    #[cached_field]
    fn name(&self) -> Option<&str> {
        Some(self.radius.to_string())
    }
}

fn main() {}
