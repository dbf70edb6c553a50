//! Methods: `self` is part of the key, so equal instances share entries, and only those.
//!
//! The operations of the cache are methods too: `price_forget`, `price_cache_info`.

use memokit::{Key, memoize};

#[derive(Clone, PartialEq, Eq, Hash, Key)]
struct Tariff {
    base: u32,
    per_km: u32,
}

impl Tariff {
    /// In cents.
    #[memoize(lru = 100)]
    fn price(&self, km: u32) -> u32 {
        println!("    (computing {} + {km} x {})", self.base, self.per_km);
        self.base + km * self.per_km
    }

    /// `assoc`: a macro cannot see the enclosing `impl` of a function without `self`.
    #[memoize(assoc)]
    fn named(name: &str) -> Option<(u32, u32)> {
        println!("    (looking up {name})");
        [("city", 300, 180), ("land", 500, 120)].iter().find(|row| row.0 == name).map(|row| (row.1, row.2))
    }
}

trait Describe {
    fn describe(&self, km: u32) -> String;
}

impl Describe for Tariff {
    /// A trait's `impl` cannot contain additional functions: `handle = false` generates none.
    #[memoize(handle = false)]
    fn describe(&self, km: u32) -> String {
        format!("{km} km for {}.{:02}", self.price(km) / 100, self.price(km) % 100)
    }
}

fn main() {
    let tariff = |name| Tariff::named(name).map(|(base, per_km)| Tariff { base, per_km });
    let (Some(city), Some(land), Some(again)) = (tariff("city"), tariff("land"), tariff("city")) else { return };

    println!("city: {}", city.describe(12));
    println!("land: {}", land.describe(12));
    println!("city again, an equal instance: {}", again.price(12));
    println!("{}", Tariff::price_cache_info());

    println!("forget the city's: {}", city.price_forget(12));
    println!("still cached: city {}, land {}", city.price_contains(12), land.price_contains(12));
    println!("computed again: {}", city.price(12));
}
