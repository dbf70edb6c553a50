//! Tests of the options about where the cache lives and how it is reached: `local`, `in`,
//! `single_flight`, `hasher`, `crate`, `handle`, `name`.

use super::{Runs, calls, tally};
use futures::executor::block_on;
use memokit::{Memo, memoize};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hasher, RandomState};
use std::rc::Rc;
use std::sync::Barrier;
use std::thread;
use std::time::Duration;

#[test]
fn local_values_need_not_be_send() {
    #[memoize(local)]
    fn shared(n: u32) -> Rc<u32> {
        Rc::new(n)
    }
    #[memoize(local, lru = 2)]
    async fn later(n: u32) -> Rc<u32> {
        Rc::new(n)
    }
    assert!(Rc::ptr_eq(&shared(1), &shared(1)));
    assert!(block_on(async { Rc::ptr_eq(&later(1).await, &later(1).await) }));
    assert_eq!((tally(shared::cache_info()), tally(later::cache_info())), ((1, 1, 1), (1, 1, 1)));
}

#[test]
fn local_keys_need_not_be_send() {
    #[derive(Clone, PartialEq, Eq, Hash)]
    struct Token(Rc<str>);
    #[memoize(local)]
    fn length(token: &Token) -> usize {
        token.0.len()
    }
    assert_eq!((length(&Token("ab".into())), length(&Token("ab".into()))), (2, 2));
    assert_eq!(tally(length::cache_info()), (1, 1, 1));
}

#[test]
fn each_thread_has_its_own_local_cache() {
    static RUNS: Runs = Runs::new();
    #[memoize(local, name = "words::local")]
    fn next(n: u32) -> u32 {
        RUNS.add();
        n + 1
    }
    (next(1), next(1));
    let there = thread::spawn(|| {
        (next(1), next(1), next(1));
        let info = next::cache_info();
        next::cache_clear();
        (tally(info), tally(next::cache_info()))
    });
    assert_eq!(there.join().unwrap(), ((2, 1, 1), (0, 0, 0)));
    assert_eq!((tally(next::cache_info()), RUNS.count()), ((1, 1, 1), 2), "another thread's clear is not ours");
}

#[test]
fn the_registry_sums_the_threads_of_a_local_cache() {
    #[memoize(local, name = "words::local_sum", lru = 10)]
    fn next(n: u32) -> u32 {
        n + 1
    }
    (next(1), next(1));
    let both = Barrier::new(2);
    let (info, ended) = thread::scope(|scope| {
        let other = scope.spawn(|| {
            (next(1), next(2), next(2));
            both.wait();
            both.wait();
        });
        both.wait();
        let info = next::cache().info();
        both.wait();
        other.join().unwrap();
        (info, next::cache().info())
    });
    assert_eq!((tally(info), info.maxsize), ((2, 3, 3), Some(10)));
    assert_eq!(tally(ended), (2, 3, 1), "what an ended thread counted stays, its entries do not");
}

#[derive(Default, Clone)]
struct Atlas {
    factor: u32,
    dist: Memo<(u32, String), u32>,
    later: Memo<(u32,), u32>,
    checked: Memo<(u32,), Result<u32, String>>,
    keyed: Memo<(u64,), u32>,
    none: Memo<(), u32>,
}

impl Atlas {
    #[memoize(in = self.dist, lru = 2)]
    fn dist(&self, n: u32, to: &str) -> u32 {
        self.factor * n + to.len() as u32
    }

    #[memoize(in = self.later)]
    async fn later(&self, n: u32) -> u32 {
        self.factor * n
    }

    #[memoize(in = self.checked)]
    fn checked(&self, n: u32) -> Result<u32, String> {
        if n == 0 { Err("zero".into()) } else { Ok(n * self.factor) }
    }

    #[memoize(in = self.keyed, key = u64::from(n % 10), hasher = RandomState)]
    fn keyed(&self, n: u32) -> u32 {
        n
    }

    #[memoize(in = self.none)]
    fn none(&self) -> u32 {
        self.factor
    }
}

/// The compiler refuses a second method in one field only where it can see it.
#[test]
fn methods_that_reach_one_field_unseen_have_their_own_entries() {
    #[derive(Default)]
    struct Inner {
        memo: Memo<(u64,), u64>,
    }
    #[derive(Default)]
    struct Outer {
        inner: Inner,
    }
    trait Scale {
        fn triple(&self, n: u64) -> u64;
        fn quadruple(&self, n: u64) -> u64;
    }
    impl Inner {
        #[memoize(in = self.memo)]
        fn times(&self, n: u64) -> u64 {
            n
        }
    }
    impl Outer {
        #[memoize(in = self.inner.memo)]
        fn times(&self, n: u64) -> u64 {
            2 * n
        }
    }
    impl Scale for Outer {
        #[memoize(in = self.inner.memo, handle = false)]
        fn triple(&self, n: u64) -> u64 {
            3 * n
        }
        #[memoize(in = self.inner.memo, handle = false)]
        fn quadruple(&self, n: u64) -> u64 {
            4 * n
        }
    }
    let outer = Outer::default();
    for _ in 0..2 {
        assert_eq!((outer.inner.times(5), outer.times(5), outer.triple(5), outer.quadruple(5)), (5, 10, 15, 20));
    }
    assert_eq!(tally(outer.inner.memo.info()), (4, 4, 4));
    assert!(outer.times_forget(5) && !outer.times_contains(5) && outer.inner.times_contains(5));
    outer.times_put(5, 11);
    assert_eq!((outer.times(5), outer.inner.times(5), outer.triple(5)), (11, 5, 15));
}

