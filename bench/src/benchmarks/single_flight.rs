//! What coinciding calls cost: many threads on one cold key, many threads on as many cold keys, and
//! hits while other threads compute.

use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Barrier};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, sleep};
use std::time::Duration;

use cached::macros::cached;
use memokit::{Memo, memoize};

use crate::harness::{least, milliseconds};
use crate::keys::Key;
use crate::report::{self, Column, Table};
use crate::settings::Effort;
use crate::stores::{Cached, Moka, OurLru, OurMax, QuickCache, Store};

/// How long the body takes.
const BODY: Duration = Duration::from_millis(50);
/// Threads that call one cold key at the same time.
const CALLERS: usize = 64;
/// Threads that call one cold key each.
const KEYS: usize = 32;
/// Threads that compute while another thread hits.
const COMPUTING: usize = 8;
/// Room for every key.
const BOUND: usize = 10_000;

static RUNS: AtomicUsize = AtomicUsize::new(0);

/// The body: it waits, as a request to another machine does.
fn slow(key: u64) -> u64 {
    RUNS.fetch_add(1, SeqCst);
    sleep(BODY);
    key.value()
}

macro_rules! functions {
    ($($(#[$attribute:meta])+ $name:ident)*) => {$(
        $(#[$attribute])+
        fn $name(key: u64) -> u64 {
            slow(key)
        }
    )*};
}

functions! {
    #[memoize(lru = 10_000)] lru
    #[memoize(max = 10_000)] max
    #[memoize(lfu = 10_000)] lfu
    #[memoize(fifo = 10_000)] fifo
    #[memoize(random = 10_000)] random
    #[memoize] unbounded
    #[memoize(lru = 10_000, ttl = "1h")] ttl
    #[cached(max_size = 10_000)] cached_plain
    #[cached(max_size = 10_000, sync_writes = true)] cached_sync
    #[cached(max_size = 10_000, sync_writes = "by_key")] cached_by_key
}

#[memoize(lru = 10_000)]
#[expect(clippy::unused_async, reason = "it blocks its thread, as the sync functions do")]
async fn task(key: u64) -> u64 {
    slow(key)
}

#[derive(Default)]
struct Owner {
    memo: Memo<(u64,), u64>,
}

impl Owner {
    #[memoize(in = self.memo)]
    fn in_field(&self, key: u64) -> u64 {
        slow(key)
    }
}

pub(super) fn run(effort: Effort) {
    println!("# single_flight: a body that sleeps {} ms", BODY.as_millis());
    let columns = [
        Column("runs", "runs", 0),
        Column("32 keys ms", "distinct_keys_ms", 1),
        Column("longest hit ms", "longest_hit_ms", 3),
    ];
    let mut measuring = Measuring {
        table: Table::new("single_flight", &columns).key("u64"),
        repetitions: effort.choose(7, 2),
        next: 0,
    };
    measuring.add("memokit #[memoize(lru)]", lru);
    measuring.add("memokit #[memoize(max)]", max);
    measuring.add("memokit #[memoize(lfu)]", lfu);
    measuring.add("memokit #[memoize(fifo)]", fifo);
    measuring.add("memokit #[memoize(random)]", random);
    measuring.add("memokit #[memoize]", unbounded);
    measuring.add("memokit #[memoize(lru, ttl)]", ttl);
    measuring.add("memokit #[memoize(lru)] async", |key| block_on(task(key)));
    let owner = Owner::default();
    measuring.add("memokit #[memoize(in = self.field)]", |key| owner.in_field(key));
    measuring.add_store::<OurLru<u64, u64>>();
    measuring.add_store::<OurMax<u64, u64>>();
    measuring.add("cached #[cached(max_size)]", cached_plain);
    measuring.add("cached #[cached(max_size, sync_writes)]", cached_sync);
    measuring.add("cached #[cached(max_size, sync_writes by_key)]", cached_by_key);
    measuring.add_store::<Cached<u64, u64>>();
    measuring.add_store::<Moka<u64, u64>>();
    measuring.add_store::<QuickCache<u64, u64>>();
    println!(
        "\nruns: {CALLERS} threads call one cold key at the same time; {KEYS} keys: {KEYS} threads call one cold key each;"
    );
    println!("longest hit: of one thread, while {COMPUTING} other threads compute other keys");
    report::print(&measuring.table);
}

struct Measuring {
    table: Table,
    repetitions: usize,
    /// The id of the next key. No key is used twice.
    next: usize,
}

impl Measuring {
    fn add_store<S: Store<u64> + Send + Sync>(&mut self) {
        let store = S::new(BOUND);
        self.add(S::NAME, |key| store.get_or_insert_with(key, || slow(key)));
    }

    /// Adds a row: the largest number of runs, and the least times, because a busy machine only
    /// ever adds to them.
    #[expect(clippy::cast_precision_loss, reason = "counts are small")]
    fn add(&mut self, name: &str, call: impl Fn(u64) -> u64 + Sync) {
        let runs = (0..self.repetitions).map(|_| runs_of_one_key(&call, self.fresh())).max();
        let distinct: Vec<f64> = (0..self.repetitions)
            .map(|_| {
                let keys: Vec<u64> = (0..KEYS).map(|_| self.fresh()).collect();
                distinct_keys(&call, &keys)
            })
            .collect();
        let longest: Vec<f64> = (0..self.repetitions)
            .map(|_| {
                let keys: Vec<u64> = (0..COMPUTING * 3).map(|_| self.fresh()).collect();
                longest_hit(&call, self.fresh(), &keys)
            })
            .collect();
        self.table.row(name, [runs.map(|runs| runs as f64), Some(least(&distinct)), Some(least(&longest))]);
    }

    fn fresh(&mut self) -> u64 {
        self.next += 1;
        u64::make(self.next)
    }
}

/// How often the body runs when all callers call this cold key at the same time.
fn runs_of_one_key(call: &(impl Fn(u64) -> u64 + Sync), key: u64) -> usize {
    let before = RUNS.load(SeqCst);
    let start = Barrier::new(CALLERS);
    thread::scope(|scope| {
        for _ in 0..CALLERS {
            scope.spawn(|| {
                start.wait();
                assert_eq!(call(key), key.value());
            });
        }
    });
    RUNS.load(SeqCst) - before
}

/// Milliseconds until all threads have their results, each for a cold key of its own.
fn distinct_keys(call: &(impl Fn(u64) -> u64 + Sync), keys: &[u64]) -> f64 {
    let start = Barrier::new(keys.len() + 1);
    thread::scope(|scope| {
        let callers: Vec<_> = keys
            .iter()
            .map(|key| {
                let start = &start;
                scope.spawn(move || {
                    start.wait();
                    call(*key)
                })
            })
            .collect();
        start.wait();
        milliseconds(|| callers.into_iter().for_each(|caller| _ = caller.join().expect("the body does not panic")))
    })
}

/// Milliseconds of the longest hit on `warm` while other threads compute the `cold` keys, one after
/// the other.
fn longest_hit(call: &(impl Fn(u64) -> u64 + Sync), warm: u64, cold: &[u64]) -> f64 {
    call(warm);
    let computing = AtomicUsize::new(COMPUTING);
    let started = AtomicBool::new(false);
    thread::scope(|scope| {
        for keys in cold.chunks(cold.len() / COMPUTING) {
            let (computing, started) = (&computing, &started);
            scope.spawn(move || {
                started.store(true, SeqCst);
                for key in keys {
                    call(*key);
                }
                computing.fetch_sub(1, SeqCst);
            });
        }
        while !started.load(SeqCst) {
            thread::yield_now();
        }
        let mut longest: f64 = 0.0;
        while computing.load(SeqCst) > 0 {
            longest = longest.max(milliseconds(|| _ = call(warm)));
        }
        longest
    })
}

/// Runs a future on this thread, as a runtime with a single task would.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    struct Thread(thread::Thread);
    impl Wake for Thread {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Thread(thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(value) => return value,
            Poll::Pending => thread::park(),
        }
    }
}
