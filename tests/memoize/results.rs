//! Tests of what is cached of a result: the rule follows its type, however the type is spelled.

use super::{Runs, calls, tally};
use futures::executor::block_on;
use memokit::memoize;
use std::cell::Cell;
use std::fmt;
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::Duration;

type Res<T> = Result<T, String>;
mod deep {
    pub type Nested = super::Res<u32>;
}

#[test]
fn an_err_is_not_cached_and_an_ok_is() {
    static RUNS: Runs = Runs::new();
    #[memoize]
    fn parse(text: &str) -> Result<u32, std::num::ParseIntError> {
        RUNS.add();
        text.parse()
    }
    assert!(parse("x").is_err() && parse("x").is_err());
    assert_eq!((parse("1"), parse("1"), RUNS.count()), (Ok(1), Ok(1), 3));
    let info = parse::cache_info();
    assert_eq!((tally(info), info.errors), ((1, 3, 1), 2));
}

#[test]
fn an_async_err_is_not_cached_and_an_ok_is() {
    static RUNS: Runs = Runs::new();
    #[memoize]
    async fn parse(text: &str) -> Result<u32, std::num::ParseIntError> {
        RUNS.add();
        text.parse()
    }
    block_on(async {
        assert!(parse("x").await.is_err() && parse("x").await.is_err());
        assert_eq!((parse("1").await, parse("1").await, RUNS.count()), (Ok(1), Ok(1), 3));
    });
    assert_eq!(parse::cache_info().errors, 2);
}

#[test]
fn an_err_behind_an_alias_is_not_cached() {
    #[memoize]
    fn by_io(ok: bool) -> io::Result<u32> {
        if ok { Ok(1) } else { Err(io::Error::other("no")) }
    }
    #[memoize]
    fn by_res(ok: bool) -> Res<u32> {
        if ok { Ok(1) } else { Err("no".to_owned()) }
    }
    #[memoize]
    fn by_nested(ok: bool) -> deep::Nested {
        by_res(ok)
    }
    #[memoize]
    fn by_fmt() -> fmt::Result {
        Err(fmt::Error)
    }
    for ok in [false, true, false, true] {
        assert_eq!((by_io(ok).is_ok(), by_res(ok).is_ok(), by_nested(ok).is_ok()), (ok, ok, ok));
        assert!(by_fmt().is_err());
    }
    assert_eq!(tally(by_io::cache_info()), (1, 3, 1));
    assert_eq!(tally(by_nested::cache_info()), (1, 3, 1));
    assert_eq!(tally(by_res::cache_info()), (2, 5, 1));
    assert_eq!(tally(by_fmt::cache_info()), (0, 4, 0));
}

#[test]
fn an_err_behind_an_associated_type_is_not_cached() {
    trait Source {
        type Outcome;
    }
    struct File;
    impl Source for File {
        type Outcome = Result<u32, String>;
    }
    #[memoize]
    fn read(ok: bool) -> <File as Source>::Outcome {
        if ok { Ok(1) } else { Err("no".to_owned()) }
    }
    assert!(read(false).is_err() && read(false).is_err() && read(true).is_ok() && read(true).is_ok());
    assert_eq!(tally(read::cache_info()), (1, 3, 1));
}

#[test]
fn an_error_needs_neither_clone_nor_send() {
    #[derive(Debug)]
    struct Stuck(#[expect(dead_code, reason = "not Send, not Sync, not Clone")] Rc<Cell<u32>>);
    #[memoize]
    fn sync(n: u32) -> Result<u32, Stuck> {
        if n == 0 { Err(Stuck(Rc::new(Cell::new(1)))) } else { Ok(n) }
    }
    #[memoize]
    async fn later(n: u32) -> Result<u32, Stuck> {
        if n == 0 { Err(Stuck(Rc::new(Cell::new(1)))) } else { Ok(n) }
    }
    assert!(sync(0).is_err() && sync(0).is_err());
    assert_eq!((sync(1).unwrap(), sync(1).unwrap()), (1, 1));
    block_on(async {
        assert_eq!((later(0).await.is_err(), later(1).await.unwrap(), later(1).await.unwrap()), (true, 1, 1));
    });
    assert_eq!((tally(sync::cache_info()), tally(later::cache_info())), ((1, 3, 1), (1, 2, 1)));
}

#[test]
fn a_boxed_error_is_as_good_as_any() {
    #[memoize]
    fn parse(text: &str) -> Result<u32, Box<dyn std::error::Error>> {
        Ok(text.trim().parse()?)
    }
    assert!(parse("x").is_err());
    assert_eq!((parse(" 1").unwrap(), parse(" 1").unwrap()), (1, 1));
    assert_eq!(tally(parse::cache_info()), (1, 2, 1));
}

#[test]
fn a_generic_result_is_recognised() {
    #[memoize]
    fn checked<T: Clone + Send + Sync + 'static>(value: u32, ok: bool, make: fn(u32) -> T) -> Result<T, String> {
        if ok { Ok(make(value)) } else { Err("no".to_owned()) }
    }
    fn text(n: u32) -> String {
        n.to_string()
    }
    assert!(checked(1, false, text).is_err() && checked(1, false, text).is_err());
    assert_eq!((checked(1, true, text), checked(1, true, text)), (Ok("1".into()), Ok("1".into())));
    assert_eq!(tally(checked::cache_info()), (1, 3, 1));
}