#[test]
fn a_cache_in_a_field_is_its_instances_own() {
    let (one, two) = (Atlas { factor: 1, ..Atlas::default() }, Atlas { factor: 2, ..Atlas::default() });
    assert_eq!((one.dist(3, "ab"), two.dist(3, "ab"), one.dist(3, "ab")), (5, 8, 5));
    assert_eq!((tally(one.dist_cache_info()), tally(two.dist_cache_info())), ((1, 1, 1), (0, 1, 1)));
    assert_eq!((one.dist_peek(3, "ab"), one.dist_contains(3, "b")), (Some(5), false));
    one.dist_cache_clear();
    assert_eq!((tally(one.dist_cache_info()), tally(two.dist.info())), ((0, 0, 0), (0, 1, 1)));
}

#[test]
fn a_cache_in_a_field_takes_its_bound_from_the_attribute() {
    let atlas = Atlas::default();
    for n in 0..5 {
        atlas.dist(n, "");
    }
    assert_eq!((tally(atlas.dist_cache_info()), atlas.dist_cache_parameters().maxsize), ((0, 5, 2), Some(2)));
    atlas.dist_resize(1);
    assert_eq!(atlas.dist.info().currsize, 1);
    assert_eq!(Atlas::default().dist_cache_parameters().maxsize, Some(2));
}

#[test]
fn every_operation_works_on_a_cache_in_a_field() {
    let atlas = Atlas { factor: 1, ..Atlas::default() };
    atlas.dist_put(1, "a", 100);
    assert_eq!((atlas.dist(1, "a"), atlas.dist_uncached(1, "a"), atlas.dist_refresh(1, "a")), (100, 2, 2));
    assert_eq!((atlas.dist_with(1, "a", |n| n + 1), atlas.dist_expires_in(1, "a")), (3, None));
    assert_eq!(atlas.dist_forget_if(|key, value| key.arg::<str>(1) == Some("a") && *value == 2), 1);
    assert!(!atlas.dist_forget(1, "a"));
}

#[test]
fn async_results_keys_and_no_arguments_work_in_a_field() {
    let atlas = Atlas { factor: 2, ..Atlas::default() };
    block_on(async { assert_eq!((atlas.later(1).await, atlas.later(1).await), (2, 2)) });
    assert_eq!(tally(atlas.later_cache_info()), (1, 1, 1));
    assert_eq!(
        (atlas.checked(0).is_err(), atlas.checked(0).is_err(), atlas.checked(1), atlas.checked(1)),
        (true, true, Ok(2), Ok(2))
    );
    assert_eq!(tally(atlas.checked_cache_info()), (1, 3, 1));
    assert_eq!((atlas.keyed(1), atlas.keyed(11), atlas.keyed(2)), (1, 1, 2));
    assert_eq!((atlas.none(), atlas.none(), tally(atlas.none_cache_info())), (2, 2, (1, 1, 1)));
}

#[test]
fn a_clone_of_the_instance_begins_with_an_empty_field() {
    let atlas = Atlas::default();
    atlas.none();
    assert_eq!((tally(atlas.none.info()), tally(atlas.clone().none.info())), ((0, 1, 1), (0, 0, 0)));
}

#[test]
fn a_field_may_be_of_a_generic_type_and_behind_a_path() {
    struct Inner<R> {
        memo: Memo<(u32,), R>,
    }
    struct Of<T> {
        inner: (Inner<Vec<T>>, T),
    }
    impl<T: Clone + Send + Sync + 'static> Of<T> {
        #[memoize(in = self.inner.0.memo)]
        fn times(&self, n: u32) -> Vec<T> {
            vec![self.inner.1.clone(); n as usize]
        }
    }
    let texts = Of { inner: (Inner { memo: Memo::new() }, "x") };
    assert_eq!((texts.times(2), texts.times(2)), (vec!["x", "x"], vec!["x", "x"]));
    assert_eq!(tally(texts.times_cache_info()), (1, 1, 1));
}

#[test]
fn without_single_flight_two_threads_compute_at_once() {
    static BOTH: Barrier = Barrier::new(2);
    #[memoize(single_flight = false)]
    fn next(n: u32) -> u32 {
        BOTH.wait();
        n + 1
    }
    thread::scope(|scope| {
        scope.spawn(|| next(1));
        scope.spawn(|| next(1));
    });
    let info = next::cache_info();
    assert_eq!((calls(info), info.currsize), ((0, 2, 0, 0), 1));
    assert!(!next::cache_parameters().single_flight);
}

