//! How many entries are still in memory one second after a time to live of 10 ms, when nobody has called since.
//!
//! Not what a cache says of itself: the values count themselves.

use std::sync::atomic::{AtomicI64, Ordering::SeqCst};
use std::thread::sleep;
use std::time::Duration;

use cached::macros::{cached, concurrent_cached};
use memokit::memoize;

use crate::keys::number;
use crate::peers::{CachedTtl, Expiring, Moka, OurTtl};
use crate::report::{Column, Table};

const ENTRIES: usize = 1000;
const TTL: Duration = Duration::from_millis(10);

/// How many values are alive, by contender.
static ALIVE: [AtomicI64; 8] = [const { AtomicI64::new(0) }; 8];

/// A value of this contender's.
struct Counted<const WHO: usize>;

impl<const WHO: usize> Counted<WHO> {
    /// The value of any key.
    fn new(_key: u64) -> Self {
        ALIVE[WHO].fetch_add(1, SeqCst);
        Self
    }
}

impl<const WHO: usize> Clone for Counted<WHO> {
    fn clone(&self) -> Self {
        Self::new(0)
    }
}

impl<const WHO: usize> Drop for Counted<WHO> {
    fn drop(&mut self) {
        ALIVE[WHO].fetch_sub(1, SeqCst);
    }
}

#[memoize(lru = 1000, ttl = "10ms")]
fn ours(key: u64) -> Counted<0> {
    Counted::new(key)
}

#[cached(max_size = 1000, ttl_millis = 10)]
fn cached_one_lock(key: u64) -> Counted<1> {
    Counted::new(key)
}

#[concurrent_cached(max_size = 1000, ttl_millis = 10)]
fn cached_sharded(key: u64) -> Counted<2> {
    Counted::new(key)
}

#[::memoize::memoize(Capacity: 1000, TimeToLive: Duration::from_millis(10))]
fn memoized(key: u64) -> Counted<3> {
    Counted::new(key)
}

pub(super) fn answer() {
    let mut names = Vec::new();
    let mut fill = |name, call: &dyn Fn(u64)| {
        (0..ENTRIES).map(number).for_each(call);
        names.push(name);
    };
    fill("memokit #[memoize(lru, ttl)]", &|key| drop(ours(key)));
    fill("cached #[cached(max_size, ttl_millis)]", &|key| drop(cached_one_lock(key)));
    fill("cached #[concurrent_cached(max_size, ttl_millis)]", &|key| drop(cached_sharded(key)));
    fill("memoize #[memoize(Capacity, TimeToLive)]", &|key| drop(memoized(key)));
    let (our, cached, moka) = (filled::<4, OurTtl<_, _>>(), filled::<5, CachedTtl<_, _>>(), filled::<6, Moka<_, _>>());
    names.extend(["memokit Cache, lru and ttl", "cached ShardedLruTtlCache", "moka"]);
    sleep(Duration::from_secs(1));
    let left: Vec<i64> = ALIVE.iter().map(|alive| alive.load(SeqCst)).collect();
    drop((our, cached, moka));

    let table = Table::new("entries left", &[Column("left", "left", 0)]).key("u64").entries(ENTRIES);
    let mut table = table.fact("ttl_ms", 10, "1 s after a ttl of 10 ms, nobody calling");
    for (name, left) in names.into_iter().zip(left) {
        #[expect(clippy::cast_precision_loss, reason = "there are few")]
        table.row(name, [Some(left as f64)]);
    }
    table.print();
}

fn filled<const WHO: usize, S: Expiring<u64, Counted<WHO>>>() -> S {
    let store = S::with_ttl(ENTRIES, TTL);
    for key in (0..ENTRIES).map(number) {
        store.insert(key, Counted::new(key));
    }
    store
}
