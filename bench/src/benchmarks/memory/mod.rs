//! Memory per entry and of an empty cache, the longest insert while a cache grows, the time to
//! clear and to drop it, and how many entries are left after they have expired.

mod allocator;
mod empty;
mod expiry;

use std::hint::black_box;
use std::thread;

use crate::harness::{least, milliseconds};
use crate::keys::number;
use crate::report::{self, Column, Table};
use crate::settings::Effort;
use crate::stores::{self, CachedTtl, OurTtl, OurUnbounded, Store, StoreVisitor};

const ENTRIES: usize = 1_000_000;

pub(super) fn run(effort: Effort) {
    println!("# memory: u64 to u64; live bytes, by a counting allocator");
    let columns = [
        Column("bytes/entry", "bytes_per_entry", 1),
        Column("empty bytes", "empty_bytes", 0),
        Column("insert max ms", "worst_insert_ms", 3),
        Column("clear ms", "clear_ms", 2),
        Column("drop ms", "drop_ms", 2),
        Column("entries held", "entries_held", 0),
    ];
    let table = Table::new("memory", &columns).key("u64").entries(ENTRIES);
    let mut filler = Filler { table, fills: effort.choose(10, 2) };
    allocator::count(true);
    stores::visit_ours(&mut filler);
    filler.visit::<OurTtl<u64, u64>>();
    filler.visit::<OurUnbounded<u64, u64>>();
    stores::visit_bounded_peers(&mut filler);
    filler.visit::<CachedTtl<u64, u64>>();
    filler.add_memoize();
    stores::visit_maps(&mut filler);
    report::print(&filler.table);
    empty::run();
    allocator::count(false);
    expiry::run();
}

/// The bytes of the last fill, and the least times of all fills. Each fill has a worst insert, and
/// is cleared or dropped in turn.
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
    /// Fills an empty cache; `before` are the live bytes before the cache was created.
    fn fill(&mut self, before: isize, insert: impl Fn(u64), len: impl Fn() -> usize) {
        self.empty = Some(allocator::live() - before);
        let inserts = (0..ENTRIES).map(|id| milliseconds(|| insert(black_box(number(id)))));
        self.worst.push(inserts.fold(0.0, f64::max));
        self.held = len();
        self.bytes = allocator::live() - before;
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

struct Filler {
    table: Table,
    fills: usize,
}

impl StoreVisitor<u64> for Filler {
    fn visit<S: Store<u64> + Send + Sync>(&mut self) {
        let mut figures = Figures::default();
        for fill in 0..self.fills {
            let before = allocator::live();
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

impl Filler {
    /// `memoize` has no store, only functions with a cache per thread, so each fill needs a thread.
    /// The cache cannot be dropped.
    fn add_memoize(&mut self) {
        let mut figures = Figures::default();
        for _ in 0..self.fills {
            thread::scope(|scope| {
                scope.spawn(|| {
                    figures.fill(allocator::live(), |key| _ = memoized(key), memoized_size_memoized);
                    figures.clears.push(milliseconds(memoized_flush_memoized));
                });
            });
        }
        // The first call creates the cache: the table of functions shows its size then.
        figures.empty = None;
        self.table.row("memoize #[memoize(Capacity)], local", figures.cells());
    }
}
