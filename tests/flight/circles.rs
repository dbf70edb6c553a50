//! Tests of functions that call themselves and each other, on one thread and in cycles across
//! threads.

use std::cell::Cell;
use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::thread;

use memokit::memoize;

use super::functions::from_all_threads;
use super::watchdog;

#[test]
fn recursion_runs_each_argument_once() {
    #[memoize]
    fn fibonacci(n: u64) -> u64 {
        if n < 2 { n } else { fibonacci(n - 1) + fibonacci(n - 2) }
    }

    watchdog(|| {
        assert_eq!(fibonacci(90), 2_880_067_194_370_816_120);
        let info = fibonacci::cache_info();
        assert_eq!((info.misses, info.hits, info.bypassed), (91, 88, 0));
    });
}

#[test]
fn threads_that_recurse_over_each_others_keys_share_runs_and_terminate() {
    static RUNS: AtomicU32 = AtomicU32::new(0);

    #[memoize]
    fn fibonacci(n: u64) -> u64 {
        RUNS.fetch_add(1, SeqCst);
        thread::yield_now();
        if n < 2 { n } else { fibonacci(n - 1) + fibonacci(n - 2) }
    }

    watchdog(|| {
        for value in from_all_threads(|| fibonacci(60)) {
            assert_eq!(value, 1_548_008_755_920);
        }
        assert_eq!(RUNS.load(SeqCst), 61);
    });
}

#[test]
fn mutual_recursion_runs_each_argument_once() {
    #[memoize]
    fn even(n: u32) -> bool {
        n == 0 || odd(n - 1)
    }
    #[memoize]
    fn odd(n: u32) -> bool {
        n != 0 && even(n - 1)
    }

    watchdog(|| {
        assert!(even(200) && odd(199));
        assert_eq!(even::cache_info().misses + odd::cache_info().misses, 201);
    });
}

#[test]
fn a_function_that_re_enters_its_own_key_bypasses_the_cache() {
    thread_local! { static DEPTH: Cell<u32> = const { Cell::new(0) } }

    #[memoize]
    fn circular(n: u32) -> u32 {
        if DEPTH.replace(DEPTH.get() + 1) < 3 { circular(n) + 1 } else { n }
    }

    watchdog(|| {
        assert_eq!((circular(10), circular(10)), (13, 13));
        let info = circular::cache_info();
        assert_eq!((info.misses, info.bypassed, info.hits, info.currsize), (1, 3, 1, 1));
    });
}

#[test]
fn threads_whose_functions_wait_for_each_other_do_not_deadlock() {
    static ALL_INSIDE: Barrier = Barrier::new(3);
    thread_local! { static NESTED: Cell<bool> = const { Cell::new(false) } }

    /// Only the outermost run of each thread waits for the other threads.
    fn meet() {
        if !NESTED.replace(true) {
            ALL_INSIDE.wait();
        }
    }
    #[memoize]
    fn stone(n: u32) -> u32 {
        meet();
        if n == 0 { 1 } else { scissors(n - 1) + 1 }
    }
    #[memoize]
    fn scissors(n: u32) -> u32 {
        meet();
        if n == 0 { 1 } else { paper(n - 1) + 1 }
    }
    #[memoize(local)]
    fn paper_here(n: u32) -> u32 {
        if n == 0 { 1 } else { stone(n - 1) + 1 }
    }
    #[memoize]
    fn paper(n: u32) -> u32 {
        meet();
        paper_here(n)
    }

    watchdog(|| {
        thread::scope(|scope| {
            let threads = [scope.spawn(|| stone(9)), scope.spawn(|| scissors(9)), scope.spawn(|| paper(8))];
            assert_eq!(threads.map(|thread| thread.join().unwrap()), [10, 10, 9]);
        });
    });
}

#[test]
fn a_cycle_of_threads_through_two_functions_does_not_deadlock() {
    static BOTH_INSIDE: Barrier = Barrier::new(2);
    thread_local! { static DEPTH: Cell<u32> = const { Cell::new(0) } }

    fn nested() -> bool {
        let depth = DEPTH.replace(DEPTH.get() + 1);
        if depth == 0 {
            BOTH_INSIDE.wait();
        }
        depth > 4
    }
    #[memoize]
    fn hen(n: u32) -> u32 {
        if nested() { n } else { egg(n) + 1 }
    }
    #[memoize]
    fn egg(n: u32) -> u32 {
        if nested() { n } else { hen(n) + 1 }
    }

    watchdog(|| {
        thread::scope(|scope| {
            let (hen, egg) = (scope.spawn(|| hen(1)), scope.spawn(|| egg(1)));
            assert!(hen.join().unwrap() > 1 && egg.join().unwrap() > 1);
        });
        assert!(hen::contains(1) && egg::contains(1));
    });
}

#[test]
fn without_single_flight_all_compute_at_once() {
    static ALL_INSIDE: Barrier = Barrier::new(8);

    #[memoize(single_flight = false)]
    fn alone(n: u32) -> u32 {
        ALL_INSIDE.wait();
        n
    }

    watchdog(|| {
        thread::scope(|scope| (0..8).for_each(|_| drop(scope.spawn(|| alone(1)))));
        let info = alone::cache_info();
        assert_eq!((info.misses, info.coalesced, info.currsize), (8, 0, 1));
    });
}

#[test]
fn without_single_flight_a_run_may_wait_for_a_thread_that_calls_the_same_key() {
    thread_local! { static OUTER: Cell<bool> = const { Cell::new(false) } }

    #[memoize(single_flight = false)]
    fn joins(n: u32) -> u32 {
        if OUTER.take() { thread::spawn(move || joins(n)).join().unwrap() + 1 } else { n }
    }

    watchdog(|| {
        OUTER.set(true);
        assert_eq!(joins(5), 6);
        assert!([5, 6].contains(&joins(5)));
    });
}

#[test]
fn the_longest_wait_ends_a_deadlock_outside_the_cache() {
    thread_local! { static OUTER: Cell<bool> = const { Cell::new(false) } }

    #[memoize(single_flight = "50ms")]
    fn joins(n: u32) -> u32 {
        if OUTER.take() { thread::spawn(move || joins(n)).join().unwrap() + 1 } else { n }
    }

    watchdog(|| {
        OUTER.set(true);
        assert_eq!(joins(5), 6);
        let info = joins::cache_info();
        assert_eq!((info.misses, info.coalesced, info.currsize), (2, 0, 1));
    });
}
