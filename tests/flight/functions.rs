//! Tests of single flight in `#[memoize]` functions that threads call.

use std::panic::catch_unwind;
use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::thread;

use memokit::{CacheInfo, Memo, memoize};

use super::watchdog;

/// Yields to other threads until the condition holds. The watchdog ends a test whose condition
/// never does.
pub(super) fn until(it_is_so: impl Fn() -> bool) {
    while !it_is_so() {
        thread::yield_now();
    }
}

/// Waits until this many callers have arrived, and most likely wait. Waiters are not visible from
/// outside, so no test depends on it.
pub(super) fn linger(arrived: &AtomicU32, callers: u32) {
    until(|| arrived.load(SeqCst) >= callers);
    (0..200).for_each(|_| thread::yield_now());
}

/// Checks that each call is counted once, as one thing.
fn assert_one_run(info: CacheInfo, calls: u64) {
    assert_eq!((info.misses, info.hits + info.coalesced, info.bypassed, info.errors), (1, calls - 1, 0, 0), "{info:?}");
}

const CALLERS: u32 = 64;

/// Calls from 64 threads at once; returns their results.
pub(super) fn from_all_threads<T: Send>(call: impl Fn() -> T + Sync) -> Vec<T> {
    let start = Barrier::new(CALLERS as usize);
    thread::scope(|scope| {
        let callers: Vec<_> = (0..CALLERS)
            .map(|_| {
                scope.spawn(|| {
                    start.wait();
                    call()
                })
            })
            .collect();
        callers.into_iter().map(|caller| caller.join().unwrap()).collect()
    })
}

macro_rules! sixty_four_threads {
    ($($test:ident($($words:tt)*);)*) => { $(
        #[test]
        fn $test() {
            static RUNS: AtomicU32 = AtomicU32::new(0);
            static ARRIVED: AtomicU32 = AtomicU32::new(0);

            #[memoize($($words)*)]
            fn cold(key: &str) -> String {
                RUNS.fetch_add(1, SeqCst);
                linger(&ARRIVED, CALLERS);
                key.to_uppercase()
            }

            watchdog(|| {
                let values = from_all_threads(|| {
                    ARRIVED.fetch_add(1, SeqCst);
                    cold("key")
                });
                assert!(values.iter().all(|value| value == "KEY"));
                assert_eq!(RUNS.load(SeqCst), 1);
                assert_one_run(cold::cache_info(), 64);
            });
        }
    )* };
}

sixty_four_threads! {
    sixty_four_threads_run_an_unbounded_function_once();
    sixty_four_threads_run_an_lru_function_once(lru = 4);
    sixty_four_threads_run_an_lfu_function_once(lfu = 4);
    sixty_four_threads_run_a_fifo_function_once(fifo = 4);
    sixty_four_threads_run_a_random_function_once(random = 4);
    sixty_four_threads_run_an_adaptive_function_once(max = 4);
    sixty_four_threads_run_a_function_with_ttl_once(ttl = "1h", jitter = 0.5);
    sixty_four_threads_run_a_weighted_function_once(max_weight = 100, weight = |_key, value| value.len());
    sixty_four_threads_run_a_function_with_a_long_wait_once(single_flight = "1h");
}

#[test]
fn a_value_that_is_not_cached_is_shared_with_the_waiters() {
    static ARRIVED: AtomicU32 = AtomicU32::new(0);

    #[memoize(keep_if = |value| *value > 100)]
    fn small(n: u32) -> u32 {
        linger(&ARRIVED, CALLERS);
        n
    }

    watchdog(|| {
        let values = from_all_threads(|| {
            ARRIVED.fetch_add(1, SeqCst);
            small(1)
        });
        assert!(values.iter().all(|value| *value == 1));
        let info = small::cache_info();
        assert_eq!((info.misses + info.coalesced, info.hits, info.currsize), (64, 0, 0), "{info:?}");
        assert!(info.coalesced > 0);
    });
}

#[test]
fn a_local_function_runs_once_per_thread() {
    static RUNS: AtomicU32 = AtomicU32::new(0);

    #[memoize(local)]
    fn mine(n: u32) -> u32 {
        RUNS.fetch_add(1, SeqCst);
        n
    }

    watchdog(|| {
        from_all_threads(|| (0..5).for_each(|_| assert_eq!(mine(7), 7)));
        assert_eq!(RUNS.load(SeqCst), CALLERS);
    });
}