#[test]
fn single_flight_within_a_time_waits_no_longer() {
    static INSIDE: Barrier = Barrier::new(2);
    static RUNS: Runs = Runs::new();
    #[memoize(single_flight = "20ms")]
    fn next(n: u32) -> u32 {
        if RUNS.add() == 0 {
            INSIDE.wait(); // the other thread may begin
            INSIDE.wait(); // and has ended
        }
        n + 1
    }
    thread::scope(|scope| {
        scope.spawn(|| next(1));
        INSIDE.wait();
        assert_eq!(next(1), 2, "computes for itself when the time is over");
        INSIDE.wait();
    });
    assert_eq!((RUNS.count(), next::cache_info().misses + next::cache_info().bypassed), (2, 2));
}

#[test]
fn single_flight_may_be_literal_or_computed() {
    const WAIT: Duration = Duration::from_secs(5);
    #[memoize(single_flight = true)]
    fn aloud(n: u32) -> u32 {
        n
    }
    #[memoize(single_flight = WAIT)]
    fn computed(n: u32) -> u32 {
        n
    }
    (aloud(1), computed(1));
    assert!(aloud::cache_parameters().single_flight && computed::cache_parameters().single_flight);
}

#[test]
fn a_users_hasher_runs_once_per_call() {
    static BUILT: Runs = Runs::new();
    #[derive(Default)]
    struct Counting(BuildHasherDefault<DefaultHasher>);
    impl BuildHasher for Counting {
        type Hasher = DefaultHasher;
        fn build_hasher(&self) -> DefaultHasher {
            BUILT.add();
            self.0.build_hasher()
        }
    }
    #[memoize(hasher = Counting, lru = 2)]
    fn next(text: &str) -> usize {
        text.len()
    }
    next("a");
    assert_eq!(BUILT.count(), 1);
    (next("a"), next("a"));
    assert_eq!(BUILT.count(), 3);
    (next("b"), next("c"), next("d"));
    assert_eq!(BUILT.count(), 6, "stored keys are never hashed again");
}

#[test]
fn a_hasher_works_in_every_kind_of_cache() {
    #[derive(Default, Clone)]
    struct Length(u64);
    impl Hasher for Length {
        fn finish(&self) -> u64 {
            self.0
        }
        fn write(&mut self, bytes: &[u8]) {
            self.0 += bytes.len() as u64;
        }
    }
    type Lengths = BuildHasherDefault<Length>;
    #[memoize(hasher = Lengths, local)]
    fn local(text: &str) -> String {
        text.to_owned()
    }
    #[memoize(hasher = RandomState)]
    async fn later(text: &str) -> String {
        text.to_owned()
    }
    assert_eq!((local("ab"), local("cd"), local("ab")), ("ab".into(), "cd".into(), "ab".into()));
    block_on(async { assert_eq!((later("ab").await, later("ab").await), ("ab".to_owned(), "ab".to_owned())) });
    assert_eq!((tally(local::cache_info()), tally(later::cache_info())), ((1, 2, 2), (1, 1, 1)));
}

mod facade {
    pub use memokit as renamed;
}

#[test]
fn the_facade_may_have_another_name() {
    #[memoize(crate = facade::renamed, lru = 3)]
    fn next(n: u32) -> u32 {
        n + 1
    }
    assert_eq!((next(1), next(1), tally(next::cache_info())), (2, 2, (1, 1, 1)));
}

#[test]
fn the_handle_may_have_another_name_or_none() {
    #[memoize(handle = NextCache)]
    fn next(n: u32) -> u32 {
        n + 1
    }
    #[memoize(handle = false)]
    fn silent(n: u32) -> u32 {
        n + 1
    }
    /// Without a handle, a type may have the name.
    #[allow(non_camel_case_types, dead_code, reason = "the point")]
    enum silent {}
    assert_eq!((next(1), next(1), silent(1), silent(1)), (2, 2, 2, 2));
    assert_eq!((tally(NextCache::cache_info()), NextCache::peek(1)), ((1, 1, 1), Some(2)));
}

#[test]
fn a_methods_operations_may_have_another_prefix() {
    struct Unit;
    impl Unit {
        #[memoize(ignore(self), handle = cached_next)]
        fn next(&self, n: u32) -> u32 {
            n + 1
        }
    }
    assert_eq!((Unit.next(1), Unit.next(1)), (2, 2));
    assert_eq!((tally(Unit::cached_next_cache_info()), Unit.cached_next_peek(1)), ((1, 1, 1), Some(2)));
}

#[test]
fn a_trailing_comma_and_an_empty_list_are_fine() {
    #[memoize(lru = 3)]
    fn comma(n: u32) -> u32 {
        n
    }
    #[memoize()]
    fn empty(n: u32) -> u32 {
        n
    }
    (comma(1), empty(1));
    assert_eq!((comma::cache_parameters().maxsize, empty::cache_parameters().maxsize), (Some(3), None));
}
