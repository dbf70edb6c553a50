//! Which cause a removal listener hears, for each operation: what comes into the cache's hands and
//! is not in the cache any more has been told once.

use std::sync::atomic::{AtomicI64, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use memokit::RemovalCause::{Cleared, Evicted, Expired, Refused, Removed, Replaced};
use memokit::{Cache, CacheBuilder, ManualClock, RemovalCause, Settled};

use super::load;

type Told = Arc<Mutex<Vec<(u32, u64, RemovalCause)>>>;

/// A cache of weight 10, whose values are their own weights and live for a second, and what its
/// listener heard since the last look.
struct Listened {
    cache: Cache<u32, u64>,
    told: Told,
    clock: ManualClock,
}

impl Listened {
    fn new(build: impl FnOnce(CacheBuilder<u32, u64>) -> CacheBuilder<u32, u64>) -> Self {
        let (told, clock) = (Told::default(), ManualClock::new());
        let sink = told.clone();
        let builder = Cache::builder()
            .max_weight(10)
            .weight(|_, value| *value)
            .ttl(Duration::from_secs(1))
            .clock(clock.clone())
            .removal_listener(move |key: &u32, value: &u64, cause| sink.lock().unwrap().push((*key, *value, cause)));
        Self { cache: build(builder).build(), told, clock }
    }

    fn told(&self) -> Vec<(u32, u64, RemovalCause)> {
        std::mem::take(&mut *self.told.lock().unwrap())
    }
}

fn plain() -> Listened {
    Listened::new(|builder| builder)
}

#[test]
fn a_value_that_is_refused_is_told_and_its_predecessor_is_removed() {
    let listened = plain();
    let cache = &listened.cache;
    let writes: [fn(&Cache<u32, u64>, u64); 3] = [
        |cache, value| cache.insert(1, value),
        |cache, value| cache.insert_with_ttl(1, value.min(5), Duration::ZERO),
        |cache, value| {
            cache.remove(&1);
            assert_eq!(load!(cache, &1).insert(value), Settled::NotKept);
        },
    ];
    for write in writes {
        write(cache, 50);
        let (_, refused, cause) = listened.told()[0];
        assert_eq!((refused >= 5, cause, cache.contains(&1)), (true, Refused, false));
        cache.insert(1, 5);
        write(cache, 50);
        let told = listened.told();
        assert_eq!((told[0], told[1].2, told.len()), ((1, 5, Removed), Refused, 2));
        assert!(cache.is_empty());
    }
    cache.validate();
}

#[test]
fn a_capacity_of_zero_refuses_everything() {
    let listened = Listened::new(|builder| builder.lru(0));
    listened.cache.insert(1, 1);
    assert_eq!(listened.cache.get_or_insert_with(2, || 2), 2);
    assert_eq!(listened.told(), [(1, 1, Refused), (2, 2, Refused)]);
}

#[test]
fn the_value_of_a_run_that_was_invalidated_is_refused() {
    let listened = plain();
    let guard = load!(listened.cache, &1);
    listened.cache.insert(1, 2);
    assert_eq!(guard.insert(1), Settled::Invalidated);
    assert_eq!((listened.told(), listened.cache.get(&1)), (vec![(1, 1, Refused)], Some(2)));
}

#[test]
fn a_run_without_a_value_tells_nothing() {
    let listened = plain();
    assert_eq!(listened.cache.try_get_or_insert_with(1, || Err::<u64, _>("no")), Err("no"));
    drop(load!(listened.cache, &1));
    assert_eq!(listened.told(), []);
}

#[test]
fn each_operation_has_its_cause() {
    let listened = Listened::new(|builder| builder.lru(3));
    let cache = &listened.cache;
    let fill = || {
        cache.clear();
        (1..=3).for_each(|key| cache.insert(key, 2));
        listened.told();
    };
    type Operation = (&'static str, fn(&Listened), Vec<(u32, u64, RemovalCause)>);
    let operations: Vec<Operation> = vec![
        ("update", |of| of.cache.insert(1, 3), vec![(1, 2, Replaced)]),
        ("heavier update", |of| of.cache.insert(1, 7), vec![(1, 2, Replaced), (2, 2, Evicted)]),
        ("insert", |of| of.cache.insert(4, 2), vec![(1, 2, Evicted)]),
        ("heavy insert", |of| of.cache.insert(4, 8), vec![(1, 2, Evicted), (2, 2, Evicted)]),
        ("load", |of| _ = of.cache.get_or_insert_with(4, || 2), vec![(1, 2, Evicted)]),
        ("remove", |of| _ = of.cache.remove(&2), vec![(2, 2, Removed)]),
        ("retain", |of| _ = of.cache.retain(|key, _| *key == 2), vec![(1, 2, Removed), (3, 2, Removed)]),
        ("resize", |of| of.cache.resize(1), vec![(1, 2, Evicted), (2, 2, Evicted)]),
        ("resize back", |of| of.cache.resize(3), vec![]),
        ("clear", |of| of.cache.clear(), vec![(1, 2, Cleared), (2, 2, Cleared), (3, 2, Cleared)]),
    ];
    for (name, operation, expected) in operations {
        if name != "resize back" {
            fill();
        }
        operation(&listened);
        assert_eq!(listened.told(), expected, "{name}");
        cache.validate();
    }
    // Whatever finds it: what has expired is told as expired.
    let finders: [(&str, fn(&Listened)); 8] = [
        ("insert of its key", |of| of.cache.insert(1, 1)),
        ("refused insert of its key", |of| of.cache.insert(1, 99)),
        ("insert of another key", |of| of.cache.insert(9, 1)),
        ("load", |of| _ = of.cache.get_or_insert_with(1, || 1)),
        ("failed look-up", |of| assert_eq!(of.cache.get(&9), None)),
        ("remove and run_pending", |of| {
            assert_eq!(of.cache.remove(&1), None);
            assert_eq!(of.told.lock().unwrap()[..], [(1, 2, Expired)]);
            of.cache.run_pending();
        }),
        ("len", |of| assert_eq!(of.cache.len(), 0)),
        ("run_pending", |of| _ = of.cache.run_pending()),
    ];
    for (name, find) in finders {
        fill();
        listened.clock.advance(Duration::from_secs(1));
        find(&listened);
        let mut expired = listened.told();
        expired.retain(|(.., cause)| *cause == Expired);
        expired.sort_unstable_by_key(|(key, ..)| *key);
        assert_eq!(expired, [(1, 2, Expired), (2, 2, Expired), (3, 2, Expired)], "{name}");
    }
    drop(listened.cache.clone());
    assert_eq!(listened.told(), []);
}

#[test]
fn a_gauge_that_a_listener_keeps_is_right_after_anything() {
    static WEIGHT: AtomicI64 = AtomicI64::new(0);
    let cache = Cache::builder()
        .max_weight(10)
        .weight(|_: &u32, value: &i64| value.unsigned_abs())
        .removal_listener(|_, value: &i64, _| _ = WEIGHT.fetch_sub(*value, SeqCst))
        .build();
    for (key, value) in [(1, 4), (2, 4), (3, 4), (4, 100), (3, 11), (5, 3), (5, 2)] {
        WEIGHT.fetch_add(value, SeqCst);
        cache.insert(key, value);
        assert_eq!(u64::try_from(WEIGHT.load(SeqCst)), Ok(cache.weight()), "after {key}");
    }
}
