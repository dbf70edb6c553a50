//! The same with one attribute: the function stays as it was, its callers too, and each answer is computed once.
//!
//! `uncached` is the function without its cache, for the one caller that must not be answered from memory.

use memokit::memoize;

/// Stands for a slow service: it says when it is really asked.
#[memoize]
fn capital(country: &str) -> Option<String> {
    println!("    (looking up {country})");
    let capitals = [("France", "Paris"), ("Japan", "Tokyo"), ("Peru", "Lima")];
    capitals.iter().find(|(name, _)| *name == country).map(|(_, city)| (*city).to_owned())
}

fn main() {
    for country in ["Japan", "Peru", "Japan", "Atlantis", "Peru", "Atlantis"] {
        match capital(country) {
            Some(city) => println!("{country}: {city}"),
            None => println!("{country}: not on the map"),
        }
    }

    println!("once more, around the cache:");
    println!("Japan: {}", capital::uncached("Japan").unwrap_or_default());
}
