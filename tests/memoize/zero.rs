//! Tests of a capacity of zero: nothing is cached; calls still coalesce, and count as misses.

use super::{Runs, calls, tally};
use futures::executor::block_on;
use futures::future::join_all;
use memokit::memoize;
use std::sync::Barrier;
use std::thread;
use std::time::Duration;

#[test]
fn a_bound_of_zero_caches_nothing_by_any_policy() {
    macro_rules! nothing_kept {
        ($($policy:ident)*) => { $({
            static RUNS: Runs = Runs::new();
            #[memoize($policy = 0)]
            fn run(_n: u32) -> u64 {
                RUNS.add()
            }
            assert_eq!((run(1), run(1), run(2)), (0, 1, 2), stringify!($policy));
            let info = run::cache_info();
            assert_eq!((tally(info), info.maxsize, info.evictions), ((0, 3, 0), Some(0), 0), stringify!($policy));
        })* };
    }
    nothing_kept!(lru lfu fifo random max);
}

#[test]
fn recursion_with_a_bound_of_zero_still_terminates() {
    #[memoize(lru = 0)]
    fn fib(n: u64) -> u64 {
        if n < 2 { n } else { fib(n - 1) + fib(n - 2) }
    }
    assert_eq!(fib(10), 55);
    assert_eq!(tally(fib::cache_info()), (0, 177, 0));
}

#[test]
fn an_async_or_local_bound_of_zero_caches_nothing() {
    #[memoize(lru = 0)]
    async fn later(n: u32) -> u32 {
        n
    }
    #[memoize(lru = 0, local)]
    fn local(n: u32) -> u32 {
        n
    }
    block_on(async { (later(1).await, later(1).await) });
    (local(1), local(1));
    assert_eq!((tally(later::cache_info()), tally(local::cache_info())), ((0, 2, 0), (0, 2, 0)));
}

#[test]
fn a_put_with_a_bound_of_zero_caches_nothing() {
    #[memoize(lru = 0)]
    fn next(n: u32) -> u32 {
        n + 1
    }
    next::put(1, 100);
    assert_eq!(
        (next::peek(1), next::contains(1), next::forget(1), next(1), next::refresh(1)),
        (None, false, false, 2, 2)
    );
    assert_eq!(next::with(1, |n| *n), 2);
    assert_eq!(next::cache_info().currsize, 0);
}

#[test]
fn calls_of_a_zero_cache_still_coalesce() {
    static INSIDE: Barrier = Barrier::new(2);
    static RUNS: Runs = Runs::new();
    #[memoize(lru = 0)]
    fn slow(n: u32) -> u32 {
        if RUNS.add() == 0 {
            INSIDE.wait();
            thread::sleep(Duration::from_millis(500)); // until the other one waits
        }
        n + 1
    }
    thread::scope(|scope| {
        scope.spawn(|| slow(1));
        INSIDE.wait();
        assert_eq!(slow(1), 2);
    });
    assert_eq!((calls(slow::cache_info()), RUNS.count()), ((0, 1, 1, 0), 1));
}

#[test]
fn async_calls_of_a_zero_cache_still_coalesce() {
    #[memoize(lru = 0)]
    async fn slow(n: u32) -> u32 {
        tokio::task::yield_now().await;
        n + 1
    }
    assert_eq!(block_on(join_all((0..10).map(|_| slow(1)))), [2; 10]);
    assert_eq!(calls(slow::cache_info()), (0, 1, 9, 0));
}

#[test]
fn resize_to_zero_empties_the_cache_and_back_fills_it_again() {
    #[memoize(lru = 4)]
    fn next(n: u32) -> u32 {
        n + 1
    }
    (0..4).for_each(|n| _ = next(n));
    next::resize(0);
    assert_eq!((next::cache_info().currsize, next::cache_info().maxsize), (0, Some(0)));
    (next(1), next(1));
    assert_eq!(tally(next::cache_info()), (0, 6, 0));
    next::resize(2);
    (next(1), next(1));
    assert_eq!(tally(next::cache_info()), (1, 7, 1));
}

#[test]
fn resize_to_zero_works_on_an_unbounded_cache_and_for_every_policy() {
    macro_rules! resized {
        ($($($word:ident = $n:literal)?;)*) => { $({
            #[memoize($($word = $n)?)]
            fn next(n: u32) -> u32 {
                n + 1
            }
            (0..20).for_each(|n| _ = next(n));
            next::resize(0);
            (next(1), next(1));
            assert_eq!((next::cache_info().currsize, next::cache_info().hits), (0, 0));
            next::resize(1);
            (next(1), next(1));
            assert_eq!((next::cache_info().currsize, next::cache_info().hits), (1, 1));
        })* };
    }
    resized!(; lru = 20; lfu = 20; fifo = 20; random = 20; max = 20;);
}

#[test]
fn a_weight_of_zero_costs_nothing_and_a_bound_of_zero_admits_only_that() {
    #[memoize(max_weight = 0, weight = |_, value| *value)]
    fn same(n: u32) -> u32 {
        n
    }
    (same(0), same(0), same(1), same(1));
    assert_eq!(tally(same::cache_info()), (1, 3, 1));
}
