//! Tests of every operation in every form: methods, associated, generic and async functions.

use super::{Runs, calls, tally};
use futures::executor::block_on;
use memokit::memoize;
use std::hash::Hash;
use std::time::Duration;

#[test]
fn a_method_has_every_operation_as_a_sibling() {
    #[derive(Clone, PartialEq, Eq, Hash)]
    struct Map(u32);
    impl Map {
        #[memoize(lru = 10, ttl = "1h")]
        fn dist(&self, to: &str) -> u32 {
            self.0 + to.len() as u32
        }
    }
    let (map, other) = (Map(1), Map(2));
    assert_eq!((map.dist("a"), map.dist("a"), other.dist("a")), (2, 2, 3));
    assert_eq!(tally(Map::dist_cache_info()), (1, 2, 2));
    assert_eq!(Map::dist_cache_parameters().maxsize, Some(10));
    assert_eq!(
        (map.dist_uncached("ab"), map.dist_refresh("a"), map.dist_peek("a"), map.dist_peek("ab")),
        (3, 2, Some(2), None)
    );
    assert_eq!((map.dist_contains("a"), Map(9).dist_contains("a")), (true, false));
    assert!(map.dist_expires_in("a").unwrap() > Duration::from_secs(3500));
    map.dist_put("z", 100);
    assert_eq!((map.dist("z"), other.dist("z")), (100, 3));
    assert_eq!((map.dist_with("z", |n| n + 1), other.dist_with("zz", |n| n + 1)), (101, 5));
    assert_eq!((map.dist_forget("z"), map.dist_forget("z")), (true, false));
    let of_two =
        |key: memokit::KeyRef<'_>, _: &u32| key.arg::<Map>(0) == Some(&Map(2)) && key.arg::<str>(1) == Some("a");
    assert_eq!(Map::dist_forget_if(of_two), 1);
    Map::dist_resize(1);
    assert_eq!((Map::dist_cache_info().currsize, Map::dist_cache().info().maxsize), (1, Some(1)));
    Map::dist_cache_clear();
    assert_eq!(tally(Map::dist_cache_info()), (0, 0, 0));
}

#[test]
fn an_associated_function_has_every_operation_as_a_sibling() {
    struct Unit;
    impl Unit {
        #[memoize(assoc)]
        fn twice(n: u32) -> u32 {
            n * 2
        }
    }
    assert_eq!(
        (Unit::twice(1), Unit::twice_peek(1), Unit::twice_contains(2), Unit::twice_uncached(2)),
        (2, Some(2), false, 4)
    );
    Unit::twice_put(3, 7);
    assert_eq!(
        (Unit::twice(3), Unit::twice_refresh(3), Unit::twice_with(3, |n| n + 1), Unit::twice_forget(3)),
        (7, 6, 7, true)
    );
    assert_eq!((Unit::twice_forget_if(|_, n| *n == 2), Unit::twice_expires_in(1)), (1, None));
    assert_eq!(Unit::twice_cache().name(), "suite::memoize::handle_forms::twice");
}

#[test]
fn a_generic_functions_operations_have_its_parameters() {
    #[memoize(lru = 10)]
    fn size<T>(n: usize) -> usize {
        n * size_of::<T>()
    }
    assert_eq!((size::<u8>(2), size::<u64>(2)), (2, 16));
    assert_eq!((size::peek::<u8>(2), size::peek::<u64>(2), size::peek::<u16>(2)), (Some(2), Some(16), None));
    assert_eq!((size::contains::<u8>(2), size::uncached::<u16>(2), size::refresh::<u8>(2)), (true, 4, 2));
    size::put::<u8>(3, 100);
    assert_eq!((size::<u8>(3), size::<u64>(3), size::with::<u8, _>(3, |n| n + 1)), (100, 24, 101));
    assert_eq!((size::forget::<u8>(3), size::forget::<u8>(3), size::contains::<u64>(3)), (true, false, true));
    assert_eq!(size::expires_in::<u8>(2), None);
    assert_eq!(size::forget_if(|key, _| key.arg::<usize>(0) == Some(&2)), 2, "all instantiations are asked");
    assert_eq!(size::cache_info().currsize, 1);
}

#[test]
fn a_generic_functions_operations_infer_their_parameters() {
    #[memoize]
    fn most<T: Ord + Clone + Hash + Send + Sync + 'static>(items: &[T]) -> Option<T> {
        items.iter().max().cloned()
    }
    assert_eq!((most(&[1, 3]), most(&["a", "b"])), (Some(3), Some("b")));
    assert_eq!((most::peek(&[1, 3]), most::peek(&["b"]), most::contains(&["a", "b"])), (Some(Some(3)), None, true));
    most::put(&["x"], Some("y"));
    assert_eq!((most(&["x"]), most::refresh(&["x"]), most::forget(&["x"])), (Some("y"), Some("x"), true));
    assert_eq!(
        most::forget_if(|_, value: &Option<i32>| value.is_some()),
        1,
        "only values of this type are asked about"
    );
    assert_eq!(most::forget_if::<&str>(|key, _| key.arg::<[&str]>(0) == Some(&["a", "b"])), 1);
}

#[test]
fn a_const_generic_functions_operations_have_its_parameters() {
    #[memoize]
    fn scaled<const N: u32>(n: u32) -> u32 {
        n * N
    }
    assert_eq!((scaled::<2>(1), scaled::peek::<2>(1), scaled::peek::<3>(1)), (2, Some(2), None));
    scaled::put::<3>(1, 33);
    assert_eq!((scaled::<3>(1), scaled::<2>(1), scaled::forget::<3>(1), scaled::contains::<2>(1)), (33, 2, true, true));
}

