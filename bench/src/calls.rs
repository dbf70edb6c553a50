//! What our own layers cost: each row is a call beside the barest form of the same, in the same rounds.

use std::pin::pin;
use std::sync::OnceLock;
use std::task::{Context, Poll, Waker};

use memokit::{Lazy, cached_field, memoize};

use crate::body::{counted, of_text};
use crate::draw::zipf;
use crate::hits::EXPONENT;
use crate::keys::{Key, Text};
use crate::peers::{OurLocal, OurLru, OurTtl, Store, filled};
use crate::race::{Enter, ROUND, Race, Role, Times};
use crate::report::{Column, Table, note_misses, standings};
use crate::{ROUNDS, python};

const ENTRIES: usize = 100;
const BOUND: usize = 2 * ENTRIES;

#[memoize(lru = 200)]
fn call(key: u64) -> u64 {
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

/// What is compared with what.
type Pairs = [(&'static str, &'static str)];

pub(crate) fn answer() {
    println!(
        "# calls: ns per hit, {ENTRIES} entries, Zipf {EXPONENT}, one thread; each beside the bare form of the same"
    );
    let columns = [
        Column("median ns", "median_ns", 2),
        Column("beside ns", "beside_ns", 2),
        Column("x beside", "ratio", 3),
        Column("adds ns", "adds_ns", 2),
    ];
    let mut table = Table::new("calls", &columns).entries(ENTRIES);
    pair(
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
    pair(&mut table, &texts(), &[("#[memoize(lru)], &str of 20", "Cache::get, &str of 20")]);
    let fields = fields();
    pair(&mut table, &fields, &[("#[cached_field] warm", "OnceLock::get")]);
    table.print();
    let others = python::field(ENTRIES);
    standings("calls", &fields, &others).key("a warm field").print();
}

fn pair(table: &mut Table, race: &[Times], pairs: &Pairs) {
    note_misses(race);
    let find = |name: &str| race.iter().find(|times| times.name == name).expect("every name is entered");
    for (name, beside) in pairs {
        let (times, other) = (find(name), find(beside));
        let cells = [times.median(), other.median(), times.ratio_to(other), times.above(other)];
        table.row(format!("{name} beside {beside}"), cells.map(Some));
    }
}

/// Everybody's hits.
fn run<K: Copy + 'static>(race: &Race<K>, make: impl Fn(usize) -> K) -> Vec<Times> {
    let all: Vec<K> = (0..ENTRIES).map(make).collect();
    let calls: Vec<K> = zipf(ENTRIES, EXPONENT, ROUND).into_iter().map(|id| all[id]).collect();
    race.warm_up(&all);
    race.run(ROUNDS, || calls.clone())
}

fn numbers() -> Vec<Times> {
    let mut race = Race::new();
    race.enter(Role::Ours, "Cache::get, u64", filled(OurLru::<u64, u64>::new(BOUND)));
    race.enter(Role::Ours, "Cache::get with ttl", filled(OurTtl::<u64, u64>::new(BOUND)));
    race.enter_local(Role::Ours, "LocalCache::get", filled(OurLocal::<u64, u64>::new(BOUND)));
    race.enter(Role::Ours, "#[memoize(lru)], u64", call);
    race.enter(Role::Ours, "#[memoize(lru)]::with", |key| call::with(key, |value| *value));
    race.enter(Role::Ours, "#[memoize(lru, ttl)]", expiring);
    race.enter(Role::Ours, "#[memoize(lru)] async", |key| ready(task(key)));
    race.enter(Role::Ours, "#[memoize(lru, local)]", local);
    run(&race, u64::make)
}

fn texts() -> Vec<Times> {
    let mut race = Race::new();
    race.enter(Role::Ours, "Cache::get, &str of 20", filled(OurLru::<Text<20>, u64>::new(BOUND)));
    race.enter(Role::Ours, "#[memoize(lru)], &str of 20", |key: Text<20>| text(key.0));
    run(&race, Text::make)
}

/// An object with the same answer in a lazy field and in the cell that the standard library has for it.
#[derive(Default)]
struct Circle {
    radius: u64,
    area: Lazy<u64>,
    once: OnceLock<u64>,
}

impl Circle {
    #[cached_field]
    fn area(&self) -> u64 {
        counted(self.radius.value())
    }

    /// As one writes it by hand, the bare `get` first.
    fn once(&self) -> u64 {
        self.once.get().copied().unwrap_or_else(|| *self.once.get_or_init(|| counted(self.radius.value())))
    }
}

fn fields() -> Vec<Times> {
    let mut race = Race::new();
    race.enter(Role::Floor, "OnceLock::get", |circle: &'static Circle| circle.once());
    race.enter(Role::Ours, "#[cached_field] warm", |circle: &'static Circle| circle.area());
    run(&race, |id| -> &'static Circle { Box::leak(Box::new(Circle { radius: u64::make(id), ..Circle::default() })) })
}

/// What a future gives that has it at once.
fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => unreachable!("a hit, or a body that awaits nothing"),
    }
}
