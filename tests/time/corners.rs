//! Tests of expiry together with bounds, snapshots, fields, threads and jitter.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, LazyLock};
use std::thread;
use std::time::{Duration, Instant};

use memokit::{Cache, LocalCache, ManualClock, Memo, memoize};

const SECOND: Duration = Duration::from_secs(1);

/// Counts the values that are alive.
static ALIVE: AtomicUsize = AtomicUsize::new(0);

#[derive(Debug)]
struct Counted;

impl Counted {
    fn new() -> Arc<Self> {
        ALIVE.fetch_add(1, SeqCst);
        Arc::new(Self)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        ALIVE.fetch_sub(1, SeqCst);
    }
}

#[test]
fn functions_and_fields_free_expired_entries_without_calls() {
    #[memoize(ttl = "10ms")]
    fn short_lived(_n: u32) -> Arc<Counted> {
        Counted::new()
    }
    #[memoize(idle = "10ms", lru = 1000)]
    async fn idle(_n: u32) -> Arc<Counted> {
        Counted::new()
    }
    #[derive(Default)]
    struct Shop {
        items: Memo<(u32,), Arc<Counted>>,
    }
    impl Shop {
        #[memoize(in = self.items, ttl = |_key, _value| Duration::from_millis(10))]
        fn item(&self, _n: u32) -> Arc<Counted> {
            Counted::new()
        }
    }

    let shop = Shop::default();
    (0..300).for_each(|n| drop((short_lived(n), shop.item(n))));
    futures::executor::block_on(async {
        for n in 0..300 {
            drop(idle(n).await);
        }
    });
    let end = Instant::now() + Duration::from_secs(30);
    while ALIVE.load(SeqCst) > 0 {
        assert!(Instant::now() < end, "{ALIVE:?} left");
        thread::yield_now();
    }
    drop(shop);
}

#[test]
fn a_bounded_cache_makes_room_by_expiry_before_it_evicts_whatever_the_policy() {
    macro_rules! with_policy {
        ($($policy:ident)*) => { $(
            let clock = ManualClock::new();
            let cache = Cache::builder().$policy(4).seed(1).clock(clock.clone()).build();
            // The entries with a deadline are the most used, and would be evicted last.
            (0..4).for_each(|n| if n < 2 { cache.insert_with_ttl(n, n, SECOND) } else { cache.insert(n, n) });
            (0..20).for_each(|n| assert!(cache.get(&(n % 2)).is_some()));
            clock.advance(SECOND);
            (4..6).for_each(|n| assert_eq!(cache.get_or_insert_with(n, || n), n));
            assert_eq!((2..6).filter(|n| cache.contains(n)).count(), 4, stringify!($policy));
            assert_eq!((cache.info().evictions, cache.info().expirations), (0, 2), stringify!($policy));
            cache.validate();
        )* };
    }
    with_policy!(lru lfu fifo random max);
}

#[test]
fn resizing_counts_no_expired_entry_as_live() {
    let clock = ManualClock::new();
    let cache = Cache::builder().lru(10).clock(clock.clone()).build();
    (0..10).for_each(|n| cache.insert_with_ttl(n, n, if n < 5 { 2 * SECOND } else { SECOND }));
    clock.advance(SECOND);
    cache.resize(5);
    assert_eq!((0..5).filter(|n| cache.contains(n)).count(), 5, "all that are live still fit");
    assert_eq!(cache.info().evictions, 0);
}

#[test]
fn weight_of_expired_entries_is_free_again() {
    let clock = ManualClock::new();
    let cache = Cache::builder().max_weight(10).weight(|_, weight| *weight).ttl(SECOND).clock(clock.clone()).build();
    cache.insert("a", 6);
    clock.advance(SECOND);
    assert_eq!(cache.weight(), 0);
    cache.insert("b", 10);
    assert_eq!((cache.weight(), cache.info().evictions), (10, 0));
}

#[test]
fn an_expired_entry_that_is_replaced_was_an_expiration_or_a_replacement_but_never_an_eviction() {
    let clock = ManualClock::new();
    let cache = Cache::builder().lru(1).ttl(SECOND).clock(clock.clone()).build();
    cache.insert(1, 1);
    clock.advance(SECOND);
    cache.insert(1, 2);
    assert_eq!((cache.get(&1), cache.info().evictions), (Some(2), 0));
    assert_eq!(cache.expires_in(&1), Some(SECOND));
}

