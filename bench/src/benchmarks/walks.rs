//! How long an insert can take while another thread walks the whole cache.
//!
//! The cache is full. One thread walks all of it and keeps every entry. Another thread inserts
//! meanwhile, alternately a new key, which evicts an entry, and a key that is cached, whose value
//! is replaced. Each of its inserts is timed. A walk that holds a lock from beginning to end makes
//! one insert as long as the walk.

use std::hint::black_box;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering::SeqCst};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use dashmap::DashMap;
use foldhash::fast::RandomState;
use memokit::{Cache, memoize};

use crate::harness::{least, milliseconds, quantile};
use crate::keys::number;
use crate::report::{self, Column, Table};

const ENTRIES: usize = 1_000_000;
/// Keys that are inserted again are among this many of the newest ones, which are not evicted yet.
const RECENT: usize = 100_000;
/// Walks of each kind in each process: at least this many, and more for as long as this. The
/// machine interrupts some of them.
const WALKS: usize = 3;
const ROW: Duration = Duration::from_secs(1);
/// How long inserts are timed where there is no walk: about as long as a walk takes.
const NO_WALK: Duration = Duration::from_millis(20);

#[memoize(lru = 1_000_000)]
fn memoized(key: u64) -> u64 {
    key
}

pub(super) fn run() {
    println!("# walks: inserts of one thread while another thread walks all {ENTRIES} entries, u64 to u64");
    let columns = [
        Column("worst ms", "worst_insert_ms", 3),
        Column("99.99 % ms", "p9999_insert_ms", 3),
        Column("walk ms", "walk_ms", 1),
    ];
    let mut table = Table::new("walks", &columns).key("u64").entries(ENTRIES);
    ours(&mut table);
    peers(&mut table);
    report::print(&table);
}

fn ours(table: &mut Table) {
    let filled = || {
        let cache = Cache::builder().lru(ENTRIES).build();
        (0..ENTRIES).map(number).for_each(|key| cache.insert(key, key));
        cache
    };
    let (cache, other) = (filled(), filled());
    let insert = |key| cache.insert(key, key);
    let iterate = |cache: &Cache<u64, u64>| sum(cache.iter().map(|entry| *entry.value()));
    let mut keys = Keys::default();
    add_row(table, "memokit Cache, lru, no walk", &mut keys, insert, || sleep(NO_WALK));
    // What the walking thread's use of the memory and the processor adds.
    add_row(table, "memokit Cache, lru, iter of another cache", &mut keys, insert, || iterate(&other));
    add_row(table, "memokit Cache, lru, iter", &mut keys, insert, || iterate(&cache));
    add_row(table, "memokit Cache, lru, retain", &mut keys, insert, || {
        cache.retain(|key, _| keep(*key));
    });

    let insert = |key| memoized::put(key, key);
    (0..ENTRIES).map(number).for_each(|key| _ = memoized(key));
    let mut keys = Keys::default();
    add_row(table, "memokit #[memoize(lru)], no walk", &mut keys, insert, || sleep(NO_WALK));
    add_row(table, "memokit #[memoize(lru)], forget_if", &mut keys, insert, || {
        memoized::forget_if(|key, _| !key.arg::<u64>(0).is_some_and(|key| keep(*key)));
    });
    memoized::cache_clear();
}

