//! Does the cache pay? Every cache counts, at no cost worth speaking of: each call is exactly one of hit, miss, coalesced (it waited for another
//! thread's run) or bypassed (`when` said not to use the cache).

use memokit::memoize;

/// The word's letters in order: the same for all its anagrams. Long words are rare, so keeping them would be a waste.
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
