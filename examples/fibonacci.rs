//! The example of Python's `functools.lru_cache`, with the hits and misses that Python counts.
//!
//! ```python
//! @lru_cache(maxsize=128)
//! def fib(n):
//!     return n if n < 2 else fib(n - 1) + fib(n - 2)
//! ```

use memokit::memoize;

/// The textbook recursion. Without the cache `fib(90)` takes about 10^19 calls.
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
