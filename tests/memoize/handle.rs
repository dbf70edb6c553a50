//! Tests of each operation of the handle. `handle_forms` has them for methods, generic and async
//! functions.

use super::{Runs, calls, tally};
use memokit::{CacheInfo, KeyRef, ManualClock, memoize};
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

#[test]
fn cache_info_tells_hits_misses_and_sizes() {
    #[memoize(lru = 128)]
    fn fib(n: u64) -> u64 {
        if n < 2 { n } else { fib(n - 1) + fib(n - 2) }
    }
    assert_eq!(fib::cache_info().to_string(), "CacheInfo(hits=0, misses=0, maxsize=128, currsize=0)");
    (0..11).for_each(|n| _ = fib(n));
    assert_eq!(fib::cache_info().to_string(), "CacheInfo(hits=18, misses=11, maxsize=128, currsize=11)");
}

#[test]
fn cache_info_without_a_bound_says_none_as_python_does() {
    #[memoize]
    fn next(n: u32) -> u32 {
        n + 1
    }
    next(1);
    let info: CacheInfo = next::cache_info();
    assert_eq!(info.to_string(), "CacheInfo(hits=0, misses=1, maxsize=None, currsize=1)");
    assert!((info.hit_rate() - 0.0).abs() < f64::EPSILON);
    (next(1), next(1), next(1));
    assert!((next::cache_info().hit_rate() - 0.75).abs() < f64::EPSILON);
}

#[test]
fn time_saved_is_estimated_from_what_runs_took() {
    #[memoize]
    fn slow(n: u32) -> u32 {
        std::thread::sleep(Duration::from_millis(5));
        n
    }
    (slow(1), slow(1), slow(1));
    let info = slow::cache_info();
    assert!(info.load_time >= Duration::from_millis(5), "{info:?}");
    assert_eq!(info.time_saved(), info.load_time * 2);
}

#[test]
fn cache_clear_removes_the_entries_and_resets_the_counters() {
    static RUNS: Runs = Runs::new();
    #[memoize(lru = 2)]
    fn next(n: u32) -> u64 {
        u64::from(n) + RUNS.add()
    }
    (1..5).for_each(|n| _ = next(n));
    next::cache_clear();
    let info = next::cache_info();
    assert_eq!((tally(info), info.evictions, info.load_time, info.maxsize), ((0, 0, 0), 0, Duration::ZERO, Some(2)));
    assert_eq!((next(4), next(4)), (8, 8));
    assert_eq!(tally(next::cache_info()), (1, 1, 1));
}

#[test]
fn cache_parameters_show_the_options() {
    #[memoize(lfu = 7, ttl = "10s", idle = "5s", jitter = 0.5, max_weight = "2KiB", weight = |_, _| 1, single_flight = false)]
    fn next(n: u32) -> u32 {
        n + 1
    }
    let parameters = next::cache_parameters();
    assert_eq!((parameters.maxsize, parameters.policy, parameters.max_weight), (Some(7), "lfu", Some(2048)));
    assert_eq!((parameters.ttl, parameters.idle), (Some(Duration::from_secs(10)), Some(Duration::from_secs(5))));
    assert_eq!((parameters.typed, parameters.single_flight), (false, false));
    let text = parameters.to_string();
    assert!(text.starts_with("{'maxsize': 7, 'typed': False"), "{text}");
    assert_eq!(tally(next::cache_info()), (0, 0, 0), "asking is no call");
    assert_eq!(next(1), 2);
}

#[test]
fn uncached_runs_the_body_and_leaves_the_cache_alone() {
    static RUNS: Runs = Runs::new();
    #[memoize]
    fn run(_n: u32) -> u64 {
        RUNS.add()
    }
    assert_eq!((run(1), run::uncached(1), run::uncached(2), run(1)), (0, 1, 2, 0));
    assert_eq!(tally(run::cache_info()), (1, 1, 1));
}

#[test]
fn refresh_runs_the_body_and_replaces_the_entry() {
    static RUNS: Runs = Runs::new();
    #[memoize]
    fn run(_n: u32) -> u64 {
        RUNS.add()
    }
    assert_eq!((run(1), run::refresh(1), run(1)), (0, 1, 1));
    assert_eq!((run::refresh(2), run(2)), (2, 2), "also where nothing was kept");
    let info = run::cache_info();
    assert_eq!((info.refreshes, info.currsize, info.hits), (2, 2, 2));
}

