//! Tests of `forget_if` while values are computed: each computation answers to the predicate when
//! it ends, and no other is disturbed.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use futures::executor::block_on;
use memokit::{Answer, Cache, LocalCache, Settled, memoize};

use crate::flight::watchdog;

fn begin(cache: &Cache<u32, u32>, key: u32) -> memokit::LoadGuard<'_, u32, u32> {
    match cache.begin(&key) {
        Answer::Load(guard) => guard,
        Answer::Ready(_) | Answer::Wait(_) => panic!("nobody computes {key}"),
    }
}

#[test]
fn a_refresh_is_not_lost_because_another_key_is_forgotten() {
    static SOURCE: AtomicU64 = AtomicU64::new(1);

    #[memoize]
    fn config(name: &str) -> u64 {
        let value = SOURCE.load(SeqCst);
        if value == 2 && name == "a" {
            let forget_b = || config::forget_if(|key, _| key.arg::<str>(0) == Some("b"));
            assert_eq!(thread::spawn(forget_b).join().unwrap(), 1);
        }
        value
    }

    watchdog(|| {
        assert_eq!((config("a"), config("b")), (1, 1));
        SOURCE.store(2, SeqCst);
        assert_eq!((config::refresh("a"), config::peek("a"), config::peek("b")), (2, Some(2), None));
    });
}

#[test]
fn a_refreshed_value_that_is_concerned_takes_the_old_one_with_it() {
    static SOURCE: AtomicU64 = AtomicU64::new(1);

    #[memoize]
    fn config(_n: u32) -> u64 {
        let value = SOURCE.load(SeqCst);
        if value == 2 {
            // It concerns the new value and not the old one.
            assert_eq!(config::forget_if(|_, value| *value == 2), 0);
        }
        value
    }

    watchdog(|| {
        assert_eq!(config(1), 1);
        SOURCE.store(2, SeqCst);
        assert_eq!((config::refresh(1), config::peek(1)), (2, None));
    });
}

/// The first run of a key goes on while the test forgets; later runs return other values.
macro_rules! in_flight {
    ($forget:expr, $leader_kept:expr) => {{
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
                let leader = scope.spawn(|| slow(1));
                MEET.wait();
                assert_eq!(slow::forget_if($forget), 0);
                // Joins the run, and is given its value only if that is not concerned.
                let joined = scope.spawn(|| slow(1));
                thread::sleep(Duration::from_millis(20));
                MEET.wait();
                assert_eq!(leader.join().unwrap(), 100, "the leader gets its own result");
                let joined = joined.join().unwrap();
                assert_eq!((joined == 100, slow::peek(1) == Some(100)), ($leader_kept, $leader_kept));
            });
        });
    }};
}

#[test]
fn a_run_that_is_not_concerned_is_cached() {
    in_flight!(|_, _| false, true);
    in_flight!(|key, _| key.arg::<u32>(0) == Some(&2), true);
}

#[test]
fn a_run_that_is_concerned_is_not_cached_and_who_joined_it_looks_again() {
    in_flight!(|_, _| true, false);
    in_flight!(|_, value| *value == 100, false);
}

#[test]
fn a_predicate_that_panics_at_the_end_of_a_run_forgets_its_value() {
    in_flight!(|_, value| if *value == 100 { panic!("as the user's predicate may") } else { false }, false);
}

#[test]
fn a_predicate_may_use_the_cache() {
    watchdog(|| {
        let cache: Cache<u32, u32> = Cache::default();
        let guard = begin(&cache, 1);
        let (again, asked) = (cache.clone(), Arc::new(AtomicU32::new(0)));
        let counter = asked.clone();
        cache.forget_if(move |key, _| {
            counter.fetch_add(1, SeqCst);
            again.insert(key + 1, 0);
            // Remembered in turn, and answered to at the same end.
            again.forget_if(|_, value| *value == 99);
            false
        });
        assert_eq!(asked.load(SeqCst), 0);
        assert_eq!(guard.insert(99), Settled::Invalidated);
        assert_eq!((asked.load(SeqCst), cache.get(&1), cache.get(&2)), (1, None, Some(0)));
        cache.validate();
    });
}

