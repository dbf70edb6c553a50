//! A bound: the cache keeps the three pages that were used last. To make room, the one that was not asked for the longest leaves.

use memokit::memoize;

/// Stands for work worth keeping.
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
        let kept: Vec<u32> = (1..=4).filter(|&number| page::contains(number)).collect();
        println!("page({number}): {how}  kept now: {kept:?}");
    }
    println!("{}", page::cache_info());
    println!("{}", page::cache_parameters());

    page::resize(1);
    println!("after resize(1): {}", page::cache_info());
}
