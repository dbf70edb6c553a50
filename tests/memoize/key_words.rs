//! Tests of `key`, `ignore`, `when` and `keep_if`: the parts of the key, and what is cached.

use super::{Runs, calls, tally};
use futures::executor::block_on;
use memokit::memoize;

struct User {
    id: u32,
    name: String,
}

#[test]
fn a_key_expression_replaces_the_arguments() {
    #[memoize(key = user.id)]
    fn label(user: &User, loud: bool) -> String {
        if loud { user.name.to_uppercase() } else { user.name.clone() }
    }
    let user = User { id: 1, name: "ann".into() };
    assert_eq!((label(&user, false), label(&user, true)), ("ann".into(), "ann".into()));
    assert_eq!(label(&User { id: 2, name: "bob".into() }, true), "BOB");
    assert_eq!(tally(label::cache_info()), (1, 2, 2));
    assert_eq!((label::peek(&user, true), label::forget(&user, true)), (Some("ann".into()), true));
}

#[test]
fn a_key_may_borrow_or_be_made_on_the_spot() {
    #[memoize(key = &user.name)]
    fn by_borrow(user: &User) -> usize {
        user.name.len()
    }
    #[memoize(key = text.to_lowercase())]
    fn by_temporary(text: &str) -> usize {
        text.len()
    }
    #[memoize(key = (&user.name[..1], n % 10))]
    fn by_tuple(user: &User, n: u32) -> String {
        format!("{} {n}", user.name)
    }
    let (ann, abe) = (User { id: 1, name: "ann".into() }, User { id: 2, name: "abe".into() });
    assert_eq!((by_borrow(&ann), by_borrow(&ann)), (3, 3));
    assert_eq!((by_temporary("AB"), by_temporary("ab"), by_temporary("aB")), (2, 2, 2));
    assert_eq!(
        (by_tuple(&ann, 1), by_tuple(&abe, 11), by_tuple(&abe, 2)),
        ("ann 1".into(), "ann 1".into(), "abe 2".into())
    );
    assert_eq!((tally(by_borrow::cache_info()), tally(by_temporary::cache_info())), ((1, 1, 1), (2, 1, 1)));
    assert_eq!(tally(by_tuple::cache_info()), (1, 2, 2));
}

#[test]
fn a_key_may_be_a_block_or_use_what_is_in_scope() {
    const STEP: u32 = 10;
    fn bucket(n: u32) -> u32 {
        n / STEP
    }
    #[memoize(key = { let b = bucket(n); b * STEP })]
    fn low(n: u32) -> u32 {
        n
    }
    assert_eq!((low(11), low(12), low(21)), (11, 11, 21));
}

#[test]
fn a_key_is_computed_before_the_arguments_are_moved() {
    #[memoize(key = name.len())]
    fn take(name: String) -> String {
        name
    }
    #[memoize(key = name.len())]
    async fn take_later(name: String) -> String {
        name
    }
    assert_eq!((take("ab".into()), take("cd".into())), ("ab".into(), "ab".into()));
    assert_eq!(
        block_on(async { (take_later("ab".into()).await, take_later("cd".into()).await) }),
        ("ab".into(), "ab".into())
    );
}

#[test]
fn a_constant_key_makes_one_entry() {
    static RUNS: Runs = Runs::new();
    #[memoize(key = ())]
    fn once(_n: u32) -> u64 {
        RUNS.add()
    }
    assert_eq!((once(1), once(2)), (0, 0));
}

#[test]
fn a_key_shows_its_value_to_closures() {
    #[memoize(key = (user.id, user.name.as_str()), max_weight = 100, weight = |(id, name), value| *id as usize + name.len() + value)]
    fn length(user: &User) -> usize {
        user.name.len()
    }
    length(&User { id: 10, name: "ann".into() });
    assert_eq!(length::cache_info().weight, 16);
    // `key = expression` is one component, whatever its type.
    assert_eq!(
        length::forget_if(|key, _| key.len() == 1 && key.arg::<(u32, Box<str>)>(0).is_some_and(|key| key.0 == 10)),
        1
    );
}

#[test]
fn ignored_arguments_are_not_part_of_the_key() {
    static RUNS: Runs = Runs::new();
    struct Log;
    #[memoize(ignore(_log, verbose))]
    fn next(n: u32, _log: &mut Log, verbose: bool) -> u64 {
        assert!(!verbose);
        RUNS.add() + u64::from(n)
    }
    assert_eq!((next(1, &mut Log, false), next(1, &mut Log, true), next(2, &mut Log, false)), (1, 1, 3));
    assert_eq!(tally(next::cache_info()), (1, 2, 2));
    assert_eq!(next::forget_if(|key, _| key.len() == 1), 2);
}

#[test]
fn all_arguments_may_be_ignored() {
    #[memoize(ignore(a, b))]
    fn first(a: u32, b: u32) -> u32 {
        a + b
    }
    assert_eq!((first(1, 2), first(3, 4)), (3, 3));
    assert_eq!(tally(first::cache_info()), (1, 1, 1));
}

#[test]
fn an_ignored_argument_of_an_async_function_is_moved_into_the_body() {
    #[memoize(ignore(more))]
    async fn joined(text: &str, more: String) -> String {
        std::future::ready(()).await;
        format!("{text}{more}")
    }
    assert_eq!(
        block_on(async { (joined("a", "b".into()).await, joined("a", "c".into()).await) }),
        ("ab".into(), "ab".into())
    );
}

