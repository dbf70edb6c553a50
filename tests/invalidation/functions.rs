//! Tests of invalidation while threads compute.

use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::thread;

use memokit::{Memo, memoize};

use crate::flight::watchdog;

/// The first run of `slow(1)` returns 100 and waits twice: for the test to begin, and for the test
/// to let it go on. Later runs return 101, 102, ..
macro_rules! slow {
    ([$($words:tt)*] $invalidate:expr) => {{
        static RUNS: AtomicU32 = AtomicU32::new(0);
        static MEET: Barrier = Barrier::new(2);

        #[memoize($($words)*)]
        fn slow(n: u32) -> u32 {
            let run = RUNS.fetch_add(1, SeqCst);
            if run == 0 {
                MEET.wait();
                MEET.wait();
            }
            n * 100 + run
        }

        watchdog(|| {
            thread::scope(|scope| {
                let leader = scope.spawn(|| slow(1));
                MEET.wait();
                // Most likely waits already. If it arrives too late for that, it starts another
                // run.
                let waiter = scope.spawn(|| slow(1));
                (0..200).for_each(|_| thread::yield_now());
                $invalidate;
                // The first run is still in flight: a caller that waited for it would hang here.
                let after = slow(1);
                assert_ne!(after, 100, "later callers start anew");
                MEET.wait();
                assert_eq!(leader.join().unwrap(), 100, "the leader gets its own result");
                assert!([100, after].contains(&waiter.join().unwrap()));
                assert_eq!(slow::peek(1), Some(after), "the old run leaves nothing");
                assert_eq!(slow(1), after);
            });
        });
    }};
}

#[test]
fn forget_invalidates_a_run() {
    slow!([] assert!(!slow::forget(1), "there is nothing yet"));
}

#[test]
fn clear_invalidates_a_run() {
    slow!([lru = 5] slow::cache_clear());
}

#[test]
fn clear_through_the_registry_invalidates_a_run() {
    slow!([lfu = 5] slow::cache().clear());
}

#[test]
fn put_invalidates_a_run() {
    slow!([max = 5] slow::put(1, 555));
}

#[test]
fn refresh_invalidates_a_run() {
    slow!([fifo = 5] assert_eq!(slow::refresh(1), 101));
}

#[test]
fn without_single_flight_a_run_is_invalidated_too() {
    static MEET: Barrier = Barrier::new(3);

    #[memoize(single_flight = false)]
    fn slow(n: u32) -> u32 {
        MEET.wait();
        MEET.wait();
        n
    }

    watchdog(|| {
        thread::scope(|scope| {
            let runs = [scope.spawn(|| slow(1)), scope.spawn(|| slow(1))];
            MEET.wait();
            assert!(!slow::forget(1));
            MEET.wait();
            assert_eq!(runs.map(|run| run.join().unwrap()), [1, 1]);
        });
        assert_eq!(slow::peek(1), None);
    });
}

#[test]
fn forgetting_another_key_does_not_disturb_a_run() {
    static MEET: Barrier = Barrier::new(2);

    #[memoize]
    fn slow(n: u32) -> u32 {
        if n == 1 {
            MEET.wait();
            MEET.wait();
        }
        n
    }

    watchdog(|| {
        slow(2);
        thread::scope(|scope| {
            scope.spawn(|| slow(1));
            MEET.wait();
            assert!(slow::forget(2));
            slow::put(3, 3);
            MEET.wait();
        });
        assert_eq!(slow::peek(1), Some(1));
    });
}

#[test]
fn of_two_runs_the_one_that_started_after_the_invalidation_is_cached() {
    static RUNS: AtomicU32 = AtomicU32::new(0);
    static OLD: Barrier = Barrier::new(2);
    static NEW: Barrier = Barrier::new(2);

    #[memoize]
    fn slow(n: u32) -> u32 {
        let run = RUNS.fetch_add(1, SeqCst);
        let meet = if run == 0 { &OLD } else { &NEW };
        meet.wait();
        meet.wait();
        n * 100 + run
    }

    watchdog(|| {
        thread::scope(|scope| {
            let old = scope.spawn(|| slow(1));
            OLD.wait();
            slow::cache_clear();
            let new = scope.spawn(|| slow(1));
            NEW.wait();
            // The old run completes first, while the new run is still in flight.
            OLD.wait();
            assert_eq!((old.join().unwrap(), slow::peek(1)), (100, None));
            NEW.wait();
            assert_eq!((new.join().unwrap(), slow::peek(1)), (101, Some(101)));
        });
    });
}

