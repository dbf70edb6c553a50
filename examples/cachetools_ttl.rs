//! The weather example of cachetools: an LRU cache whose entries expire after ten minutes.
//!
//! ```python
//! @cached(cache=TTLCache(maxsize=1024, ttl=600))
//! def get_weather(place): ...
//! ```

use memokit::{ManualClock, memoize};
use std::sync::LazyLock;
use std::time::Duration;

static CLOCK: LazyLock<ManualClock> = LazyLock::new(ManualClock::new);

/// The answer of the weather service. An `Err` is not cached, so the next call tries again.
#[memoize(lru = 1024, ttl = "10m", clock = CLOCK.clone())]
fn weather(place: &str) -> Result<String, String> {
    println!("    (calling the weather service for {place})");
    match place {
        "London" => Ok("drizzle".to_owned()),
        "Athens" => Ok("sun".to_owned()),
        other => Err(format!("no station in {other}")),
    }
}

fn main() {
    let minute = Duration::from_secs(60);
    let ask = |place| match weather(place) {
        Ok(sky) => println!("{place}: {sky}"),
        Err(error) => println!("{place}: {error}"),
    };

    ["London", "Athens", "London", "Thule", "Thule"].into_iter().for_each(ask);
    CLOCK.advance(6 * minute);
    println!("6 minutes later, London expires in {:?}", weather::expires_in("London").unwrap_or_default());
    ask("London");
    CLOCK.advance(4 * minute);
    // With the system's clock a background thread does this.
    weather::cache().run_pending();
    println!("10 minutes after the first call: {} entries", weather::cache_info().currsize);
    ask("London");
    println!("{}", weather::cache_info());
}
