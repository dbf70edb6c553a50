//! `#[memoize]` alone: no bound, no eviction, as in Python's `functools.cache`.
//!
//! Right for functions with few different arguments.

use memokit::memoize;

/// n! for n up to 34; 35! does not fit into a `u128`.
#[memoize]
fn factorial(n: u32) -> u128 {
    if n == 0 { 1 } else { u128::from(n) * factorial(n - 1) }
}

fn main() {
    println!("10! = {:<16} the cache is empty: 11 runs", factorial(10));
    println!("    {}", factorial::cache_info());
    println!(" 5! = {:<16} cached on the way to 10!: no run", factorial(5));
    println!("    {}", factorial::cache_info());
    println!("12! = {:<16} 2 runs, the rest is cached", factorial(12));
    println!("    {}", factorial::cache_info());
}