#[test]
fn when_is_false_the_call_is_bypassed_and_changes_nothing() {
    static RUNS: Runs = Runs::new();
    #[memoize(when = n >= 10)]
    fn next(n: u32) -> u32 {
        RUNS.add();
        n + 1
    }
    assert_eq!((next(1), next(1), next(10), next(10)), (2, 2, 11, 11));
    assert_eq!(RUNS.count(), 3);
    let info = next::cache_info();
    assert_eq!((calls(info), info.currsize), ((1, 1, 0, 2), 1));
    assert!(!next::contains(1));
}

#[test]
fn when_is_false_an_async_call_is_bypassed() {
    #[memoize(when = n >= 10)]
    async fn next(n: u32) -> u32 {
        n + 1
    }
    assert_eq!(block_on(async { (next(1).await, next(1).await, next(10).await, next(10).await) }), (2, 2, 11, 11));
    assert_eq!(calls(next::cache_info()), (1, 1, 0, 2));
}

#[test]
fn when_is_false_even_a_cached_value_is_not_used() {
    #[memoize(when = !fresh, ignore(fresh))]
    fn next(n: u32, fresh: bool) -> u32 {
        n + if fresh { 1 } else { 50 }
    }
    next::put(1, false, 100);
    assert_eq!((next(1, false), next(1, true), next(1, false)), (100, 2, 100));
    assert_eq!(calls(next::cache_info()), (2, 0, 0, 1));
    assert_eq!((next::with(1, false, |n| *n), next::with(1, true, |n| *n)), (100, 2));
    assert_eq!(calls(next::cache_info()), (3, 0, 0, 2));
}

#[test]
fn when_may_use_the_world_around() {
    use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
    static ON: AtomicBool = AtomicBool::new(false);
    #[memoize(when = ON.load(SeqCst))]
    fn next(text: &str) -> String {
        text.to_owned() + "!"
    }
    (next("a"), next("a"));
    ON.store(true, SeqCst);
    (next("a"), next("a"));
    assert_eq!(calls(next::cache_info()), (1, 1, 0, 2));
}

#[test]
fn when_works_for_recursive_functions() {
    #[memoize(when = n > 5)]
    fn fib(n: u64) -> u64 {
        if n < 2 { n } else { fib(n - 1) + fib(n - 2) }
    }
    assert_eq!(fib(20), 6765);
    assert_eq!(fib::cache_info().currsize, 15);
}

#[test]
fn keep_if_decides_by_the_value() {
    #[memoize(keep_if = |value| *value > 10)]
    fn double(n: u32) -> u32 {
        n * 2
    }
    assert_eq!((double(1), double(1), double(6), double(6)), (2, 2, 12, 12));
    assert_eq!(tally(double::cache_info()), (1, 3, 1));
    double::put(1, 5);
    assert!(!double::contains(1));
    double::put(1, 50);
    assert_eq!(double(1), 50);
}

#[test]
fn keep_if_of_an_async_function_decides_by_the_value() {
    #[memoize(keep_if = |list| !list.is_empty())]
    async fn list(n: usize) -> Vec<u8> {
        vec![0; n]
    }
    block_on(async { (list(0).await, list(0).await, list(1).await, list(1).await) });
    assert_eq!(tally(list::cache_info()), (1, 3, 1));
}

#[test]
fn keep_if_sees_a_result_as_written() {
    #[memoize(keep_if = |result| result.as_ref().is_ok_and(|n| *n > 1))]
    fn by_ok(n: u32) -> Result<u32, String> {
        if n == 0 { Err("zero".into()) } else { Ok(n) }
    }
    #[memoize(cache_err, keep_if = |result: &Result<u32, String>| result != &Err("busy".to_owned()))]
    fn by_err(n: u32) -> Result<u32, String> {
        Err(if n == 0 { "busy".into() } else { "gone".into() })
    }
    for n in [0, 0, 1, 1, 2, 2] {
        _ = by_ok(n);
    }
    assert_eq!(tally(by_ok::cache_info()), (1, 5, 1));
    for n in [0, 0, 1, 1] {
        assert!(by_err(n).is_err());
    }
    assert_eq!(tally(by_err::cache_info()), (1, 3, 1));
}

#[test]
fn keep_if_may_be_a_function_of_its_own() {
    #[memoize(keep_if = Option::is_some)]
    fn half(n: u32) -> Option<u32> {
        n.is_multiple_of(2).then_some(n / 2)
    }
    (half(1), half(1), half(2), half(2));
    assert_eq!(tally(half::cache_info()), (1, 3, 1));
}

#[test]
fn all_options_about_the_value_work_together() {
    #[memoize(
        lru = 10,
        max_weight = 100,
        weight = |key, value| key.len() + value.len(),
        ttl = |_, value| std::time::Duration::from_secs(value.len() as u64 * 60),
        keep_if = |value| value.len() > 1,
        key = text.trim(),
        when = !text.is_empty(),
    )]
    fn upper(text: &str) -> String {
        text.trim().to_uppercase()
    }
    assert_eq!(
        (upper(" ab"), upper("ab "), upper("c"), upper("")),
        ("AB".into(), "AB".into(), "C".into(), String::new())
    );
    let info = upper::cache_info();
    assert_eq!((calls(info), info.currsize, info.weight), ((1, 2, 0, 1), 1, 4));
    assert!(upper::expires_in("ab").unwrap() > std::time::Duration::from_secs(100));
}
