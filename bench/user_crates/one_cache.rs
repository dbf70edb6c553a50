//! The first `Cache<K, V>` of a crate.

use std::hint::black_box;

use memokit::Cache;

fn main() {
    let cache: Cache<u64, u64> = Cache::builder().lru(128).build();
    cache.insert(black_box(1), black_box(2));
    println!("{:?}", cache.get(&black_box(1)));
    println!("{:?}", cache.get_or_insert_with(black_box(3), || black_box(4)));
}
