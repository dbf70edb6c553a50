//! Tests of the statistics: every call is exactly one of hit, miss, coalesced, bypassed; peek and
//! contains update neither statistics nor recency.

use super::{Runs, calls, tally};
use futures::executor::block_on;
use futures::future::join_all;
use memokit::{CacheInfo, memoize};
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

fn all_calls(info: CacheInfo) -> u64 {
    info.hits + info.misses + info.coalesced + info.bypassed
}

#[test]
fn a_thousand_mixed_calls_are_a_thousand() {
    #[memoize(lru = 50, when = n % 7 != 0, keep_if = |value| value % 5 != 0)]
    fn double(n: u32) -> u32 {
        n * 2
    }
    let mut n = 1u32;
    let mut bypassed = 0;
    for _ in 0..1000 {
        n = n.wrapping_mul(1_103_515_245).wrapping_add(12345) % 100;
        bypassed += u64::from(n.is_multiple_of(7));
        double(n);
        _ = (double::peek(n), double::contains(n), double::expires_in(n));
    }
    let info = double::cache_info();
    assert_eq!((all_calls(info), info.bypassed, info.coalesced), (1000, bypassed, 0));
}

#[test]
fn calls_of_many_threads_are_all_counted() {
    static RUNS: Runs = Runs::new();
    #[memoize]
    fn slow(n: u32) -> u32 {
        RUNS.add();
        thread::sleep(Duration::from_millis(1));
        n + 1
    }
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| (0..50).for_each(|n| assert_eq!(slow(n % 10), n % 10 + 1)));
        }
    });
    let info = slow::cache_info();
    assert_eq!((all_calls(info), info.misses, info.bypassed, RUNS.count()), (400, 10, 0, 10));
}

#[test]
fn a_waiter_of_another_callers_run_is_coalesced() {
    static INSIDE: Barrier = Barrier::new(2);
    #[memoize]
    fn slow(n: u32) -> u32 {
        INSIDE.wait();
        thread::sleep(Duration::from_millis(500)); // until the other one waits
        n + 1
    }
    thread::scope(|scope| {
        scope.spawn(|| slow(1));
        INSIDE.wait();
        assert_eq!(slow(1), 2);
    });
    assert_eq!(calls(slow::cache_info()), (0, 1, 1, 0));
    assert!((slow::cache_info().hit_rate() - 0.5).abs() < f64::EPSILON);
}

#[test]
fn tasks_that_wait_for_another_callers_run_are_coalesced() {
    static RUNS: Runs = Runs::new();
    #[memoize]
    async fn slow(n: u32) -> u32 {
        RUNS.add();
        for _ in 0..3 {
            tokio::task::yield_now().await;
        }
        n + 1
    }
    let values = block_on(join_all((0..20).map(|n| slow(n % 2))));
    assert_eq!((values.iter().sum::<u32>(), RUNS.count()), (30, 2));
    assert_eq!(calls(slow::cache_info()), (0, 2, 18, 0));
}

#[test]
fn a_call_for_the_key_that_it_is_computing_is_bypassed() {
    static DEPTH: Runs = Runs::new();
    #[memoize]
    fn again(n: u32) -> u32 {
        if DEPTH.add() == 0 { again(n) + 1 } else { 10 }
    }
    assert_eq!(again(1), 11);
    assert_eq!(calls(again::cache_info()), (0, 1, 0, 1));
    assert_eq!((again(1), calls(again::cache_info())), (11, (1, 1, 0, 1)));
}

#[test]
fn an_async_call_for_the_key_that_it_is_computing_is_bypassed() {
    static DEPTH: Runs = Runs::new();
    #[memoize]
    async fn again(n: u32) -> u32 {
        if DEPTH.add() == 0 { again(n).await + 1 } else { 10 }
    }
    assert_eq!(block_on(again(1)), 11);
    assert_eq!(calls(again::cache_info()), (0, 1, 0, 1));
}