#[test]
fn a_refresh_that_fails_leaves_the_old_entry() {
    static FAILS: AtomicU32 = AtomicU32::new(0);
    #[memoize]
    fn run(n: u32) -> Result<u32, String> {
        if FAILS.load(SeqCst) > 0 { Err("no".into()) } else { Ok(n) }
    }
    assert_eq!(run(1), Ok(1));
    FAILS.store(1, SeqCst);
    assert_eq!(run::refresh(1), Err("no".into()));
    assert_eq!(run(1), Ok(1));
    assert_eq!(run::cache_info().errors, 1);
}

#[test]
fn put_caches_a_value_that_no_run_computed() {
    #[memoize(lru = 2)]
    fn run(_n: u32) -> u32 {
        unreachable!("every answer was put in")
    }
    run::put(1, 10);
    run::put(2, 20);
    assert_eq!((run(1), run(2)), (10, 20));
    run::put(1, 11);
    run::put(3, 30);
    assert_eq!((run(1), run::peek(2), run(3)), (11, None, 30), "a put is a use: 2 was the oldest");
    assert_eq!(tally(run::cache_info()), (4, 0, 2));
}

#[test]
fn put_of_an_err_caches_nothing_and_removes_the_old_entry() {
    #[memoize]
    fn run(n: u32) -> Result<u32, String> {
        Ok(n)
    }
    assert_eq!((run(1), run::contains(1)), (Ok(1), true));
    run::put(1, Err("gone".into()));
    assert!(!run::contains(1));
    run::put(1, Ok(7));
    assert_eq!(run(1), Ok(7));
}

#[test]
fn peek_and_contains_do_not_update_statistics_or_recency() {
    #[memoize(lru = 2)]
    fn next(n: u32) -> u32 {
        n + 1
    }
    (next(1), next(2));
    for _ in 0..10 {
        assert_eq!((next::peek(1), next::contains(1), next::peek(3), next::contains(3)), (Some(2), true, None, false));
    }
    assert_eq!(calls(next::cache_info()), (0, 2, 0, 0));
    next(3);
    assert_eq!((next::contains(1), next::contains(2)), (false, true), "1 stayed the least recently used");
}

#[test]
fn peek_and_contains_do_not_count_as_uses_for_lfu() {
    #[memoize(lfu = 2)]
    fn next(n: u32) -> u32 {
        n + 1
    }
    (next(1), next(2), next(2));
    (0..10).for_each(|_| _ = (next::peek(1), next::contains(1), next::expires_in(1)));
    next(3);
    assert_eq!((next::contains(1), next::contains(2)), (false, true));
}

#[test]
fn expires_in_returns_the_time_left_if_there_is_a_deadline() {
    static CLOCK: LazyLock<ManualClock> = LazyLock::new(ManualClock::new);
    #[memoize(ttl = "10s", clock = CLOCK.clone())]
    fn mortal(n: u32) -> u32 {
        n
    }
    #[memoize]
    fn immortal(n: u32) -> u32 {
        n
    }
    (mortal(1), immortal(1));
    CLOCK.advance(Duration::from_secs(4));
    assert_eq!((mortal::expires_in(1), mortal::expires_in(2)), (Some(Duration::from_secs(6)), None));
    assert_eq!(immortal::expires_in(1), None);
}

#[test]
fn forget_removes_one_entry_and_returns_whether_there_was_one() {
    #[memoize]
    fn next(n: u32) -> u32 {
        n + 1
    }
    (next(1), next(2));
    assert_eq!((next::forget(1), next::forget(1), next::contains(2)), (true, false, true));
    next(1);
    let info = next::cache_info();
    assert_eq!((tally(info), info.evictions, info.expirations), ((0, 3, 2), 0, 0));
}

#[test]
fn forget_if_sees_keys_and_values_and_counts_what_it_removed() {
    #[memoize]
    fn article(id: u32, language: &str, score: f64) -> String {
        format!("{id} {language} {score}")
    }
    for (id, language) in [(1, "en"), (2, "en"), (3, "de"), (4, "fr")] {
        article(id, language, 0.5);
    }
    assert_eq!(article::forget_if(|key, _| key.arg::<str>(1) == Some("en") && key.arg::<f64>(2) == Some(&0.5)), 2);
    assert_eq!(article::forget_if(|_, text| text.starts_with("3 de")), 1);
    assert_eq!(article::forget_if(|key, _| key.arg::<u64>(0).is_some()), 0, "the argument is a u32");
    assert_eq!(article::forget_if(|key, _| key.len() == 3 && key.arg::<u32>(3).is_none()), 1);
    assert_eq!(article::cache_info().currsize, 0);
}

