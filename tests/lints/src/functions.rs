//! Uses of `#[memoize]` on functions that must cause no lint.

use std::collections::hash_map::RandomState;
use std::time::Duration;

use memokit::{ManualClock, memoize};

/// Nothing but the attribute.
#[memoize]
#[must_use]
pub fn plain(n: u64) -> u64 {
    if n < 2 { n } else { plain(n - 1) + plain(n - 2) }
}

const BOUND: usize = 8;

/// Least recently used.
#[memoize(lru = BOUND * 2)]
#[must_use]
pub fn lru(text: &str) -> usize {
    text.len()
}

/// Least frequently used, with a time to live.
#[memoize(lfu = 10, ttl = "1h30m", jitter = 0.1)]
#[must_use]
pub fn lfu(text: &str, n: Option<&str>) -> usize {
    text.len() + n.map_or(0, str::len)
}

/// First in, first out, with a time to idle.
#[memoize(fifo = 10, idle = "5m")]
#[must_use]
pub fn fifo(numbers: &[f64]) -> f64 {
    numbers.iter().sum()
}

/// Random eviction.
#[memoize(random = 10, ttl = Duration::from_secs(1))]
#[must_use]
pub fn random(n: u32) -> u32 {
    n
}

/// Adaptive; each entry has its own time to live.
#[memoize(max = 10, ttl = |key, _value| Duration::from_secs(u64::from(*key)))]
#[must_use]
pub fn max(n: u32) -> u32 {
    n
}

/// Bounded by weight.
#[memoize(max_weight = "64MB", weight = |key, value| key.len() + value.len())]
#[must_use]
pub fn weighed(text: &str) -> String {
    text.to_uppercase()
}

/// Errors are cached.
///
/// # Errors
///
/// If the text is no number.
#[memoize(cache_err, name = "parsed", hasher = RandomState)]
pub fn parsed(text: &str) -> Result<u32, String> {
    text.parse().map_err(|_| text.to_owned())
}

/// Errors are not cached.
///
/// # Errors
///
/// If the file cannot be read.
#[memoize(single_flight = "5s")]
pub fn read(path: &std::path::Path) -> std::io::Result<String> {
    std::fs::read_to_string(path)
}

/// `None` is not cached.
#[memoize(skip_none, single_flight = false)]
#[must_use]
pub fn found(n: u32) -> Option<u32> {
    n.checked_sub(1)
}

/// Only some calls, only some values.
#[memoize(when = n > 10, keep_if = |value| *value > 20)]
#[must_use]
pub fn some(n: u32) -> u32 {
    n * 2
}

/// A key expression.
#[memoize(key = n % 10)]
#[must_use]
pub fn keyed(n: u32, _note: &str) -> u32 {
    n % 10
}

/// An ignored argument.
#[memoize(ignore(log))]
pub fn ignored(n: u32, log: &mut Vec<u32>) -> u32 {
    log.push(n);
    n
}

/// One cache per thread.
#[memoize(local, lru = 10)]
#[must_use]
pub fn local(n: u32) -> std::rc::Rc<u32> {
    std::rc::Rc::new(n)
}

/// Generic, with one entry per type.
#[memoize(typed, lru = 10)]
pub fn generic<T: std::hash::Hash + Eq + Clone + Send + Sync + std::fmt::Debug + 'static>(value: T) -> String {
    format!("{value:?}")
}

/// Another name for the handle.
#[memoize(handle = NamedHandle)]
#[must_use]
pub fn named(n: u32) -> u32 {
    n
}

/// No handle.
#[memoize(handle = false)]
#[must_use]
pub fn bare(n: u32) -> u32 {
    n
}

static CLOCK: std::sync::LazyLock<ManualClock> = std::sync::LazyLock::new(ManualClock::new);

/// Another clock.
#[memoize(ttl = "1s", clock = CLOCK.clone())]
#[must_use]
pub fn clocked((a, b): (u32, u32), mut c: u32) -> u32 {
    c += a + b;
    c
}

/// Asynchronous.
///
/// # Errors
///
/// Never.
#[memoize(lru = 10)]
pub async fn awaited(text: &str) -> Result<usize, std::fmt::Error> {
    std::future::ready(()).await;
    Ok(text.len())
}

/// Inside a function's body.
#[must_use]
pub fn outer(n: u32) -> u32 {
    #[memoize]
    fn inner(n: u32) -> u32 {
        n + 1
    }
    inner(n) + inner::peek(n).unwrap_or_default()
}