#[test]
fn a_function_with_its_cache_in_a_field_runs_once_per_instance() {
    static RUNS: AtomicU32 = AtomicU32::new(0);
    static ARRIVED: AtomicU32 = AtomicU32::new(0);

    #[derive(Default)]
    struct Shop {
        prices: Memo<(u32,), u32>,
    }

    impl Shop {
        #[memoize(in = self.prices)]
        fn price(&self, item: u32) -> u32 {
            RUNS.fetch_add(1, SeqCst);
            linger(&ARRIVED, CALLERS);
            item * 2
        }
    }

    watchdog(|| {
        let shops = [Shop::default(), Shop::default()];
        let turn = AtomicU32::new(0);
        from_all_threads(|| {
            let shop = &shops[turn.fetch_add(1, SeqCst) as usize % 2];
            ARRIVED.fetch_add(1, SeqCst);
            assert_eq!(shop.price(4), 8);
        });
        assert_eq!(RUNS.load(SeqCst), 2);
        for shop in &shops {
            assert_one_run(shop.price_cache_info(), 32);
        }
    });
}

#[test]
fn thirty_two_cold_keys_are_computed_at_once() {
    static ALL_INSIDE: Barrier = Barrier::new(32);

    #[memoize(lru = 100)]
    fn slow(n: u32) -> u32 {
        // Passes only when all callers are in here.
        ALL_INSIDE.wait();
        n
    }

    watchdog(|| {
        thread::scope(|scope| (0..32).for_each(|n| drop(scope.spawn(move || slow(n)))));
        assert_eq!((slow::cache_info().misses, slow::cache_info().currsize), (32, 32));
    });
}

#[test]
fn a_hit_never_waits_while_other_keys_are_computed() {
    static BOTH: Barrier = Barrier::new(2);

    #[memoize(lru = 100)]
    fn slow(n: u32) -> u32 {
        if n > 0 {
            BOTH.wait();
            BOTH.wait();
        }
        n
    }

    watchdog(|| {
        slow(0);
        thread::scope(|scope| {
            scope.spawn(|| slow(1));
            BOTH.wait();
            // The other run ends only after this.
            assert_eq!((slow(0), slow::peek(0), slow::contains(0)), (0, Some(0), true));
            assert_eq!(slow::with(0, |value| *value), 0);
            assert_eq!(slow::cache_info().hits, 2);
            BOTH.wait();
        });
    });
}

#[test]
fn peek_and_contains_do_not_wait_for_a_run_of_the_same_key() {
    static BOTH: Barrier = Barrier::new(2);

    #[memoize]
    fn slow(n: u32) -> u32 {
        BOTH.wait();
        BOTH.wait();
        n
    }

    watchdog(|| {
        thread::scope(|scope| {
            scope.spawn(|| slow(1));
            BOTH.wait();
            assert_eq!((slow::peek(1), slow::contains(1), slow::expires_in(1)), (None, false, None));
            assert_eq!(slow::cache_info().currsize, 0);
            BOTH.wait();
        });
        assert_eq!(slow::peek(1), Some(1));
    });
}

#[test]
fn after_a_panic_one_waiter_computes_for_all() {
    static RUNS: AtomicU32 = AtomicU32::new(0);
    static ARRIVED: AtomicU32 = AtomicU32::new(0);

    #[memoize]
    fn fails_at_first(n: u32) -> u32 {
        let run = RUNS.fetch_add(1, SeqCst);
        linger(&ARRIVED, CALLERS);
        assert!(run > 0, "the first run fails");
        n + run
    }

    watchdog(|| {
        let outcomes = from_all_threads(|| {
            ARRIVED.fetch_add(1, SeqCst);
            catch_unwind(|| fails_at_first(1)).ok()
        });
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_none()).count(), 1, "the panic is the leader's alone");
        assert!(outcomes.iter().flatten().all(|value| *value == 2));
        let info = fails_at_first::cache_info();
        assert_eq!((RUNS.load(SeqCst), info.errors, info.misses, info.hits + info.coalesced), (2, 1, 2, 62));
    });
}

