//! What callers wait for: many on one cold key, many on as many cold keys, and hits while others compute.

use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Barrier};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use cached::macros::cached;
use memokit::{Memo, memoize};

use crate::Effort;
use crate::keys::Key;
use crate::peers::{Cached, Moka, OurLru, OurMax, QuickCache, Store};
use crate::race::least;
use crate::report::{Column, Table};

const BODY: Duration = Duration::from_millis(50);
const CALLERS: usize = 64;
const KEYS: usize = 32;
/// Threads that compute while another one hits.
const COMPUTING: usize = 8;
/// Room for every key that is asked for.
const BOUND: usize = 10_000;

static RUNS: AtomicUsize = AtomicUsize::new(0);

/// The body: takes its time, and waits as one does that asks another machine.
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
#[expect(clippy::unused_async, reason = "it blocks its thread, as the others do")]
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

pub(crate) fn answer(effort: Effort) {
    println!("# flights: a body that sleeps {} ms", BODY.as_millis());
    let columns = [
        Column("runs", "runs", 0),
        Column("32 keys ms", "distinct_keys_ms", 1),
        Column("longest hit ms", "longest_hit_ms", 3),
    ];
    let mut asking = Asking { table: Table::new("flights", &columns).key("u64"), runs: effort.choose(7, 2), next: 0 };
    asking.ask("memokit #[memoize(lru)]", lru);
    asking.ask("memokit #[memoize(max)]", max);
    asking.ask("memokit #[memoize(lfu)]", lfu);
    asking.ask("memokit #[memoize(fifo)]", fifo);
    asking.ask("memokit #[memoize(random)]", random);
    asking.ask("memokit #[memoize]", unbounded);
    asking.ask("memokit #[memoize(lru, ttl)]", ttl);
    asking.ask("memokit #[memoize(lru)] async", |key| block_on(task(key)));
    let owner = Owner::default();
    asking.ask("memokit #[memoize(in = self.field)]", |key| owner.in_field(key));
    asking.store::<OurLru<u64, u64>>();
    asking.store::<OurMax<u64, u64>>();
    asking.ask("cached #[cached(max_size)]", cached_plain);
    asking.ask("cached #[cached(max_size, sync_writes)]", cached_sync);
    asking.ask("cached #[cached(max_size, sync_writes by_key)]", cached_by_key);
    asking.store::<Cached<u64, u64>>();
    asking.store::<Moka<u64, u64>>();
    asking.store::<QuickCache<u64, u64>>();
    println!(
        "\nruns: of {CALLERS} threads that ask for one cold key at once; 32 keys: {KEYS} threads, each with a cold key of its own;"
    );
    println!("longest hit: of one thread, while {COMPUTING} others compute other keys");
    asking.table.print();
}

struct Asking {
    table: Table,
    runs: usize,
    /// Keys are used once.
    next: usize,
}

impl Asking {
    fn store<S: Store<u64> + Send + Sync>(&mut self) {
        let store = S::new(BOUND);
        self.ask(S::NAME, |key| store.get_or_insert_with(key, || slow(key)));
    }

    /// The worst count, and the least times: a busy machine only ever adds to them.
    #[expect(clippy::cast_precision_loss, reason = "counts are small")]
    fn ask(&mut self, who: &str, call: impl Fn(u64) -> u64 + Sync) {
        let runs = (0..self.runs).map(|_| one_key(&call, self.fresh())).max();
        let distinct: Vec<f64> = (0..self.runs)
            .map(|_| {
                let keys: Vec<u64> = (0..KEYS).map(|_| self.fresh()).collect();
                distinct_keys(&call, &keys)
            })
            .collect();
        let longest: Vec<f64> = (0..self.runs)
            .map(|_| {
                let keys: Vec<u64> = (0..COMPUTING * 3).map(|_| self.fresh()).collect();
                longest_hit(&call, self.fresh(), &keys)
            })
            .collect();
        self.table.row(who, [runs.map(|runs| runs as f64), Some(least(&distinct)), Some(least(&longest))]);
    }

    fn fresh(&mut self) -> u64 {
        self.next += 1;
        u64::make(self.next)
    }
}

/// How often the body runs when all callers ask for this key at once.
fn one_key(call: &(impl Fn(u64) -> u64 + Sync), key: u64) -> usize {
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

/// Milliseconds until all have their value, each from a cold key of its own.
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
        let begun = Instant::now();
        for caller in callers {
            caller.join().expect("the body does not panic");
        }
        begun.elapsed().as_secs_f64() * 1e3
    })
}

/// Milliseconds of the longest hit of `warm` while others compute `cold` keys, one after the other.
fn longest_hit(call: &(impl Fn(u64) -> u64 + Sync), warm: u64, cold: &[u64]) -> f64 {
    call(warm);
    let computing = AtomicUsize::new(COMPUTING);
    let begun = AtomicBool::new(false);
    thread::scope(|scope| {
        for keys in cold.chunks(cold.len() / COMPUTING) {
            let (computing, begun) = (&computing, &begun);
            scope.spawn(move || {
                begun.store(true, SeqCst);
                for key in keys {
                    call(*key);
                }
                computing.fetch_sub(1, SeqCst);
            });
        }
        while !begun.load(SeqCst) {
            thread::yield_now();
        }
        let mut longest = Duration::ZERO;
        while computing.load(SeqCst) > 0 {
            let start = Instant::now();
            call(warm);
            longest = longest.max(start.elapsed());
        }
        longest.as_secs_f64() * 1e3
    })
}

/// Runs a future on this thread, as a runtime of one task would.
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
