//! `#[memoize]` alone: no bound, nothing leaves, as Python's `functools.cache`. Right for functions with few different arguments.

use memokit::memoize;

/// n! for n up to 34, the last that fits.
#[memoize]
fn factorial(n: u32) -> u128 {
    if n == 0 { 1 } else { u128::from(n) * factorial(n - 1) }
}

fn main() {
    println!("10! = {:<16} nothing known before: 11 runs", factorial(10));
    println!("    {}", factorial::cache_info());
    println!(" 5! = {:<16} was on the way: no run", factorial(5));
    println!("    {}", factorial::cache_info());
    println!("12! = {:<16} two runs, the rest is known", factorial(12));
    println!("    {}", factorial::cache_info());
}
