//! Tests of `ttl`, `idle` and `jitter`, with a clock that the tests advance.

use super::{calls, tally};
use futures::executor::block_on;
use memokit::{ManualClock, memoize};
use std::sync::LazyLock;
use std::time::Duration;

/// Declares a clock for one test.
macro_rules! clock {
    ($name:ident) => {
        static $name: LazyLock<ManualClock> = LazyLock::new(ManualClock::new);
    };
}

const fn secs(n: u64) -> Duration {
    Duration::from_secs(n)
}

#[test]
fn an_entry_expires_exactly_at_its_ttl() {
    clock!(CLOCK);
    #[memoize(ttl = "10s", clock = CLOCK.clone())]
    fn next(n: u32) -> u32 {
        n + 1
    }
    next(1);
    assert_eq!(next::expires_in(1), Some(secs(10)));
    CLOCK.advance(Duration::from_nanos(9_999_999_999));
    assert_eq!((next(1), next::contains(1)), (2, true));
    assert_eq!(tally(next::cache_info()), (1, 1, 1));
    CLOCK.advance(Duration::from_nanos(1));
    assert_eq!((next::contains(1), next::peek(1), next::expires_in(1)), (false, None, None));
    assert_eq!(next(1), 2);
    let info = next::cache_info();
    assert_eq!((tally(info), info.expirations, info.evictions), ((1, 2, 1), 1, 0));
}

#[test]
fn an_async_entry_expires_exactly_at_its_ttl() {
    clock!(CLOCK);
    #[memoize(ttl = "10s", clock = CLOCK.clone())]
    async fn next(n: u32) -> u32 {
        n + 1
    }
    block_on(async {
        next(1).await;
        CLOCK.advance(secs(9));
        next(1).await;
        CLOCK.advance(secs(1));
        next(1).await;
    });
    assert_eq!(tally(next::cache_info()), (1, 2, 1));
}

#[test]
fn a_hit_does_not_prolong_a_ttl_and_a_write_does() {
    clock!(CLOCK);
    #[memoize(ttl = "10s", clock = CLOCK.clone())]
    fn next(n: u32) -> u32 {
        n + 1
    }
    next(1);
    CLOCK.advance(secs(6));
    next(1);
    assert_eq!(next::expires_in(1), Some(secs(4)));
    next::put(1, 9);
    assert_eq!(next::expires_in(1), Some(secs(10)));
    CLOCK.advance(secs(6));
    assert_eq!((next::refresh(1), next::expires_in(1)), (2, Some(secs(10))));
}

#[test]
fn a_ttl_may_be_any_duration_expression() {
    clock!(CLOCK);
    const TTL: Duration = secs(5);
    #[memoize(ttl = TTL * 2, clock = CLOCK.clone())]
    fn by_const(n: u32) -> u32 {
        n
    }
    #[memoize(ttl = Duration::from_millis(1500), clock = CLOCK.clone())]
    fn by_call(n: u32) -> u32 {
        n
    }
    #[memoize(ttl = "1h30m", clock = CLOCK.clone())]
    fn by_text(n: u32) -> u32 {
        n
    }
    (by_const(1), by_call(1), by_text(1));
    assert_eq!(
        (by_const::expires_in(1), by_call::expires_in(1), by_text::expires_in(1)),
        (Some(secs(10)), Some(Duration::from_millis(1500)), Some(secs(5400)))
    );
    assert_eq!(by_const::cache_parameters().ttl, Some(secs(10)));
}

#[test]
fn every_unit_of_time_is_read() {
    macro_rules! ttl_of {
        ($text:literal) => {{
            #[memoize(ttl = $text)]
            fn next(n: u32) -> u32 {
                n + 1
            }
            next(1);
            next::cache_parameters().ttl.unwrap()
        }};
    }
    assert_eq!(ttl_of!("250us"), Duration::from_micros(250));
    assert_eq!(ttl_of!("250ms"), Duration::from_millis(250));
    assert_eq!(ttl_of!("1.5s"), Duration::from_millis(1500));
    assert_eq!(ttl_of!("2m"), secs(120));
    assert_eq!(ttl_of!("1d2h3m4s"), secs(93_784));
}

#[test]
fn a_ttl_may_be_a_function_of_key_and_value() {
    clock!(CLOCK);
    #[memoize(ttl = |key, value| Duration::from_secs(u64::from(*key) + value.1), clock = CLOCK.clone())]
    fn token(id: u32) -> (String, u64) {
        (format!("token {id}"), 5)
    }
    (token(1), token(10));
    assert_eq!((token::expires_in(1), token::expires_in(10)), (Some(secs(6)), Some(secs(15))));
    token::put(2, (String::new(), 1));
    assert_eq!(token::expires_in(2), Some(secs(3)));
    CLOCK.advance(secs(6));
    assert_eq!((token::contains(1), token::contains(2), token::contains(10)), (false, false, true));
    token::cache().run_pending();
    assert_eq!((token::cache_info().currsize, token::cache_parameters().ttl), (1, None));
}

#[test]
fn a_ttl_of_zero_for_one_entry_caches_nothing() {
    clock!(CLOCK);
    #[memoize(ttl = |_, value| Duration::from_secs(*value), clock = CLOCK.clone())]
    fn age(n: u64) -> u64 {
        n
    }
    assert_eq!((age(0), age(0), age(1), age(1)), (0, 0, 1, 1));
    assert_eq!(tally(age::cache_info()), (1, 3, 1));
}

