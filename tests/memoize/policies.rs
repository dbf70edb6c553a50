//! Tests of the bounds: which entry is evicted when there is no room.

use super::{calls, tally};
use futures::executor::block_on;
use memokit::memoize;

/// Returns which of the numbers are cached.
fn kept(contains: fn(u32) -> bool, of: impl IntoIterator<Item = u32>) -> Vec<u32> {
    of.into_iter().filter(|&n| contains(n)).collect()
}

#[test]
fn lru_evicts_the_least_recently_used() {
    #[memoize(lru = 3)]
    fn next(n: u32) -> u32 {
        n + 1
    }
    for n in [1, 2, 3, 1, 4] {
        next(n);
    }
    assert_eq!(kept(next::contains, 0..9), [1, 3, 4]);
    next(3);
    next(5);
    assert_eq!(kept(next::contains, 0..9), [3, 4, 5]);
    let info = next::cache_info();
    assert_eq!((tally(info), info.evictions, info.maxsize), ((2, 5, 3), 2, Some(3)));
}

#[test]
fn lru_of_an_async_function_evicts_the_least_recently_used() {
    #[memoize(lru = 2)]
    async fn next(n: u32) -> u32 {
        n + 1
    }
    block_on(async {
        for n in [1, 2, 1, 3] {
            next(n).await;
        }
    });
    assert_eq!(kept(next::contains, 0..9), [1, 3]);
}

#[test]
fn fifo_evicts_the_oldest_however_often_it_is_used() {
    #[memoize(fifo = 3)]
    fn next(n: u32) -> u32 {
        n + 1
    }
    for n in [1, 2, 3, 1, 1, 1, 4] {
        next(n);
    }
    assert_eq!(kept(next::contains, 0..9), [2, 3, 4]);
    next(2);
    next(5);
    assert_eq!(kept(next::contains, 0..9), [3, 4, 5]);
    assert_eq!(tally(next::cache_info()), (4, 5, 3));
}

#[test]
fn lfu_evicts_the_least_frequently_used() {
    #[memoize(lfu = 3)]
    fn next(n: u32) -> u32 {
        n + 1
    }
    for n in [1, 1, 1, 2, 3, 3, 4] {
        next(n);
    }
    assert_eq!(kept(next::contains, 0..9), [1, 3, 4]);
    for n in [4, 4, 5] {
        next(n);
    }
    assert_eq!(kept(next::contains, 0..9), [1, 4, 5], "3 was used twice, 1 and 4 three times");
}

#[test]
fn random_evicts_one_of_the_others_and_never_the_new_one() {
    #[memoize(random = 3)]
    fn next(n: u32) -> u32 {
        n + 1
    }
    for n in 0..100 {
        next(n);
        assert!(next::contains(n));
        assert_eq!(next::cache_info().currsize, 3.min(n as usize + 1));
    }
    assert_eq!((calls(next::cache_info()), next::cache_info().evictions), ((0, 100, 0, 0), 97));
}

#[test]
fn max_of_a_small_cache_is_lru() {
    #[memoize(max = 3)]
    fn next(n: u32) -> u32 {
        n + 1
    }
    for n in [1, 2, 3, 1, 4] {
        next(n);
    }
    assert_eq!(kept(next::contains, 0..9), [1, 3, 4]);
    assert_eq!(next::cache_parameters().policy, "max");
}

#[test]
fn max_retains_a_working_set_through_a_scan() {
    #[memoize(max = 100)]
    fn next(n: u32) -> u32 {
        n + 1
    }
    for _ in 0..10 {
        for n in 0..50 {
            next(n);
        }
    }
    for n in 1000..1300 {
        next(n);
    }
    let survivors = kept(next::contains, 0..50).len();
    assert!(survivors > 25, "{survivors} of 50 survive a scan of three times the bound; lru would keep none");
    assert_eq!(next::cache_info().currsize, 100);
}

#[test]
fn every_policy_holds_exactly_its_capacity() {
    macro_rules! all_hit {
        ($($policy:ident)*) => { $({
            #[memoize($policy = 128)]
            fn next(n: u32) -> u32 {
                n + 1
            }
            for n in (0..128).chain(0..128) {
                next(n);
            }
            assert_eq!(tally(next::cache_info()), (128, 128, 128), stringify!($policy));
            assert_eq!(next::cache_parameters().policy, stringify!($policy));
            for n in 128..256 {
                next(n);
                assert_eq!(next::cache_info().currsize, 128, stringify!($policy));
            }
            assert_eq!(next::cache_info().evictions, 128, stringify!($policy));
        })* };
    }
    all_hit!(lru lfu fifo random max);
}

#[test]
fn every_policy_works_in_a_thread_local_cache() {
    macro_rules! all_hit {
        ($($policy:ident)*) => { $({
            #[memoize($policy = 16, local)]
            fn next(n: u32) -> u32 {
                n + 1
            }
            for n in (0..16).chain(0..20) {
                next(n);
            }
            let info = next::cache_info();
            assert_eq!((info.currsize, info.hits >= 16), (16, true), stringify!($policy));
        })* };
    }
    all_hit!(lru lfu fifo random max);
}

