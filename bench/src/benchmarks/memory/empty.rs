//! The memory of a memoized function with a bound of a million entries after its first call.
//! Statics are not counted: they are a few words.

use cached::macros::{cached, concurrent_cached};
use memokit::memoize;

use super::allocator;
use crate::report::{self, Column, Table};

#[memoize(lru = 1_000_000)]
fn lru(key: u64) -> u64 {
    key
}

#[memoize(max = 1_000_000)]
fn max(key: u64) -> u64 {
    key
}

#[memoize]
fn unbounded(key: u64) -> u64 {
    key
}

#[memoize(lru = 1_000_000, local)]
fn local(key: u64) -> u64 {
    key
}

#[cached(max_size = 1_000_000)]
fn cached_one_lock(key: u64) -> u64 {
    key
}

#[concurrent_cached(max_size = 1_000_000)]
fn cached_sharded(key: u64) -> u64 {
    key
}

#[::memoize::memoize(Capacity: 1_000_000)]
fn memoize_local(key: u64) -> u64 {
    key
}

type Function = fn(u64) -> u64;

const FUNCTIONS: [(&str, Function); 7] = [
    ("memokit #[memoize(lru)]", |key| lru(key)),
    ("memokit #[memoize(max)]", |key| max(key)),
    ("memokit #[memoize]", |key| unbounded(key)),
    ("memokit #[memoize(lru, local)]", |key| local(key)),
    ("cached #[cached(max_size)]", |key| cached_one_lock(key)),
    ("cached #[concurrent_cached(max_size)]", |key| cached_sharded(key)),
    ("memoize #[memoize(Capacity)], local", |key| memoize_local(key)),
];

#[expect(clippy::cast_precision_loss, reason = "bytes are few")]
pub(super) fn run() {
    // The first memoized function of a process also sets up what all functions share.
    warm_up(1);
    let table = Table::new("memory of a function", &[Column("bytes", "bytes", 0)]);
    let mut table = table.key("u64").parameter("bound", 1_000_000, "bound 1000000, after its first call");
    for (name, function) in FUNCTIONS {
        let before = allocator::live();
        function(1);
        table.row(name, [Some((allocator::live() - before) as f64)]);
    }
    report::print(&table);
}

#[memoize]
fn warm_up(key: u64) -> u64 {
    key
}