#[test]
fn an_async_functions_operations_await_only_what_runs_the_body() {
    static RUNS: Runs = Runs::new();
    #[memoize(lru = 10)]
    async fn run(text: &str) -> String {
        RUNS.add();
        text.to_uppercase()
    }
    block_on(async {
        assert_eq!(
            (run("a").await, run::uncached("a").await, run::refresh("a").await, RUNS.count()),
            ("A".into(), "A".into(), "A".into(), 3)
        );
        assert_eq!((run::with("a", String::len).await, run::with("bc", String::len).await, RUNS.count()), (1, 2, 4));
        assert_eq!((run::peek("a"), run::peek("z"), run::contains("bc")), (Some("A".into()), None, true));
        run::put("z", "zed".into());
        assert_eq!(
            (run("z").await, run::forget("z"), run::forget("z"), run::expires_in("a")),
            ("zed".into(), true, false, None)
        );
    });
    assert_eq!(run::forget_if(|key, text| key.arg::<str>(0) == Some("a") && text == "A"), 1);
    assert_eq!(calls(run::cache_info()), (2, 2, 0, 0));
    run::resize(1);
    assert_eq!((run::cache().info().maxsize, run::cache_parameters().maxsize), (Some(1), Some(1)));
    run::cache_clear();
    assert_eq!(tally(run::cache_info()), (0, 0, 0));
}

#[test]
fn an_async_generic_method_has_its_operations() {
    #[derive(Clone, PartialEq, Eq, Hash)]
    struct Unit;
    impl Unit {
        #[memoize]
        async fn show<T: ToString + Hash + Eq + Clone + Send + Sync + 'static>(&self, value: T) -> String {
            value.to_string()
        }
    }
    block_on(async {
        assert_eq!(
            (Unit.show(1u8).await, Unit.show(1u16).await, Unit.show_refresh(1u8).await),
            ("1".into(), "1".into(), "1".into())
        );
        assert_eq!(Unit.show_with(2u8, String::len).await, 1);
    });
    assert_eq!((Unit.show_peek(1u8), Unit.show_peek(1u32), Unit.show_contains(2u8)), (Some("1".into()), None, true));
    assert_eq!(tally(Unit::show_cache_info()), (0, 3, 3));
}

#[test]
fn operations_take_patterns_and_impl_trait_arguments() {
    #[memoize]
    fn sum((a, b): (u32, u32), more: impl Into<u32> + Copy + Hash + Eq + Send + Sync + 'static, mut last: u32) -> u32 {
        last += a + b;
        last + more.into()
    }
    assert_eq!((sum((1, 2), 3u8, 4), sum((1, 2), 3u16, 4)), (10, 10));
    assert_eq!((sum::peek((1, 2), 3u8, 4), sum::peek((1, 2), 3u32, 4)), (Some(10), None));
    sum::put((1, 2), 3u8, 4, 0);
    assert_eq!((sum((1, 2), 3u8, 4), sum((1, 2), 3u16, 4), sum::refresh((1, 2), 3u8, 4)), (0, 10, 10));
    assert_eq!(
        (sum::with((1, 2), 3u8, 4, |n| n + 1), sum::forget((1, 2), 3u8, 4), sum::uncached((1, 2), 3u8, 4)),
        (11, true, 10)
    );
}

#[test]
fn operations_of_a_function_without_arguments_take_none() {
    static RUNS: Runs = Runs::new();
    #[memoize]
    fn run() -> u64 {
        RUNS.add()
    }
    assert_eq!((run::contains(), run(), run::contains(), run::peek(), run::refresh()), (false, 0, true, Some(0), 1));
    run::put(7);
    assert_eq!((run(), run::with(|n| n + 1), run::forget(), run::uncached()), (7, 8, true, 2));
    run();
    assert_eq!(run::forget_if(|key, _| key.is_empty()), 1);
}

#[test]
fn a_local_functions_operations_concern_this_thread() {
    #[memoize(local, lru = 4)]
    fn next(n: u32) -> std::rc::Rc<u32> {
        (n + 1).into()
    }
    next(1);
    std::thread::spawn(|| {
        assert!(!next::contains(1) && !next::forget(1));
        next::put(1, 100.into());
        assert_eq!((*next(1), next::cache_info().hits), (100, 1));
        next::resize(1);
        assert_eq!(next::forget_if(|_, _| true), 1);
    })
    .join()
    .unwrap();
    assert_eq!((next::peek(1), next::cache_info().maxsize), (Some(2.into()), Some(4)));
    assert_eq!((*next::with(1, Clone::clone), *next::refresh(1), *next::uncached(1)), (2, 2, 2));
}

#[test]
fn the_operations_are_functions_that_may_be_passed_on() {
    #[memoize]
    fn next(n: u32) -> u32 {
        n + 1
    }
    (1..4).for_each(|n| _ = next(n));
    let kept: Vec<u32> = (0..9).filter(|&n| next::contains(n)).collect();
    assert_eq!((kept, (0..9).filter_map(next::peek).sum::<u32>()), (vec![1, 2, 3], 9));
    let clear: fn() = next::cache_clear;
    clear();
    assert_eq!(next::cache_info().currsize, 0);
}