#[test]
fn a_refresh_that_started_later_wins_over_a_call_that_completes_first() {
    static RUNS: AtomicU32 = AtomicU32::new(0);
    static OLD: Barrier = Barrier::new(2);
    static NEW: Barrier = Barrier::new(2);

    #[memoize]
    fn slow(n: u32) -> u32 {
        let run = RUNS.fetch_add(1, SeqCst);
        let meet = if run == 0 { &OLD } else { &NEW };
        meet.wait();
        meet.wait();
        n * 100 + run
    }

    watchdog(|| {
        thread::scope(|scope| {
            let old = scope.spawn(|| slow(1));
            OLD.wait();
            let new = scope.spawn(|| slow::refresh(1));
            NEW.wait();
            OLD.wait();
            assert_eq!(old.join().unwrap(), 100);
            NEW.wait();
            assert_eq!((new.join().unwrap(), slow::peek(1)), (101, Some(101)), "what was asked for later is newer");
        });
    });
}

#[test]
fn a_call_that_started_earlier_does_not_replace_the_value_of_a_refresh() {
    static RUNS: AtomicU32 = AtomicU32::new(0);
    static MEET: Barrier = Barrier::new(2);

    #[memoize]
    fn slow(n: u32) -> u32 {
        let run = RUNS.fetch_add(1, SeqCst);
        if run == 0 {
            MEET.wait();
            MEET.wait();
        }
        n * 100 + run
    }

    watchdog(|| {
        thread::scope(|scope| {
            let old = scope.spawn(|| slow(1));
            MEET.wait();
            assert_eq!(slow::refresh(1), 101);
            MEET.wait();
            assert_eq!((old.join().unwrap(), slow::peek(1)), (100, Some(101)));
        });
    });
}

#[test]
fn during_a_refresh_callers_get_the_old_value_without_waiting() {
    static RUNS: AtomicU32 = AtomicU32::new(0);
    static MEET: Barrier = Barrier::new(2);

    #[memoize]
    fn slow(n: u32) -> u32 {
        let run = RUNS.fetch_add(1, SeqCst);
        if run == 1 {
            MEET.wait();
            MEET.wait();
        }
        n * 100 + run
    }

    watchdog(|| {
        slow(1);
        thread::scope(|scope| {
            let new = scope.spawn(|| slow::refresh(1));
            MEET.wait();
            assert_eq!(slow(1), 100);
            MEET.wait();
            assert_eq!(new.join().unwrap(), 101);
        });
        assert_eq!((slow(1), slow::cache_info().refreshes, slow::cache_info().misses), (101, 1, 1));
    });
}

#[test]
fn forgetting_during_a_refresh_leaves_no_entry() {
    static RUNS: AtomicU32 = AtomicU32::new(0);
    static MEET: Barrier = Barrier::new(2);

    #[memoize]
    fn slow(n: u32) -> u32 {
        let run = RUNS.fetch_add(1, SeqCst);
        if run == 1 {
            MEET.wait();
            MEET.wait();
        }
        n * 100 + run
    }

    watchdog(|| {
        slow(1);
        thread::scope(|scope| {
            let new = scope.spawn(|| slow::refresh(1));
            MEET.wait();
            assert!(slow::forget(1));
            MEET.wait();
            assert_eq!(new.join().unwrap(), 101);
        });
        assert_eq!(slow::peek(1), None);
    });
}

