//! Statistics: every call is exactly one of hit, miss, coalesced or bypassed.
//!
//! A coalesced call took the result of another thread's run; a bypassed call did not use the cache,
//! because `when` was false.

use memokit::memoize;

/// The word's letters in order: equal for all its anagrams. Long words rarely recur, so they bypass
/// the cache.
#[memoize(lru = 100, when = word.len() <= 8)]
fn signature(word: &str) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    letters.sort_unstable();
    letters.into_iter().collect()
}

fn main() {
    let text = "the cat saw the tac and the act was on the cat and extraordinarily so was the taco";
    let anagrams = text.split(' ').filter(|word| signature(word) == "act").count();
    println!("{anagrams} words of the text are anagrams of \"act\"");

    let info = signature::cache_info();
    println!("{info}");
    println!("hits     {:>3}", info.hits);
    println!("misses   {:>3}", info.misses);
    println!("bypassed {:>3}", info.bypassed);
    println!("hit rate {:>5.1} %", info.hit_rate() * 100.0);

    signature::cache_clear();
    println!("after cache_clear(): {}", signature::cache_info());
}
