//! How many entries are still in memory one second after a time to live of 10 ms, if the cache is
//! not called meanwhile.
//!
//! The values count themselves, so that no cache has to be trusted.

use std::sync::atomic::{AtomicI64, Ordering::SeqCst};
use std::thread::sleep;
use std::time::Duration;

use cached::macros::{cached, concurrent_cached};
use memokit::memoize;

use crate::keys::number;
use crate::report::{self, Column, Table};
use crate::stores::{CachedTtl, ExpiringStore, Moka, OurTtl};

const ENTRIES: usize = 1000;
const TTL: Duration = Duration::from_millis(10);

/// The number of live values, by contender.
static LIVE: [AtomicI64; 8] = [const { AtomicI64::new(0) }; 8];

/// A value in the cache of this contender.
struct Counted<const CONTENDER: usize>;

impl<const CONTENDER: usize> Counted<CONTENDER> {
    /// The value of any key.
    fn new(_key: u64) -> Self {
        LIVE[CONTENDER].fetch_add(1, SeqCst);
        Self
    }
}

impl<const CONTENDER: usize> Clone for Counted<CONTENDER> {
    fn clone(&self) -> Self {
        Self::new(0)
    }
}

impl<const CONTENDER: usize> Drop for Counted<CONTENDER> {
    fn drop(&mut self) {
        LIVE[CONTENDER].fetch_sub(1, SeqCst);
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

pub(super) fn run() {
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
    let left: Vec<i64> = LIVE.iter().map(|live| live.load(SeqCst)).collect();
    drop((our, cached, moka));

    let table = Table::new("entries left", &[Column("left", "left", 0)]).key("u64").entries(ENTRIES);
    let mut table = table.parameter("ttl_ms", 10, "1 s after a ttl of 10 ms, no calls since");
    for (name, left) in names.into_iter().zip(left) {
        #[expect(clippy::cast_precision_loss, reason = "the number is small")]
        table.row(name, [Some(left as f64)]);
    }
    report::print(&table);
}

fn filled<const CONTENDER: usize, S: ExpiringStore<u64, Counted<CONTENDER>>>() -> S {
    let store = S::with_ttl(ENTRIES, TTL);
    for key in (0..ENTRIES).map(number) {
        store.insert(key, Counted::new(key));
    }
    store
}
