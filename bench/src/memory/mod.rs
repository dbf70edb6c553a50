//! What entries weigh, what an empty cache weighs, how long one insert can take while a cache grows, how long emptying takes, and what is left
//! of entries that have expired.

mod allocator;
mod empty;
mod expiry;

use std::hint::black_box;
use std::thread;
use std::time::Instant;

use crate::Effort;
use crate::keys::number;
use crate::peers::{self, CachedTtl, OurTtl, OurUnbounded, Store, Visit};
use crate::race::least;
use crate::report::{Column, Table};

const ENTRIES: usize = 1_000_000;

pub(crate) fn answer(effort: Effort) {
    println!("# memory: u64 to u64; bytes that are alive, by a counting allocator");
    let columns = [
        Column("bytes/entry", "bytes_per_entry", 1),
        Column("empty bytes", "empty_bytes", 0),
        Column("insert max ms", "worst_insert_ms", 3),
        Column("clear ms", "clear_ms", 2),
        Column("drop ms", "drop_ms", 2),
        Column("entries held", "entries_held", 0),
    ];
    let table = Table::new("memory", &columns).key("u64").entries(ENTRIES);
    let mut visit = Fills { table, fills: effort.choose(10, 2) };
    allocator::count(true);
    peers::ours(&mut visit);
    visit.store::<OurTtl<u64, u64>>();
    visit.store::<OurUnbounded<u64, u64>>();
    peers::bounded(&mut visit);
    visit.store::<CachedTtl<u64, u64>>();
    visit.memoize();
    peers::unbounded(&mut visit);
    visit.table.print();
    empty::answer();
    allocator::count(false);
    expiry::answer();
}

/// The bytes of the last fill, the least times of all of them: every fill gives a worst insert, and is cleared or dropped in turn.
#[derive(Default)]
struct Figures {
    empty: Option<isize>,
    bytes: isize,
    held: usize,
    worst: Vec<f64>,
    clears: Vec<f64>,
    drops: Vec<f64>,
}

impl Figures {
    /// Fills what is empty now; `before` is what was alive before it was there.
    fn fill(&mut self, before: isize, insert: impl Fn(u64), len: impl Fn() -> usize) {
        self.empty = Some(allocator::alive() - before);
        let inserts = (0..ENTRIES).map(|id| milliseconds(|| insert(black_box(number(id)))));
        self.worst.push(inserts.fold(0.0, f64::max));
        self.held = len();
        self.bytes = allocator::alive() - before;
    }

    #[expect(clippy::cast_precision_loss, reason = "bytes and counts are small")]
    fn cells(&self) -> [Option<f64>; 6] {
        let payload = 2.0 * size_of::<u64>() as f64;
        let time = |times: &[f64]| (!times.is_empty()).then(|| least(times));
        [
            Some(self.bytes as f64 / self.held as f64 - payload),
            self.empty.map(|bytes| bytes as f64),
            time(&self.worst),
            time(&self.clears),
            time(&self.drops),
            Some(self.held as f64),
        ]
    }
}

struct Fills {
    table: Table,
    fills: usize,
}

impl Visit<u64> for Fills {
    fn store<S: Store<u64> + Send + Sync>(&mut self) {
        let mut figures = Figures::default();
        for fill in 0..self.fills {
            let before = allocator::alive();
            let store = S::new(ENTRIES);
            figures.fill(before, |key| store.insert(key, key), || store.len());
            if fill % 2 == 0 {
                figures.clears.push(milliseconds(|| store.clear()));
            } else {
                figures.drops.push(milliseconds(move || drop(store)));
            }
        }
        self.table.row(S::NAME, figures.cells());
    }
}

#[::memoize::memoize(Capacity: 1_000_000)]
fn memoized(key: u64) -> u64 {
    key
}

impl Fills {
    /// `memoize` has no store, only functions, each with a cache per thread: a thread for each fill. It cannot be dropped.
    fn memoize(&mut self) {
        let mut figures = Figures::default();
        for _ in 0..self.fills {
            thread::scope(|scope| {
                scope.spawn(|| {
                    figures.fill(allocator::alive(), |key| _ = memoized(key), memoized_size_memoized);
                    figures.clears.push(milliseconds(memoized_flush_memoized));
                });
            });
        }
        // It sets itself up with the first call: what it weighs then is told for all functions.
        figures.empty = None;
        self.table.row("memoize #[memoize(Capacity)], local", figures.cells());
    }
}

fn milliseconds(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64() * 1e3
}