#[test]
fn forget_if_may_keep_what_it_captures() {
    #[memoize]
    fn next(n: u32) -> u32 {
        n + 1
    }
    (next(1), next(2), next(3));
    let seen = Arc::new(Mutex::new(Vec::new()));
    let forget = {
        let seen = seen.clone();
        move |key: KeyRef<'_>, value: &u32| {
            seen.lock().unwrap().push((*key.arg::<u32>(0).unwrap(), *value));
            false
        }
    };
    assert_eq!(next::forget_if(forget), 0);
    let mut seen = Arc::into_inner(seen).expect("nothing is in flight, so the predicate is gone").into_inner().unwrap();
    seen.sort_unstable();
    assert_eq!(seen, [(1, 2), (2, 3), (3, 4)]);
    assert_eq!(tally(next::cache_info()), (0, 3, 3));
}

#[test]
fn with_reads_in_place_and_computes_on_a_miss() {
    static CLONES: Runs = Runs::new();
    #[derive(Debug)]
    struct Value(usize);
    impl Clone for Value {
        fn clone(&self) -> Self {
            CLONES.add();
            Self(self.0)
        }
    }
    #[memoize(lru = 2)]
    fn value(text: &str) -> Value {
        Value(text.len())
    }
    assert_eq!(value::with("ab", |value| value.0), 2);
    assert_eq!(calls(value::cache_info()), (0, 1, 0, 0));
    let before = CLONES.count();
    assert_eq!(value::with("ab", |value| value.0 + 1), 3);
    assert_eq!((CLONES.count() - before, calls(value::cache_info())), (0, (1, 1, 0, 0)));
    value("c");
    value::with("ab", |_| ());
    value("d");
    assert!(value::contains("ab"), "with is a use");
}

#[test]
fn with_may_lend_to_a_closure_that_runs_once() {
    #[memoize]
    fn list(n: usize) -> Vec<usize> {
        (0..n).collect()
    }
    let taken = String::from("taken");
    let (text, length) = list::with(3, move |list| (taken, list.len()));
    assert_eq!((text.as_str(), length), ("taken", 3));
}

#[test]
fn with_shows_a_result_as_the_function_returns_it() {
    #[memoize]
    fn half(n: u32) -> Result<u32, String> {
        if n.is_multiple_of(2) { Ok(n / 2) } else { Err(format!("{n} is odd")) }
    }
    assert!(half::with(4, Result::is_ok));
    assert_eq!(half::with(4, |result| *result.as_ref().unwrap()), 2);
    assert_eq!(half::with(3, |result| result.clone().unwrap_err()), "3 is odd");
    assert_eq!(tally(half::cache_info()), (1, 2, 1));
}

#[test]
fn resize_evicts_by_the_policy_and_then_bounds_the_cache() {
    #[memoize(lru = 10)]
    fn next(n: u32) -> u32 {
        n + 1
    }
    (0..10).for_each(|n| _ = next(n));
    next(0);
    next::resize(3);
    let info = next::cache_info();
    assert_eq!((info.maxsize, info.currsize, info.evictions), (Some(3), 3, 7));
    assert!(next::contains(0) && next::contains(8) && next::contains(9));
    (20..30).for_each(|n| _ = next(n));
    assert_eq!(next::cache_info().currsize, 3);
    next::resize(5);
    (20..30).for_each(|n| _ = next(n));
    assert_eq!((next::cache_info().currsize, next::cache_parameters().maxsize), (5, Some(5)));
}

#[test]
fn resize_bounds_an_unbounded_cache() {
    #[memoize]
    fn next(n: u32) -> u32 {
        n + 1
    }
    (0..10).for_each(|n| _ = next(n));
    next::resize(4);
    assert_eq!((next::cache_info().currsize, next::cache_info().maxsize), (4, Some(4)));
    assert_eq!((6..10).filter(|&n| next::contains(n)).count(), 4, "the last ones stay");
}

#[test]
fn cache_is_a_type_erased_handle() {
    #[memoize(lru = 4)]
    fn next(n: u32) -> u32 {
        n + 1
    }
    let cache = next::cache();
    (next(1), next(1), next(2));
    assert_eq!((cache.name(), tally(cache.info())), ("suite::memoize::handle::next", (1, 2, 2)));
    assert_eq!(cache.parameters(), next::cache_parameters());
    cache.resize(1);
    assert_eq!(next::cache_info().currsize, 1);
    cache.clear();
    assert_eq!(tally(next::cache_info()), (0, 0, 0));
}

#[test]
fn operations_before_the_first_call_find_an_empty_cache() {
    #[memoize(lru = 4)]
    fn next(n: u32) -> u32 {
        n + 1
    }
    assert_eq!((next::peek(1), next::contains(1), next::forget(1), next::expires_in(1)), (None, false, false, None));
    assert_eq!(next::forget_if(|_, _| true), 0);
    next::cache_clear();
    next::resize(2);
    (0..4).for_each(|n| _ = next(n));
    assert_eq!(next::cache_info().currsize, 2);
}
