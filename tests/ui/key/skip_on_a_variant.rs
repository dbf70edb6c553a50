//! `skip` on a variant.
use memokit::Key;
#[derive(Key)]
enum Shape {
    #[key(skip)]
    Dot,
    Circle(f64),
}

fn main() {}