#[test]
fn only_calls_are_counted() {
    #[memoize(ttl = "1h")]
    fn next(n: u32) -> u32 {
        n + 1
    }
    next::put(1, 2);
    _ = (next::peek(1), next::contains(1), next::expires_in(1), next::peek(2), next::uncached(1));
    next::forget(1);
    next::forget_if(|_, _| true);
    next::resize(10);
    assert_eq!(calls(next::cache_info()), (0, 0, 0, 0));
    assert_eq!((next(1), calls(next::cache_info())), (2, (0, 1, 0, 0)));
}

#[test]
fn a_refresh_is_counted_apart_from_calls() {
    #[memoize]
    fn next(n: u32) -> u32 {
        n + 1
    }
    (next(1), next::refresh(1), next::refresh(2), next(2));
    let info = next::cache_info();
    assert_eq!((calls(info), info.refreshes), ((1, 1, 0, 0), 2));
}

#[test]
fn with_is_a_call() {
    #[memoize]
    fn next(n: u32) -> u32 {
        n + 1
    }
    (next::with(1, |n| *n), next::with(1, |n| *n), next::with(1, |n| *n));
    assert_eq!(calls(next::cache_info()), (2, 1, 0, 0));
}

#[test]
fn evictions_expirations_and_replacements_are_not_mixed_up() {
    #[memoize(lru = 2)]
    fn next(n: u32) -> u32 {
        n + 1
    }
    (next(1), next(2), next(3));
    next::put(3, 0);
    next::forget(3);
    next::resize(0);
    let info = next::cache_info();
    assert_eq!((info.evictions, info.expirations, info.currsize), (2, 0, 0));
}

#[test]
fn a_clear_during_counting_loses_only_what_came_before() {
    #[memoize]
    fn next(n: u32) -> u32 {
        n + 1
    }
    (0..5).for_each(|n| _ = next(n));
    thread::spawn(|| (0..5).for_each(|n| _ = next(n))).join().unwrap();
    assert_eq!(tally(next::cache_info()), (5, 5, 5));
    next::cache_clear();
    (0..3).for_each(|n| _ = next(n));
    thread::spawn(|| (0..4).for_each(|n| _ = next(n))).join().unwrap();
    assert_eq!(tally(next::cache_info()), (3, 4, 4));
}

#[test]
fn an_error_is_a_miss_and_an_error() {
    #[memoize]
    fn fail(n: u32) -> Result<u32, u32> {
        Err(n)
    }
    assert_eq!((fail(1), fail(1)), (Err(1), Err(1)));
    let info = fail::cache_info();
    assert_eq!((calls(info), info.errors, info.currsize), ((0, 2, 0, 0), 2, 0));
}

#[test]
fn a_cancelled_run_is_a_miss_and_an_error() {
    #[memoize]
    async fn slow(n: u32) -> u32 {
        std::future::pending::<()>().await;
        n
    }
    let polled_once = async { futures::future::select(Box::pin(slow(1)), std::future::ready(())).await };
    block_on(async { drop(polled_once.await) });
    let info = slow::cache_info();
    assert_eq!((calls(info), info.errors, info.currsize), ((0, 1, 0, 0), 1, 0));
}

#[test]
fn the_time_of_a_recursion_is_counted_once() {
    #[memoize]
    fn even(n: u32) -> bool {
        if n == 0 { rest() } else { odd(n - 1) }
    }
    #[memoize]
    fn odd(n: u32) -> bool {
        n != 0 && even(n - 1)
    }
    fn rest() -> bool {
        thread::sleep(Duration::from_millis(50));
        true
    }
    let begun = Instant::now();
    // One run contains all the others, so its time is the whole.
    let deep = thread::Builder::new().stack_size(64 << 20).spawn(|| even(1000)).unwrap();
    assert!(deep.join().unwrap());
    let (spent, told) = (begun.elapsed(), even::cache_info().load_time);
    assert!(told < spent * 2 && told >= Duration::from_millis(50), "{told:?} of {spent:?}");
}
