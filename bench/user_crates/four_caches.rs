//! The cache of `one_cache.rs`, and three more of other types that are used in the same way.

use std::hint::black_box;

use memokit::Cache;

fn main() {
    let numbers: Cache<u64, u64> = Cache::builder().lru(128).build();
    numbers.insert(black_box(1), black_box(2));
    println!("{:?}", numbers.get(&black_box(1)));
    println!("{:?}", numbers.get_or_insert_with(black_box(3), || black_box(4)));

    let by_text: Cache<String, u64> = Cache::builder().lru(128).build();
    by_text.insert(String::from(black_box("a")), black_box(1));
    println!("{:?}", by_text.get(black_box("a")));
    println!("{:?}", by_text.get_or_insert_with(String::from(black_box("b")), || black_box(2)));

    let of_text: Cache<u64, String> = Cache::builder().lru(128).build();
    of_text.insert(black_box(1), String::from(black_box("a")));
    println!("{:?}", of_text.get(&black_box(1)));
    println!("{:?}", of_text.get_or_insert_with(black_box(2), || String::from(black_box("b"))));

    let by_pair: Cache<(u32, u64), f64> = Cache::builder().lru(128).build();
    by_pair.insert(black_box((1, 2)), black_box(0.5));
    println!("{:?}", by_pair.get(&black_box((1, 2))));
    println!("{:?}", by_pair.get_or_insert_with(black_box((3, 4)), || black_box(1.5)));
}
