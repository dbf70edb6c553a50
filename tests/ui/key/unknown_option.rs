//! An unknown option.
use memokit::Key;
#[derive(Key)]
struct Point {
    #[key(ignore)]
    x: f64,
}

fn main() {}