#[test]
fn an_entry_that_replaces_an_expired_one_inherits_no_uses() {
    let clock = ManualClock::new();
    let cache = Cache::builder().lfu(2).ttl(SECOND).clock(clock.clone()).build();
    cache.insert(1, "expires");
    for _ in 0..9 {
        cache.get(&1);
    }
    clock.advance(SECOND);
    // Nothing has swept the expired entry when its key is written again.
    cache.insert(1, "used once");
    assert_eq!(cache.info().expirations, 1);
    cache.insert(2, "used twice");
    cache.get(&2);
    cache.insert(3, "new");
    assert_eq!((cache.contains(&1), cache.contains(&2), cache.contains(&3)), (false, true, true));
}

#[test]
fn an_iterator_keeps_what_it_has_seen() {
    let clock = ManualClock::new();
    let cache = Cache::builder().ttl(SECOND).clock(clock.clone()).build();
    cache.insert(1, 1);
    let snapshot = cache.iter();
    clock.advance(SECOND);
    cache.run_pending();
    assert_eq!((snapshot.count(), cache.iter().count()), (1, 0));
}

#[test]
fn a_local_cache_sweeps_on_its_own_calls() {
    let clock = ManualClock::new();
    let cache = LocalCache::builder().ttl(SECOND).clock(clock.clone()).build();
    let value = std::rc::Rc::new(());
    (0..100).for_each(|n| cache.insert(n, value.clone()));
    clock.advance(SECOND);
    (100..150).for_each(|n| drop(cache.get_or_insert_with(n, || value.clone())));
    // Eight with each miss, so that no single miss pays for all of them.
    assert_eq!(std::rc::Rc::strong_count(&value), 1 + 50);
}

#[test]
fn a_local_function_has_a_clock_per_thread() {
    thread_local! { static MINE: ManualClock = ManualClock::new(); }

    #[memoize(local, ttl = "1s", clock = MINE.with(ManualClock::clone))]
    fn here(n: u32) -> u32 {
        n
    }

    here(1);
    thread::scope(|scope| {
        scope.spawn(|| {
            here(1);
            MINE.with(|clock| clock.advance(SECOND));
            assert!(!here::contains(1));
        });
    });
    assert!(here::contains(1));
}

#[test]
fn jitter_spreads_the_entries_of_a_function_and_full_jitter_never_lengthens() {
    static CLOCK: LazyLock<ManualClock> = LazyLock::new(ManualClock::new);

    #[memoize(ttl = "100s", jitter = 1.0, clock = &*CLOCK)]
    fn spread(n: u32) -> u32 {
        n
    }

    (0..200).for_each(|n| assert_eq!(spread(n), n));
    let times: std::collections::BTreeSet<_> = (0..200).filter_map(spread::expires_in).collect();
    assert!(times.len() > 190, "no two alike, or nearly");
    assert!(times.iter().all(|time| *time <= 100 * SECOND));
    CLOCK.advance(50 * SECOND);
    spread::cache().run_pending();
    let left = spread::cache_info().currsize;
    assert!((60..140).contains(&left), "about half are over at half the time: {left}");
}

#[test]
fn without_jitter_all_times_are_equal() {
    static CLOCK: LazyLock<ManualClock> = LazyLock::new(ManualClock::new);

    #[memoize(ttl = "100s", clock = &*CLOCK)]
    fn together(n: u32) -> u32 {
        n
    }

    (0..20).for_each(|n| assert_eq!(together(n), n));
    assert!((0..20).all(|n| together::expires_in(n) == Some(100 * SECOND)));
}

#[test]
fn an_expired_entry_is_computed_once_by_many_callers() {
    static CLOCK: LazyLock<ManualClock> = LazyLock::new(ManualClock::new);
    static RUNS: AtomicUsize = AtomicUsize::new(0);

    #[memoize(ttl = "1s", clock = &*CLOCK)]
    fn shared(n: u32) -> u32 {
        RUNS.fetch_add(1, SeqCst);
        (0..100).for_each(|_| thread::yield_now());
        n
    }

    for round in 1..=20 {
        thread::scope(|scope| (0..8).for_each(|_| drop(scope.spawn(|| shared(1)))));
        assert_eq!(RUNS.load(SeqCst), round);
        CLOCK.advance(SECOND);
    }
}
