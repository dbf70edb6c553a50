//! Words that other tools have for an option are answered with what to write here.

use memokit::memoize;

#[memoize(size = 10)]
fn size(n: u32) -> u32 {
    n
}

#[memoize(max_capacity = 10, time_to_live = 60)]
fn as_in_moka(n: u32) -> u32 {
    n
}

#[memoize(max_size = 10, ttl_secs = 60, result = true, option = true)]
fn as_in_cached(n: u32) -> u32 {
    n
}

#[memoize(key = n, convert = "{ n }", sync_writes = "by_key")]
fn more_of_cached(n: u32) -> u32 {
    n
}

#[memoize(Capacity: 10, SharedCache, TimeToLive: 5)]
fn as_in_memoize(n: u32) -> u32 {
    n
}

#[memoize(maxsize = 10, getsizeof = size, time = 5)]
fn as_in_python(n: u32) -> u32 {
    n
}

#[memoize(128)]
fn bare(n: u32) -> u32 {
    n
}

fn main() {}