#[test]
fn an_ok_of_nothing_is_cached() {
    #[memoize]
    fn check(n: u32) -> Result<(), String> {
        if n > 2 { Err(format!("{n} is too much")) } else { Ok(()) }
    }
    assert_eq!((check(1), check(1), check(3).is_err()), (Ok(()), Ok(()), true));
    assert_eq!(tally(check::cache_info()), (1, 2, 1));
}

#[test]
fn an_option_of_a_result_is_cached_whole() {
    #[memoize]
    fn maybe(n: u32) -> Option<Result<u32, String>> {
        (n > 0).then(|| Err("no".to_owned()))
    }
    assert_eq!((maybe(1), maybe(1), maybe(0), maybe(0)), (Some(Err("no".into())), Some(Err("no".into())), None, None));
    assert_eq!(tally(maybe::cache_info()), (2, 2, 2));
}

#[test]
fn a_users_type_named_result_is_cached_whole() {
    #[derive(Clone, Debug, PartialEq)]
    enum Result {
        Err(u32),
    }
    #[memoize]
    fn fail(n: u32) -> Result {
        Result::Err(n)
    }
    assert_eq!((fail(1), fail(1)), (Result::Err(1), Result::Err(1)));
    assert_eq!(tally(fail::cache_info()), (1, 1, 1));
}

#[test]
fn cache_err_caches_an_err_like_any_value() {
    static RUNS: Runs = Runs::new();
    #[memoize(cache_err)]
    fn fail(n: u32) -> Result<u32, String> {
        RUNS.add();
        Err(format!("no {n}"))
    }
    #[memoize(cache_err)]
    async fn fail_later(n: u32) -> Result<u32, String> {
        RUNS.add();
        Err(format!("no {n}"))
    }
    assert_eq!((fail(1), fail(1), RUNS.count()), (Err("no 1".into()), Err("no 1".into()), 1));
    block_on(async {
        assert_eq!((fail_later(1).await, fail_later(1).await), (Err("no 1".into()), Err("no 1".into())));
    });
    assert_eq!(RUNS.count(), 2);
    assert_eq!((tally(fail::cache_info()), fail::cache_info().errors), ((1, 1, 1), 0));
}

#[test]
fn an_option_is_cached_whole() {
    #[memoize]
    fn half(n: u32) -> Option<u32> {
        n.is_multiple_of(2).then_some(n / 2)
    }
    assert_eq!((half(1), half(1), half(2), half(2)), (None, None, Some(1), Some(1)));
    assert_eq!(tally(half::cache_info()), (2, 2, 2));
}

#[test]
fn skip_none_does_not_cache_a_none() {
    static FOUND: AtomicBool = AtomicBool::new(false);
    #[memoize(skip_none)]
    fn find(name: &str) -> Option<usize> {
        FOUND.load(SeqCst).then_some(name.len())
    }
    assert_eq!((find("ab"), find("ab")), (None, None));
    FOUND.store(true, SeqCst);
    assert_eq!((find("ab"), find("ab")), (Some(2), Some(2)));
    let info = find::cache_info();
    assert_eq!((tally(info), info.errors), ((1, 3, 1), 0), "a None is no error");
}

#[test]
fn skip_none_works_behind_an_alias_and_in_async() {
    type Maybe<T> = Option<T>;
    #[memoize(skip_none)]
    async fn half(n: u32) -> Maybe<u32> {
        n.is_multiple_of(2).then_some(n / 2)
    }
    block_on(async {
        assert_eq!((half(1).await, half(1).await, half(2).await, half(2).await), (None, None, Some(1), Some(1)));
    });
    assert_eq!(tally(half::cache_info()), (1, 3, 1));
}

