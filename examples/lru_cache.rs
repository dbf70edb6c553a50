//! A bounded cache: at most three entries; the least recently used entry is evicted.

use memokit::memoize;

/// Stands for work worth caching.
#[memoize(lru = 3)]
fn page(number: u32) -> String {
    format!("page {number}")
}

fn main() {
    for number in [1, 2, 3, 1, 4, 2, 1] {
        let before = page::cache_info();
        page(number);
        let after = page::cache_info();
        let how = if after.hits > before.hits { "hit " } else { "miss" };
        let cached: Vec<u32> = (1..=4).filter(|&number| page::contains(number)).collect();
        println!("page({number}): {how}  cached now: {cached:?}");
    }
    println!("{}", page::cache_info());
    println!("{}", page::cache_parameters());

    page::resize(1);
    println!("after resize(1): {}", page::cache_info());
}