#[test]
fn an_async_ttl_may_be_a_function_of_key_and_value() {
    clock!(CLOCK);
    #[memoize(ttl = |(id, _), value| Duration::from_secs(u64::from(*id) + value.len() as u64), clock = CLOCK.clone())]
    async fn token(id: u32, name: &str) -> String {
        format!("{name}{id}")
    }
    block_on(async {
        token(1, "ab").await;
        assert_eq!(token::expires_in(1, "ab"), Some(secs(4)));
        token::refresh(1, "ab").await;
    });
}

#[test]
fn an_unused_entry_expires_after_its_idle_time() {
    clock!(CLOCK);
    #[memoize(idle = "10s", clock = CLOCK.clone())]
    fn next(n: u32) -> u32 {
        n + 1
    }
    (next(1), next(2));
    CLOCK.advance(secs(9));
    next(1);
    CLOCK.advance(secs(1));
    assert_eq!((next::contains(1), next::contains(2)), (true, false));
    CLOCK.advance(secs(9));
    assert!(!next::contains(1));
    next::cache().run_pending();
    let info = next::cache_info();
    assert_eq!((calls(info), info.currsize), ((1, 2, 0, 0), 0));
}

#[test]
fn peek_and_contains_do_not_prolong_the_idle_time() {
    clock!(CLOCK);
    #[memoize(idle = "10s", clock = CLOCK.clone())]
    fn next(n: u32) -> u32 {
        n + 1
    }
    next(1);
    CLOCK.advance(secs(9));
    assert_eq!((next::peek(1), next::contains(1), next::expires_in(1)), (Some(2), true, Some(secs(1))));
    CLOCK.advance(secs(1));
    assert!(!next::contains(1));
}

#[test]
fn with_ttl_and_idle_the_earlier_deadline_counts() {
    clock!(CLOCK);
    #[memoize(ttl = "15s", idle = "10s", clock = CLOCK.clone())]
    fn next(n: u32) -> u32 {
        n + 1
    }
    next(1);
    CLOCK.advance(secs(9));
    next(1);
    assert_eq!(next::expires_in(1), Some(secs(6)), "hits move the idle time, and the ttl stays");
    CLOCK.advance(secs(6));
    assert!(!next::contains(1));
}

#[test]
fn jitter_shortens_a_ttl_by_no_more_than_its_share() {
    clock!(CLOCK);
    #[memoize(ttl = "100s", jitter = 0.25, clock = CLOCK.clone())]
    fn next(n: u32) -> u32 {
        n + 1
    }
    let times: Vec<_> = (0..200).map(|n| (next(n), next::expires_in(n).unwrap()).1).collect();
    assert!(times.iter().all(|time| (secs(75)..=secs(100)).contains(time)));
    let (shortest, longest) = (times.iter().min().unwrap(), times.iter().max().unwrap());
    assert!(*longest > *shortest + secs(10), "spread: {shortest:?} to {longest:?}");
    assert!((next::cache_parameters().jitter - 0.25).abs() < f64::EPSILON);
}

#[test]
fn expired_entries_are_removed_before_any_other_is_evicted() {
    clock!(CLOCK);
    #[memoize(lru = 2, ttl = |key, _| Duration::from_secs(*key), clock = CLOCK.clone())]
    fn same(n: u64) -> u64 {
        n
    }
    (same(100), same(5));
    CLOCK.advance(secs(5));
    same(50);
    assert!(same::contains(100), "lru would have chosen it, but 5 had expired");
    let info = same::cache_info();
    assert_eq!((info.currsize, info.evictions, info.expirations), (2, 0, 1));
}

#[test]
fn expired_entries_are_not_counted_once_they_are_swept() {
    clock!(CLOCK);
    #[memoize(ttl = "10s", clock = CLOCK.clone())]
    fn next(n: u32) -> u32 {
        n + 1
    }
    (0..5).for_each(|n| _ = next(n));
    CLOCK.advance(secs(10));
    assert_eq!(next::cache_info().currsize, 5, "reading statistics sweeps nothing");
    next::cache().run_pending();
    assert_eq!(next::cache_info().currsize, 0);
}

#[test]
fn a_thread_local_cache_has_a_ttl_too() {
    clock!(CLOCK);
    #[memoize(ttl = "10s", local, clock = CLOCK.clone())]
    fn next(n: u32) -> std::rc::Rc<u32> {
        (n + 1).into()
    }
    (next(1), next(1));
    CLOCK.advance(secs(10));
    next(1);
    assert_eq!(tally(next::cache_info()), (1, 2, 1));
}

#[test]
fn with_the_systems_clock_an_entry_expires_as_well() {
    #[memoize(ttl = "20ms")]
    fn next(n: u32) -> u32 {
        n + 1
    }
    next(1);
    std::thread::sleep(Duration::from_millis(60));
    assert!(!next::contains(1));
    assert_eq!((next(1), next::cache_info().misses), (2, 2));
}

#[test]
fn a_clock_may_be_a_static_reference() {
    struct Fixed;
    impl memokit::Clock for Fixed {
        fn now(&self) -> Duration {
            secs(7)
        }
    }
    static FIXED: Fixed = Fixed;
    #[memoize(ttl = "1s", clock = &FIXED)]
    fn next(n: u32) -> u32 {
        n + 1
    }
    #[memoize(ttl = "1s", clock = Fixed)]
    fn by_value(n: u32) -> u32 {
        n + 1
    }
    assert_eq!((next(1), next(1), by_value(1), by_value(1)), (2, 2, 2, 2));
    assert_eq!((next::expires_in(1), by_value::expires_in(1)), (Some(secs(1)), Some(secs(1))));
}