#[test]
fn a_predicate_is_dropped_with_the_last_run_that_needs_it() {
    let cache: Cache<u32, u32> = Cache::default();
    let witness = Arc::new(());
    let forget = |witness: &Arc<()>| {
        let witness = witness.clone();
        cache.forget_if(move |_, _| Arc::strong_count(&witness) == 0);
    };
    forget(&witness);
    assert_eq!(Arc::strong_count(&witness), 1, "nothing is in flight");
    let (first, second) = (begin(&cache, 1), begin(&cache, 2));
    forget(&witness);
    forget(&witness);
    let later = begin(&cache, 3);
    assert_eq!(Arc::strong_count(&witness), 3);
    drop(first);
    assert_eq!(Arc::strong_count(&witness), 3);
    assert_eq!(second.insert(2), Settled::Kept);
    assert_eq!(Arc::strong_count(&witness), 1, "the later run does not need it");
    assert_eq!(later.insert(3), Settled::Kept);
    cache.validate();
}

#[test]
fn a_predicate_whose_destructor_panics_harms_nobody() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("as a user's destructor may");
        }
    }
    let cache: Cache<u32, u32> = Cache::default();
    let guard = begin(&cache, 1);
    let bomb = Bomb;
    cache.forget_if(move |_, _| {
        let _ = &bomb;
        false
    });
    assert_eq!((guard.insert(1), cache.get(&1)), (Settled::Kept, Some(1)));
    cache.validate();
}

#[test]
fn beyond_a_thousand_predicates_the_runs_are_invalidated() {
    let cache: Cache<u32, u32> = Cache::default();
    let (before, asked) = (begin(&cache, 1), Arc::new(AtomicU32::new(0)));
    for _ in 0..1_025 {
        let asked = asked.clone();
        cache.forget_if(move |_, _| asked.fetch_add(1, SeqCst) > u32::MAX - 1);
    }
    assert_eq!(Arc::strong_count(&asked), 1);
    let after = begin(&cache, 2);
    cache.forget_if(|_, _| false);
    assert_eq!((before.insert(1), after.insert(2)), (Settled::Invalidated, Settled::Kept));
    assert_eq!((asked.load(SeqCst), cache.get(&1), cache.get(&2)), (0, None, Some(2)));
}

#[test]
fn a_thread_s_own_cache_takes_a_predicate_of_its_own() {
    let cache: LocalCache<u32, Rc<u32>> = LocalCache::default();
    let Answer::Load(guard) = cache.begin(&1) else { panic!("nothing is cached") };
    let asked = Rc::new(Cell::new(0));
    let counter = asked.clone();
    cache.forget_if(move |_, value| {
        counter.set(counter.get() + 1);
        **value == 7
    });
    assert_eq!(guard.insert(Rc::new(7)), Settled::Invalidated);
    assert_eq!((asked.get(), cache.get(&1)), (1, None));

    #[memoize(local)]
    fn local(n: u32) -> Rc<u32> {
        Rc::new(n)
    }
    let limit = Rc::new(5);
    assert_eq!((*local(1), *local(9)), (1, 9));
    assert_eq!(local::forget_if(move |_, n| **n > *limit), 1);
}

#[test]
fn tasks_answer_to_it() {
    static GATE: AtomicBool = AtomicBool::new(false);

    #[memoize]
    async fn slow(n: u32) -> u32 {
        while !GATE.load(SeqCst) {
            tokio::task::yield_now().await;
        }
        n
    }

    let forget = async {
        assert_eq!(slow::forget_if(|_, value| *value == 2), 0);
        GATE.store(true, SeqCst);
    };
    assert_eq!(block_on(async { futures::join!(slow(1), slow(2), forget) }), (1, 2, ()));
    assert_eq!((slow::peek(1), slow::peek(2)), (Some(1), None));
}

/// A counter that threads change while another sweeps, a thousand times at most, so that no run is
/// invalidated: no change is lost to a predicate about other values.
#[test]
fn changes_are_not_lost_to_sweeps() {
    watchdog(|| {
        let cache: Cache<u32, u32> = Cache::default();
        thread::scope(|scope| {
            scope.spawn(|| {
                for _ in 0..1_000 {
                    cache.forget_if(|key, _| *key == 2);
                    cache.insert(2, 0);
                }
            });
            for _ in 0..3 {
                scope.spawn(|| (0..3_000).for_each(|_| _ = cache.entry(1).and_modify(|n| *n += 1).or_insert(1)));
            }
        });
        assert_eq!(cache.get(&1), Some(9_000));
        cache.validate();
    });
}

#[test]
fn a_panic_in_the_call_itself_reaches_its_caller() {
    let cache: Cache<u32, u32> = Cache::default();
    cache.insert(1, 1);
    let panics = catch_unwind(AssertUnwindSafe(|| cache.forget_if(|_, _| panic!("in the walk"))));
    assert!(panics.is_err());
    assert_eq!(cache.get(&1), Some(1));
    cache.validate();
}
