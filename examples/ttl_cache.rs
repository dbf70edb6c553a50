//! Expiry: each entry lives for ten seconds.
//!
//! The clock is injected, so that neither this example nor a test has to sleep. The default is the
//! system's clock.

use memokit::{Cache, ManualClock};
use std::time::Duration;

fn main() {
    let clock = ManualClock::new();
    let rates = Cache::builder().ttl(Duration::from_secs(10)).clock(clock.clone()).build();
    let mut fetched = 0;

    for (second, currency) in [(0, "EUR"), (4, "EUR"), (9, "JPY"), (10, "EUR"), (18, "JPY"), (19, "JPY")] {
        advance_to(&clock, second);
        let before = fetched;
        let rate: u32 = rates.get_or_insert_with(currency, || {
            fetched += 1;
            100 + fetched
        });
        let from = if fetched > before { "fetched" } else { "cached" };
        println!("at {second:>2} s: {currency} = {rate} ({from})");
    }

    advance_to(&clock, 29);
    println!("at 29 s: {} entries", rates.len());
    println!("{}", rates.info());
}

fn advance_to(clock: &ManualClock, second: u64) {
    use memokit::Clock;
    clock.advance(Duration::from_secs(second).saturating_sub(clock.now()));
}
