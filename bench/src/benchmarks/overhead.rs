//! The time that memokit's layers add: each row compares a call with the bare form of the same, in
//! the same rounds.

use std::pin::pin;
use std::sync::OnceLock;
use std::task::{Context, Poll, Waker};

use memokit::{Lazy, cached_field, memoize};

use super::hits::EXPONENT;
use crate::body::{counted, of_text};
use crate::harness::{AddContender, ROUND, Role, SingleThread, Timings};
use crate::keys::{Key, Text};
use crate::python;
use crate::report::{self, Column, Table, comparison, note_misses};
use crate::settings::ROUNDS;
use crate::stores::{OurLocal, OurLru, OurTtl, Store, get_then_insert};
use crate::workload::zipf;

const ENTRIES: usize = 100;
const BOUND: usize = 2 * ENTRIES;

#[memoize(lru = 200)]
fn plain(key: u64) -> u64 {
    counted(key.value())
}

#[memoize(lru = 200, ttl = "1h")]
fn expiring(key: u64) -> u64 {
    counted(key.value())
}

#[memoize(lru = 200, local)]
fn local(key: u64) -> u64 {
    counted(key.value())
}

#[memoize(lru = 200)]
#[expect(clippy::unused_async, reason = "a hit awaits nothing")]
async fn task(key: u64) -> u64 {
    counted(key.value())
}

#[memoize(lru = 200)]
fn text(key: &str) -> u64 {
    counted(of_text(key))
}

/// A contender, and the bare form that it is compared with.
type RowNames = (&'static str, &'static str);

pub(super) fn run() {
    println!("# overhead: ns per hit, {ENTRIES} entries, Zipf {EXPONENT}, one thread; each row against its bare form");
    let columns = [
        Column("median ns", "median_ns", 2),
        Column("bare ns", "bare_ns", 2),
        Column("x bare", "ratio", 3),
        Column("added ns", "added_ns", 2),
    ];
    let mut table = Table::new("overhead", &columns).entries(ENTRIES);
    add_rows(
        &mut table,
        &numbers(),
        &[
            ("#[memoize(lru)], u64", "Cache::get, u64"),
            ("#[memoize(lru)]::with", "#[memoize(lru)], u64"),
            ("#[memoize(lru, ttl)]", "#[memoize(lru)], u64"),
            ("Cache::get with ttl", "Cache::get, u64"),
            ("#[memoize(lru)] async", "#[memoize(lru)], u64"),
            ("#[memoize(lru, local)]", "LocalCache::get"),
        ],
    );
    add_rows(&mut table, &texts(), &[("#[memoize(lru)], &str of 20", "Cache::get, &str of 20")]);
    let fields = fields();
    add_rows(&mut table, &fields, &[("#[cached_field] warm", "OnceLock::get")]);
    report::print(&table);
    let external = python::cached_property(ENTRIES);
    report::print(&comparison("overhead", &fields, &external).key("a warm field"));
}

fn add_rows(table: &mut Table, all: &[Timings], pairs: &[RowNames]) {
    note_misses(all);
    let find = |name: &str| all.iter().find(|timings| timings.name == name).expect("every name was added");
    for (name, bare) in pairs {
        let (timings, other) = (find(name), find(bare));
        let cells = [timings.median(), other.median(), timings.ratio_to(other), timings.difference_to(other)];
        table.row(format!("{name} against {bare}"), cells.map(Some));
    }
}

/// Hits of all contenders.
fn hits<K: Copy + 'static>(contenders: &SingleThread<K>, make: impl Fn(usize) -> K) -> Vec<Timings> {
    let all: Vec<K> = (0..ENTRIES).map(make).collect();
    let calls: Vec<K> = zipf(ENTRIES, EXPONENT, ROUND).into_iter().map(|id| all[id]).collect();
    contenders.warm_up(&all);
    contenders.run(ROUNDS, || calls.clone())
}

fn numbers() -> Vec<Timings> {
    let mut contenders = SingleThread::new();
    contenders.add(Role::Ours, "Cache::get, u64", get_then_insert(OurLru::<u64, u64>::new(BOUND)));
    contenders.add(Role::Ours, "Cache::get with ttl", get_then_insert(OurTtl::<u64, u64>::new(BOUND)));
    contenders.add_local(Role::Ours, "LocalCache::get", get_then_insert(OurLocal::<u64, u64>::new(BOUND)));
    contenders.add(Role::Ours, "#[memoize(lru)], u64", plain);
    contenders.add(Role::Ours, "#[memoize(lru)]::with", |key| plain::with(key, |value| *value));
    contenders.add(Role::Ours, "#[memoize(lru, ttl)]", expiring);
    contenders.add(Role::Ours, "#[memoize(lru)] async", |key| poll_once(task(key)));
    contenders.add(Role::Ours, "#[memoize(lru, local)]", local);
    hits(&contenders, u64::make)
}

fn texts() -> Vec<Timings> {
    let mut contenders = SingleThread::new();
    contenders.add(Role::Ours, "Cache::get, &str of 20", get_then_insert(OurLru::<Text<20>, u64>::new(BOUND)));
    contenders.add(Role::Ours, "#[memoize(lru)], &str of 20", |key: Text<20>| text(key.0));
    hits(&contenders, Text::make)
}

/// An object with the same value in a lazy field and in the standard library's cell for that.
#[derive(Default)]
struct Disc {
    radius: u64,
    area: Lazy<u64>,
    once: OnceLock<u64>,
}

impl Disc {
    #[cached_field]
    fn area(&self) -> u64 {
        counted(self.radius.value())
    }

    /// As it is written by hand, with the bare `get` first.
    fn once(&self) -> u64 {
        self.once.get().copied().unwrap_or_else(|| *self.once.get_or_init(|| counted(self.radius.value())))
    }
}

fn fields() -> Vec<Timings> {
    let mut contenders = SingleThread::new();
    contenders.add(Role::Floor, "OnceLock::get", |disc: &'static Disc| disc.once());
    contenders.add(Role::Ours, "#[cached_field] warm", |disc: &'static Disc| disc.area());
    hits(&contenders, |id| -> &'static Disc { Box::leak(Box::new(Disc { radius: u64::make(id), ..Disc::default() })) })
}

/// The output of a future that is ready at its first poll.
fn poll_once<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => unreachable!("a hit, or a body that awaits nothing"),
    }
}