#[test]
fn skip_none_caches_the_ok_some_of_a_result() {
    #[derive(Debug)]
    struct NoClone;
    type Found<T> = Result<Option<T>, String>;
    #[memoize(skip_none)]
    fn find(id: u32) -> Result<Option<String>, NoClone> {
        if id > 9 { Err(NoClone) } else { Ok((id > 0).then(|| id.to_string())) }
    }
    #[memoize(skip_none, ttl = |_, value| Duration::from_secs(u64::from(value.as_ref().is_ok_and(Option::is_some))))]
    async fn find_later(id: u32) -> Found<u32> {
        if id > 9 { Err("none".to_owned()) } else { Ok((id > 0).then_some(id)) }
    }
    for _ in 0..2 {
        assert_eq!(find(0).unwrap(), None);
        assert_eq!(find(1).unwrap().as_deref(), Some("1"));
        find(10).unwrap_err();
        let later = block_on(async { (find_later(0).await, find_later(1).await, find_later(10).await) });
        assert_eq!(later, (Ok(None), Ok(Some(1)), Err("none".to_owned())));
    }
    for info in [find::cache_info(), find_later::cache_info()] {
        assert_eq!((tally(info), info.errors), ((1, 5, 1), 2), "a None is no error");
    }
    assert_eq!((find::peek(1).unwrap().unwrap().as_deref(), find::contains(0)), (Some("1"), false));
}

#[test]
fn an_arc_is_shared_and_not_copied() {
    #[memoize]
    fn load(n: usize) -> Arc<[u8]> {
        vec![1; n].into()
    }
    assert!(Arc::ptr_eq(&load(3), &load(3)));
}

#[test]
fn a_static_reference_may_be_returned() {
    static WORDS: [&str; 2] = ["zero", "one"];
    #[memoize]
    fn word(n: usize) -> &'static str {
        WORDS[n]
    }
    #[memoize]
    fn entry(n: usize) -> Option<&'static &'static str> {
        WORDS.get(n)
    }
    assert_eq!((word(1), word(1), entry(1), entry(2), entry(1)), ("one", "one", Some(&"one"), None, Some(&"one")));
    assert_eq!((tally(word::cache_info()), tally(entry::cache_info())), ((1, 1, 1), (1, 2, 2)));
}

#[test]
fn functions_and_tuples_may_be_results() {
    #[memoize]
    fn adder(n: u32) -> (Arc<dyn Fn(u32) -> u32 + Send + Sync>, fn(u32) -> u32) {
        (Arc::new(move |m| n + m), |m| m * 2)
    }
    let (add, double) = adder(1);
    assert_eq!((add(2), double(2), (adder(1).0)(5)), (3, 4, 6));
    assert_eq!(tally(adder::cache_info()), (1, 1, 1));
}

#[test]
fn a_value_without_clone_may_be_cached_behind_an_arc() {
    #[derive(Debug, PartialEq)]
    struct Heavy(u32);
    #[memoize]
    fn heavy(n: u32) -> Result<Arc<Heavy>, Heavy> {
        if n == 0 { Err(Heavy(0)) } else { Ok(Arc::new(Heavy(n))) }
    }
    assert!(Arc::ptr_eq(&heavy(1).unwrap(), &heavy(1).unwrap()));
    assert_eq!(heavy(0), Err(Heavy(0)));
    assert_eq!(calls(heavy::cache_info()), (1, 2, 0, 0));
}

#[test]
fn changes_by_the_caller_do_not_change_the_cached_value() {
    #[memoize]
    fn list(n: u32) -> Vec<u32> {
        vec![n]
    }
    let mut first = list(1);
    first.push(2);
    assert_eq!(list(1), [1]);
}

#[test]
fn an_opaque_result_captures_no_lifetimes_of_arguments() {
    #[memoize]
    fn lengths(text: &str, more: &[&str]) -> impl Iterator<Item = usize> + Clone {
        [text].iter().chain(more).map(|text| text.len()).collect::<Vec<_>>().into_iter()
    }
    assert_eq!(lengths("a", &["bc"]).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(lengths("a", &["bc"]).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(tally(lengths::cache_info()), (1, 1, 1));

    #[memoize(handle = false)]
    fn repeated<'a, T: memokit::SharedKey + 'static, const N: usize>(
        text: &'a str,
        _of: T,
    ) -> impl Fn() -> usize + Clone {
        let length = text.len() * N;
        move || length
    }
    assert_eq!((repeated::<_, 3>("ab", 1)(), repeated::<_, 3>("ab", 1)(), repeated::<_, 2>("ab", 1)()), (6, 6, 4));

    struct Text(String);
    impl Text {
        #[memoize(key = self.0.as_str())]
        fn bytes(&self) -> impl Iterator<Item = u8> + Clone + use<> {
            self.0.clone().into_bytes().into_iter()
        }
    }
    assert_eq!(Text("ab".to_owned()).bytes().chain(Text("ab".to_owned()).bytes()).count(), 4);
    assert_eq!(tally(Text::bytes_cache_info()), (1, 1, 1));
}
