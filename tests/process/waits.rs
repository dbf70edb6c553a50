//! Waits that never end by themselves, or take long.

use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::time::Duration;

use memokit::{Cache, Lazy, cached_field, memoize};

use crate::{CASE, Case};

pub const CASES: [Case; 5] = [
    ("a_worker_of_a_rayon_pool_does_not_wait_for_a_function", || in_pool(|| function(1))),
    ("a_worker_of_a_rayon_pool_does_not_wait_for_a_cache", || in_pool(|| cached(1))),
    ("a_worker_of_a_rayon_pool_does_not_wait_for_a_field", || in_pool(|| SQUARE.area())),
    ("waits_that_are_told_of", long_waits),
    ("a_long_wait_is_told_of_once", told_of),
];

static RUNS: AtomicU32 = AtomicU32::new(0);

/// The first run hands a part of its work to the other worker, and that part asks for the result of
/// this very run.
fn work(again: fn() -> u32) -> u32 {
    let run = RUNS.fetch_add(1, SeqCst);
    if run == 0 {
        let stolen = AtomicU32::new(0);
        let ((), part) = rayon::join(
            || {
                while stolen.load(SeqCst) == 0 {
                    std::hint::spin_loop()
                }
            },
            || {
                stolen.store(1, SeqCst);
                again()
            },
        );
        assert_eq!(part, 7);
    }
    7
}

#[memoize]
fn function(n: u32) -> u32 {
    work(|| function(1)) * n
}

static CACHE: std::sync::LazyLock<Cache<u32, u32>> = std::sync::LazyLock::new(|| Cache::builder().build());

fn cached(n: u32) -> u32 {
    CACHE.get_or_insert_with(n, || work(|| cached(1)))
}

static SQUARE: Square = Square { area: Lazy::new() };

struct Square {
    area: Lazy<u32>,
}

impl Square {
    #[cached_field]
    fn area(&self) -> u32 {
        work(|| SQUARE.area())
    }
}

fn in_pool(call: fn() -> u32) {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
    assert_eq!(pool.install(call), 7);
    assert_eq!(RUNS.load(SeqCst), 2, "the run, and the worker's own");
    // Afterwards it is cached.
    assert_eq!(pool.install(call), 7);
    assert_eq!(RUNS.load(SeqCst), 2);
}

#[memoize]
fn slow_function(n: u32) -> u32 {
    std::thread::sleep(Duration::from_millis(6_500));
    n
}

/// Two waits of more than five seconds, by a thread and by a task.
fn long_waits() {
    let cache = Cache::<u32, u32>::builder().name("slow cache").build();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| slow_function(1));
            scope.spawn(|| {
                let load = async {
                    std::thread::sleep(Duration::from_millis(6_500));
                    1
                };
                let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
                runtime.block_on(cache.get_or_insert_async(1, load))
            });
        }
    });
}

fn told_of() {
    let this = std::env::current_exe().unwrap();
    let output = Command::new(this).args([CASE, "waits_that_are_told_of"]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    let told = |waiter: &str, cache: &str| {
        let is_it = |line: &&str| line.contains(waiter) && line.contains(cache);
        said.lines().filter(is_it).count()
    };
    assert_eq!(told("thread has waited", "slow_function"), 1, "{said}");
    assert_eq!(told("task has waited", "slow cache"), 1, "{said}");
}
