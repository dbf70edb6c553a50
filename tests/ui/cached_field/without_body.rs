//! A getter without a body.
use memokit::cached_field;
trait Area {
    #[cached_field]
    fn area(&self) -> f64;
}

fn main() {}
