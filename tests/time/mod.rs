//! Tests of the times to live and to idle, with a clock that the test advances; and with the
//! system's clock, without calls.

mod corners;
mod rules;
mod upper_bound;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use memokit::{Cache, LocalCache, ManualClock, RemovalCause, memoize};

const SECOND: Duration = Duration::from_secs(1);
const NANOSECOND: Duration = Duration::from_nanos(1);

/// Declares a clock for one test's function.
macro_rules! clock {
    ($name:ident) => {
        static $name: LazyLock<ManualClock> = LazyLock::new(ManualClock::new);
    };
}

#[test]
fn an_entry_expires_exactly_at_its_deadline() {
    clock!(CLOCK);
    #[memoize(ttl = "10s", clock = CLOCK.clone())]
    fn now(_n: u32) -> u32 {
        1
    }

    now(1);
    CLOCK.advance(10 * SECOND - NANOSECOND);
    assert!(now::contains(1));
    assert_eq!(now::expires_in(1), Some(NANOSECOND));
    CLOCK.advance(NANOSECOND);
    assert!(!now::contains(1));
    now(1);
    let info = now::cache_info();
    assert_eq!((info.hits, info.misses, info.expirations), (0, 2, 1));
}

#[test]
fn put_and_refresh_renew_the_time_to_live_and_hits_do_not() {
    clock!(CLOCK);
    #[memoize(ttl = "10s", clock = CLOCK.clone())]
    fn now(n: u32) -> u32 {
        n
    }

    (1..=3).for_each(|n| drop(now::with(n, u32::to_string)));
    CLOCK.advance(9 * SECOND);
    now::put(1, 1);
    now::refresh(2);
    now(3);
    CLOCK.advance(9 * SECOND);
    assert_eq!([1, 2, 3].map(now::contains), [true, true, false]);
}

#[test]
fn each_entry_may_have_its_own_time() {
    clock!(CLOCK);
    #[memoize(ttl = |key, value| Duration::from_secs(u64::from(*key + *value)), clock = CLOCK.clone())]
    fn now(n: u32) -> u32 {
        n
    }

    let _ = [1, 2, 0].map(now);
    assert!(!now::contains(0), "what lives for no time is not kept");
    assert_eq!((now::expires_in(1), now::expires_in(2)), (Some(2 * SECOND), Some(4 * SECOND)));
    CLOCK.advance(2 * SECOND);
    assert_eq!([1, 2].map(now::contains), [false, true]);
}

#[test]
fn hits_renew_the_time_to_idle_and_contains_does_not() {
    clock!(CLOCK);
    #[memoize(idle = "10s", ttl = "25s", clock = CLOCK.clone())]
    fn now(n: u32) -> u32 {
        n
    }

    let _ = [1, 2].map(now);
    CLOCK.advance(9 * SECOND);
    now(1);
    assert!(now::contains(2));
    CLOCK.advance(9 * SECOND);
    assert_eq!([1, 2].map(now::contains), [true, false]);
    now(1);
    CLOCK.advance(7 * SECOND);
    assert!(!now::contains(1), "however often it is used, it lives no longer than its time to live");
}

#[test]
fn jitter_subtracts_at_most_its_fraction_and_adds_nothing() {
    let clock = ManualClock::new();
    let cache = Cache::builder().ttl(100 * SECOND).jitter(0.25).seed(3).clock(clock).build();
    (0..1000).for_each(|n| cache.insert(n, n));
    let times: Vec<f64> = (0..1000).map(|n| cache.expires_in(&n).unwrap().as_secs_f64()).collect();
    let (least, most) = times.iter().fold((f64::MAX, f64::MIN), |(a, b), &t| (a.min(t), b.max(t)));
    assert!((75.0..76.0).contains(&least) && (99.0..=100.0).contains(&most), "{least} {most}");
    let mean = times.iter().sum::<f64>() / 1000.0;
    assert!((86.5..88.5).contains(&mean), "spread evenly: {mean}");
}

#[test]
fn jitter_shortens_the_time_to_live_of_one_entry_and_no_time_to_idle() {
    let clock = ManualClock::new();
    let cache = Cache::builder().idle(100 * SECOND).jitter(1.0).seed(3).clock(clock).build();
    (0..100).for_each(|n| cache.insert(n, n));
    assert!((0..100).all(|n| cache.expires_in(&n) == Some(100 * SECOND)));
    (0..100).for_each(|n| cache.insert_with_ttl(n, n, 50 * SECOND));
    let times: std::collections::BTreeSet<_> = (0..100).filter_map(|n| cache.expires_in(&n)).collect();
    assert!(times.len() > 90 && times.iter().all(|time| *time <= 50 * SECOND), "{times:?}");
}

#[test]
fn expired_entries_are_removed_before_any_live_one_is_evicted() {
    let clock = ManualClock::new();
    let cache = Cache::builder().lru(3).clock(clock.clone()).build();
    cache.insert("short", 1);
    cache.insert_with_ttl("shorter", 2, SECOND);
    cache.insert("old", 3);
    cache.get("shorter");
    clock.advance(SECOND);
    cache.insert("new", 4);
    assert_eq!(["short", "old", "new", "shorter"].map(|key| cache.contains(key)), [true, true, true, false]);
    assert_eq!((cache.info().evictions, cache.info().expirations), (0, 1));
}