#[test]
fn a_bound_of_one_holds_the_last_entry() {
    #[memoize(lru = 1)]
    fn fib(n: u64) -> u64 {
        if n < 2 { n } else { fib(n - 1) + fib(n - 2) }
    }
    assert_eq!(fib(10), 55);
    let info = fib::cache_info();
    assert_eq!(info.currsize, 1);
    assert!(fib::contains(10));
    assert_eq!((fib(10), fib::cache_info().hits), (55, info.hits + 1));
}

#[test]
fn the_bound_is_any_constant_expression() {
    const BOUND: usize = 4;
    static FROM_STATIC: usize = 3;
    #[memoize(lru = BOUND * 2 - size_of::<u32>())]
    fn by_const(n: u32) -> u32 {
        n
    }
    #[memoize(fifo = FROM_STATIC + 1)]
    fn by_static(n: u32) -> u32 {
        n
    }
    (by_const(1), by_static(1));
    assert_eq!((by_const::cache_parameters().maxsize, by_static::cache_parameters().maxsize), (Some(4), Some(4)));
}

#[test]
fn without_a_bound_nothing_is_evicted() {
    #[memoize]
    fn next(n: u32) -> u32 {
        n + 1
    }
    (0..10_000).for_each(|n| _ = next(n));
    let info = next::cache_info();
    assert_eq!((tally(info), info.evictions, info.maxsize), ((0, 10_000, 10_000), 0, None));
    assert_eq!(next::cache_parameters().policy, "unbounded");
}

#[test]
fn a_cache_that_is_bounded_without_a_policy_says_that_it_evicts_the_least_recent() {
    #[memoize(max_weight = 10, weight = |_, _| 1)]
    fn weighted(n: u32) -> u32 {
        n
    }
    #[memoize(lfu = 2, max_weight = 10, weight = |_, _| 1)]
    fn doubly(n: u32) -> u32 {
        n
    }
    #[memoize(local)]
    fn resized(n: u32) -> u32 {
        n
    }
    assert_eq!((weighted::cache_parameters().policy, doubly::cache_parameters().policy), ("lru", "lfu"));
    assert_eq!(resized::cache_parameters().policy, "unbounded");
    resized::resize(2);
    assert_eq!(resized::cache_parameters().policy, "lru");
    assert_eq!(resized::cache_parameters().to_string(), "{'maxsize': 2, 'typed': False, 'policy': 'lru'}");

    let cache = memokit::Cache::<u32, u32>::builder().name("resized").build();
    let handle = memokit::caches().into_iter().find(|handle| handle.name() == "resized").unwrap();
    assert_eq!((cache.parameters().policy, handle.parameters().policy), ("unbounded", "unbounded"));
    handle.resize(2);
    assert_eq!((cache.parameters().policy, handle.parameters().policy), ("lru", "lru"));
}

#[test]
fn a_weight_bounds_the_sum_and_the_least_recent_are_evicted() {
    #[memoize(max_weight = 10, weight = |key: &Box<str>, value: &String| key.len() + value.len())]
    fn twice(text: &str) -> String {
        text.to_owned()
    }
    twice("a");
    twice("bb");
    twice("a");
    assert_eq!(twice::cache_info().weight, 6);
    twice("cc");
    assert_eq!(twice::cache_info().weight, 10);
    twice("d");
    assert!(twice::contains("a") && !twice::contains("bb") && twice::contains("cc") && twice::contains("d"));
    let info = twice::cache_info();
    assert_eq!((info.weight, info.max_weight, info.maxsize, info.evictions), (8, Some(10), None, 1));
}

#[test]
fn a_value_heavier_than_the_bound_is_returned_and_not_cached() {
    #[memoize(max_weight = "1KB", weight = |_, value| value.len())]
    fn zeros(n: usize) -> Vec<u8> {
        vec![0; n]
    }
    assert_eq!((zeros(600).len(), zeros(1001).len(), zeros(1001).len(), zeros(1000).len()), (600, 1001, 1001, 1000));
    assert_eq!((zeros::contains(600), zeros::contains(1001), zeros::contains(1000)), (false, false, true));
    assert_eq!(calls(zeros::cache_info()), (0, 4, 0, 0));
}

#[test]
fn a_policy_and_a_weight_bound_both_hold() {
    #[memoize(fifo = 3, max_weight = 10, weight = |key, _| *key)]
    fn same(n: u32) -> u32 {
        n
    }
    for n in [1, 2, 3, 4] {
        same(n);
    }
    assert_eq!((kept(same::contains, 0..9), same::cache_info().weight), (vec![2, 3, 4], 9));
    same(6);
    assert_eq!((kept(same::contains, 0..9), same::cache_info().weight), (vec![4, 6], 10));
}

#[test]
fn a_weight_may_be_a_function_of_its_own() {
    fn weigh(key: &u32, value: &String) -> u64 {
        u64::from(*key) + value.len() as u64
    }
    const MOST: u64 = 20;
    #[memoize(max_weight = MOST, weight = weigh)]
    fn text(n: u32) -> String {
        n.to_string()
    }
    text(9);
    text(10);
    assert_eq!(text::cache_info().weight, 12, "10 + 12 would be too much");
}
