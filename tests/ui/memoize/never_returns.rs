//! A function that never returns, and has nothing to cache.

use memokit::memoize;

#[memoize]
fn stop(code: i32) -> ! {
    std::process::exit(code)
}

fn main() {}