#[test]
fn expired_entries_are_not_counted() {
    let clock = ManualClock::new();
    let cache = LocalCache::builder().ttl(SECOND).clock(clock.clone()).build();
    (0..5).for_each(|n| cache.insert(n, n));
    clock.advance(SECOND);
    assert_eq!((cache.iter().count(), cache.info().currsize), (0, 5), "reading statistics sweeps nothing");
    cache.run_pending();
    assert_eq!((cache.len(), cache.is_empty(), cache.iter().count(), cache.info().currsize), (0, true, 0, 0));
    assert_eq!(cache.remove(&1), None);
}

#[test]
fn run_pending_sweeps_and_calls_the_listener() {
    let (clock, expired) = (ManualClock::new(), Arc::new(AtomicUsize::new(0)));
    let cache = Cache::builder()
        .ttl(SECOND)
        .clock(clock.clone())
        .removal_listener({
            let expired = expired.clone();
            move |_, _, cause| drop((cause == RemovalCause::Expired).then(|| expired.fetch_add(1, SeqCst)))
        })
        .build();
    (0..1000).for_each(|n| cache.insert(n, n));
    clock.advance(SECOND);
    assert_eq!(expired.load(SeqCst), 0);
    cache.run_pending();
    assert_eq!(expired.load(SeqCst), 1000);
    cache.validate();
}

#[test]
fn a_very_long_time_does_not_overflow() {
    let clock = ManualClock::new();
    clock.advance(Duration::from_secs(1_000_000_000));
    let cache = Cache::builder().ttl(Duration::MAX).idle(Duration::MAX).clock(clock.clone()).build();
    cache.insert(1, 1);
    clock.advance(Duration::from_secs(1_000_000_000));
    assert_eq!(cache.get(&1), Some(1));
}

/// Counts the values that are alive.
struct Counted(Arc<AtomicUsize>);

impl Counted {
    fn new(alive: &Arc<AtomicUsize>) -> Self {
        alive.fetch_add(1, SeqCst);
        Self(alive.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, SeqCst);
    }
}

/// Checks until the condition holds, for as long as a loaded machine may need.
fn soon(it_is_so: impl Fn() -> bool) -> bool {
    let end = Instant::now() + Duration::from_secs(30);
    while Instant::now() < end {
        if it_is_so() {
            return true;
        }
        std::thread::yield_now();
    }
    false
}

#[test]
fn expired_entries_are_freed_without_calls() {
    let alive = Arc::new(AtomicUsize::new(0));
    let cache = Cache::builder().ttl(Duration::from_millis(10)).build();
    (0..500).for_each(|n| cache.insert(n, Arc::new(Counted::new(&alive))));
    assert!(soon(|| alive.load(SeqCst) == 0), "{alive:?} left");
    assert_eq!(cache.len(), 0);
}

#[test]
fn a_drop_that_panics_in_the_background_stops_nothing() {
    struct Bomb;

    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("as the test wants it");
        }
    }

    let alive = Arc::new(AtomicUsize::new(0));
    let (bombs, others) = (
        Cache::builder().ttl(Duration::from_millis(5)).build(),
        Cache::builder().ttl(Duration::from_millis(40)).build(),
    );
    bombs.insert(1, Arc::new(Bomb));
    others.insert(1, Arc::new(Counted::new(&alive)));
    assert!(soon(|| alive.load(SeqCst) == 0), "the sweeper went on");
}

/// The last reading of a clock is a time like any other: an entry without a deadline has not
/// expired then.
#[test]
fn the_last_reading_of_a_clock_is_a_time_like_any_other() {
    let clock = Arc::new(ManualClock::new());
    let cache: Cache<u64, u64> = Cache::builder().ttl(Duration::from_secs(1)).clock(clock.clone()).build();
    cache.insert(1, 1);
    clock.advance(Duration::MAX);
    assert_eq!(cache.get(&1), None);
    cache.insert(2, 2);
    cache.insert(3, 3);
    assert_eq!((cache.get(&2), cache.get(&3), cache.len()), (Some(2), Some(3), 2));
    cache.validate();
}

/// A slow listener, called by the background thread, does not stop another cache's clock.
#[test]
fn a_slow_listener_does_not_delay_other_caches() {
    let (heard, may_end) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let slow: Cache<u64, u64> = Cache::builder()
        .ttl(Duration::from_millis(20))
        .removal_listener({
            let (heard, may_end) = (heard.clone(), may_end.clone());
            move |_, _, _| {
                heard.store(true, SeqCst);
                while !may_end.load(SeqCst) {
                    std::thread::sleep(Duration::from_millis(1));
                }
            }
        })
        .build();
    let cache: Cache<u64, u64> = Cache::builder().ttl(Duration::from_millis(100)).build();
    slow.insert(1, 1);
    assert!(soon(|| heard.load(SeqCst)), "the background calls the listener");
    cache.insert(1, 1);
    let expired = soon(|| !cache.contains(&1));
    may_end.store(true, SeqCst);
    assert!(expired, "while the listener is still at it");
}