fn peers(table: &mut Table) {
    let moka = moka::sync::Cache::builder().max_capacity(ENTRIES as u64).build_with_hasher(RandomState::default());
    let insert = |key| moka.insert(key, key);
    (0..ENTRIES).map(number).for_each(insert);
    let mut keys = Keys::default();
    add_row(table, "moka, no walk", &mut keys, insert, || sleep(NO_WALK));
    add_row(table, "moka, iter", &mut keys, insert, || sum(moka.iter().map(|(_, value)| value)));

    let quick_cache = quick_cache::sync::Cache::new(ENTRIES);
    let insert = |key| quick_cache.insert(key, key);
    (0..ENTRIES).map(number).for_each(insert);
    let mut keys = Keys::default();
    add_row(table, "quick_cache, no walk", &mut keys, insert, || sleep(NO_WALK));
    add_row(table, "quick_cache, iter", &mut keys, insert, || sum(quick_cache.iter().map(|(_, value)| value)));
    add_row(table, "quick_cache, retain", &mut keys, insert, || quick_cache.retain(|key, _| keep(*key)));

    let dashmap = DashMap::with_hasher(RandomState::default());
    let insert = |key| _ = dashmap.insert(key, key);
    (0..ENTRIES).map(number).for_each(insert);
    let mut keys = Keys::default();
    add_row(table, "dashmap, unbounded, no walk", &mut keys, insert, || sleep(NO_WALK));
    add_row(table, "dashmap, unbounded, iter", &mut keys, insert, || sum(dashmap.iter().map(|entry| *entry.value())));
    add_row(table, "dashmap, unbounded, retain", &mut keys, insert, || dashmap.retain(|key, _| keep(*key)));
}

/// True for every key, which the compiler does not know.
fn keep(key: u64) -> bool {
    key != black_box(u64::MAX)
}

fn sum(values: impl Iterator<Item = u64>) {
    black_box(values.fold(0, u64::wrapping_add));
}

/// The keys that are inserted: the entries of a full cache have those below `next`.
struct Keys {
    next: usize,
    again: bool,
}

impl Default for Keys {
    fn default() -> Self {
        Self { next: ENTRIES, again: false }
    }
}

impl Keys {
    fn next(&mut self) -> u64 {
        self.again = !self.again;
        if self.again {
            // Consecutive numbers would do as well: the cache sees their hashes.
            number(self.next - 1 - self.next * 7919 % RECENT)
        } else {
            self.next += 1;
            number(self.next - 1)
        }
    }
}

/// Adds a row: the least of each figure over the walks, because interruptions only ever add.
fn add_row(table: &mut Table, name: &str, keys: &mut Keys, insert: impl Fn(u64) + Sync, walk: impl Fn()) {
    let (mut worst, mut rare, mut walks) = (Vec::new(), Vec::new(), Vec::new());
    let start = Instant::now();
    while walks.len() < WALKS || start.elapsed() < ROW {
        let (mut inserts, duration) = inserts_during(keys, &insert, &walk);
        rare.push(quantile(&mut inserts, 9_999, 10_000));
        worst.push(inserts.iter().copied().fold(0.0, f64::max));
        walks.push(duration);
    }
    table.row(name, [worst, rare, walks].map(|figures| Some(least(&figures))));
}

const BEFORE: u8 = 0;
const WALKING: u8 = 1;
const AFTER: u8 = 2;

/// Milliseconds of each insert that ended after the walk began, and of the walk.
///
/// An insert is timed from the end of the one before. So no wait is missed if the thread is
/// interrupted between two inserts, and the worst insert is never shorter than what the walk
/// causes.
fn inserts_during(keys: &mut Keys, insert: &(impl Fn(u64) + Sync), walk: impl Fn()) -> (Vec<f64>, f64) {
    let phase = AtomicU8::new(BEFORE);
    let inserting = AtomicBool::new(false);
    thread::scope(|scope| {
        let inserter = scope.spawn(|| {
            let mut times = Vec::new();
            let mut last = Instant::now();
            loop {
                insert(keys.next());
                let now = Instant::now();
                inserting.store(true, SeqCst);
                let phase = phase.load(SeqCst);
                if phase != BEFORE {
                    times.push((now - last).as_secs_f64() * 1e3);
                }
                last = now;
                // The insert that the walk kept waiting until its end is counted too.
                if phase == AFTER {
                    return times;
                }
            }
        });
        while !inserting.load(SeqCst) {
            thread::yield_now();
        }
        phase.store(WALKING, SeqCst);
        let duration = milliseconds(walk);
        phase.store(AFTER, SeqCst);
        (inserter.join().expect("inserting does not panic"), duration)
    })
}
