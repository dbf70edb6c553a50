//! The first program everybody writes with Python's `functools.lru_cache`, and the numbers that it prints there.
//!
//! ```python
//! @lru_cache(maxsize=128)
//! def fib(n):
//!     return n if n < 2 else fib(n - 1) + fib(n - 2)
//! ```

use memokit::memoize;

/// The recursion of the textbook: without the cache `fib(90)` would outlive us.
#[memoize(lru = 128)]
fn fib(n: u64) -> u64 {
    if n < 2 { n } else { fib(n - 1) + fib(n - 2) }
}

fn main() {
    let first: Vec<u64> = (0..16).map(fib).collect();
    println!("{first:?}");
    println!("{}", fib::cache_info());

    println!("fib(90) = {}", fib(90));
    println!("{}", fib::cache_info());
}