#[test]
fn a_panic_leaves_no_entry_and_no_run() {
    #[memoize(lru = 2)]
    fn fails_for_zero(n: u32) -> u32 {
        100_u32.checked_div(n).expect("not zero")
    }

    watchdog(|| {
        for _ in 0..3 {
            assert!(catch_unwind(|| fails_for_zero(0)).is_err());
        }
        assert_eq!((fails_for_zero(5), fails_for_zero(5)), (20, 20));
        let info = fails_for_zero::cache_info();
        assert_eq!((info.hits, info.misses, info.errors, info.currsize), (1, 4, 3, 1));
    });
}

#[test]
fn an_error_that_is_clone_is_shared_with_all_waiters() {
    static RUNS: AtomicU32 = AtomicU32::new(0);
    static ARRIVED: AtomicU32 = AtomicU32::new(0);

    #[memoize]
    fn fails(n: u32) -> Result<u32, String> {
        let run = RUNS.fetch_add(1, SeqCst);
        linger(&ARRIVED, CALLERS);
        Err(format!("{n}: run {run}"))
    }

    watchdog(|| {
        // All callers but the leader are sure to wait: the leader does not return before they have
        // arrived. A caller that arrives too late to wait would run again, so each caller's run is
        // compared with the counts.
        let errors = from_all_threads(|| {
            ARRIVED.fetch_add(1, SeqCst);
            fails(1).unwrap_err()
        });
        let (runs, info) = (u64::from(RUNS.load(SeqCst)), fails::cache_info());
        assert_eq!((info.misses, info.errors, info.misses + info.coalesced), (runs, runs, 64), "{info:?}");
        let of_the_first = errors.iter().filter(|error| *error == "1: run 0").count();
        assert!(of_the_first > 32, "most of them shared the first run: {of_the_first}");
        assert_eq!(fails::peek(1), None);
    });
}

#[test]
fn a_none_that_is_not_cached_is_shared_with_all_waiters() {
    static RUNS: AtomicU32 = AtomicU32::new(0);
    static ARRIVED: AtomicU32 = AtomicU32::new(0);

    #[memoize(skip_none)]
    fn finds_nothing(n: u32) -> Option<u32> {
        RUNS.fetch_add(1, SeqCst);
        linger(&ARRIVED, CALLERS);
        None.filter(|_: &u32| n > 0)
    }

    watchdog(|| {
        let found = from_all_threads(|| {
            ARRIVED.fetch_add(1, SeqCst);
            finds_nothing(1)
        });
        assert!(found.iter().all(Option::is_none));
        let info = finds_nothing::cache_info();
        assert_eq!((info.misses, info.coalesced), (u64::from(RUNS.load(SeqCst)), 64 - info.misses));
        assert!(info.coalesced > 32 && info.errors == 0 && info.currsize == 0, "{info:?}");
    });
}

#[test]
fn errors_that_are_not_clone_do_not_serialise_the_waiters() {
    #[derive(Debug)]
    struct NoClone;
    static RUNS: AtomicU32 = AtomicU32::new(0);
    static ARRIVED: AtomicU32 = AtomicU32::new(0);
    static THE_REST: AtomicU32 = AtomicU32::new(0);

    #[memoize]
    fn fails(n: u32) -> Result<u32, NoClone> {
        match RUNS.fetch_add(1, SeqCst) {
            0 => linger(&ARRIVED, CALLERS),
            1 => (0..200).for_each(|_| thread::yield_now()),
            // After two runs one after the other, the remaining callers run at once: in a queue the
            // first of them would stay here alone.
            _ => {
                THE_REST.fetch_add(1, SeqCst);
                until(|| THE_REST.load(SeqCst) >= 8);
            }
        }
        if n > 0 { Err(NoClone) } else { Ok(n) }
    }

    watchdog(|| {
        let outcomes = from_all_threads(|| {
            ARRIVED.fetch_add(1, SeqCst);
            fails(1)
        });
        assert!(outcomes.iter().all(Result::is_err));
        assert_eq!((RUNS.load(SeqCst), fails::cache_info().errors), (64, 64));
    });
}
