//! One attribute memoizes a function: neither its body nor its callers change.
//!
//! `uncached` calls the original function, for a caller that needs a fresh result.

use memokit::memoize;

/// Stands for a slow service: it prints a line whenever it runs.
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

    println!("once more, bypassing the cache:");
    println!("Japan: {}", capital::uncached("Japan").unwrap_or_default());
}
