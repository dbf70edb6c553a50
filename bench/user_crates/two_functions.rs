//! Two memoized functions with different types of keys and results.

use std::hint::black_box;

use memokit::memoize;

#[memoize(lru = 128)]
fn number(key: u64) -> u64 {
    key.rotate_left(3)
}

#[memoize(lru = 128)]
fn text(key: &str) -> String {
    String::from(key)
}

fn main() {
    println!("{}", number(black_box(1)));
    println!("{}", text(black_box("a")));
}