#[test]
fn a_failed_refresh_leaves_the_old_value() {
    static FAILS: AtomicU32 = AtomicU32::new(0);

    #[memoize]
    fn fallible(n: u32) -> Result<u32, String> {
        if FAILS.load(SeqCst) == 0 { Ok(n) } else { Err("no".into()) }
    }

    watchdog(|| {
        assert_eq!(fallible(1), Ok(1));
        FAILS.store(1, SeqCst);
        assert_eq!((fallible::refresh(1), fallible(1)), (Err("no".into()), Ok(1)));
    });
}

#[test]
fn a_run_may_invalidate_itself() {
    static RUNS: AtomicU32 = AtomicU32::new(0);

    #[memoize]
    fn suicidal(n: u32) -> u32 {
        match RUNS.fetch_add(1, SeqCst) {
            0 => suicidal::cache_clear(),
            1 => assert!(!suicidal::forget(n)),
            2 => assert_eq!(suicidal::forget_if(|_, _| true), 0),
            _ => {}
        }
        n
    }

    watchdog(|| {
        for run in 1..4 {
            assert_eq!((suicidal(7), suicidal::peek(7), RUNS.load(SeqCst)), (7, None, run));
        }
        assert_eq!((suicidal(7), suicidal::peek(7)), (7, Some(7)));
    });
}

#[test]
fn a_put_from_inside_the_run_wins() {
    #[memoize]
    fn predicts(n: u32) -> u32 {
        predicts::put(n, 1000);
        n
    }

    watchdog(|| assert_eq!((predicts(1), predicts(1)), (1, 1000)));
}

#[test]
fn a_run_of_a_cache_in_a_field_can_be_invalidated() {
    static MEET: Barrier = Barrier::new(2);

    #[derive(Default)]
    struct Shop {
        prices: Memo<(u32,), u32>,
    }

    impl Shop {
        #[memoize(in = self.prices)]
        fn price(&self, item: u32) -> u32 {
            if item == 1 {
                MEET.wait();
                MEET.wait();
            }
            item * 10
        }
    }

    watchdog(|| {
        let (one, other) = (Shop::default(), Shop::default());
        other.price(2);
        thread::scope(|scope| {
            let leader = scope.spawn(|| one.price(1));
            MEET.wait();
            one.price_cache_clear();
            MEET.wait();
            assert_eq!(leader.join().unwrap(), 10);
        });
        assert_eq!((one.price_peek(1), other.price_peek(2)), (None, Some(20)), "the other instance is left alone");
    });
}

#[test]
fn clearing_resets_every_counter_while_runs_are_in_flight() {
    static MEET: Barrier = Barrier::new(2);

    #[memoize]
    fn slow(n: u32) -> u32 {
        if n == 1 {
            MEET.wait();
            MEET.wait();
        }
        n
    }

    watchdog(|| {
        slow(2);
        slow(2);
        thread::scope(|scope| {
            scope.spawn(|| slow(1));
            MEET.wait();
            slow::cache_clear();
            let info = slow::cache_info();
            assert_eq!((info.hits, info.misses, info.currsize), (0, 0, 0));
            MEET.wait();
        });
        assert_eq!(slow::cache_info().currsize, 0);
    });
}

#[test]
fn no_stale_value_survives_concurrent_invalidations() {
    static TRUTH: AtomicU32 = AtomicU32::new(0);

    #[memoize(lru = 4)]
    fn reads_the_truth(n: u32) -> u32 {
        let seen = TRUTH.load(SeqCst);
        thread::yield_now();
        seen + n - n
    }

    watchdog(|| {
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    for _ in 0..5000 {
                        let before = TRUTH.load(SeqCst);
                        // A value that was invalidated before the call began is never returned. The
                        // writer is at most one step from invalidating.
                        assert!(reads_the_truth(1) + 1 >= before);
                    }
                });
            }
            for next in 1..=300 {
                TRUTH.store(next, SeqCst);
                match next % 3 {
                    0 => reads_the_truth::cache_clear(),
                    1 => _ = reads_the_truth::forget(1),
                    _ => _ = reads_the_truth::forget_if(|_, _| true),
                }
                assert_eq!(reads_the_truth(1), next, "after the invalidation only the new truth is to be had");
            }
        });
    });
}
