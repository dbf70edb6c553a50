//! Tests of names that can clash with those of an expansion.

use super::tally;
use futures::executor::block_on;
use memokit::memoize;

#[test]
fn the_function_may_be_a_raw_identifier() {
    #[memoize]
    fn r#type(n: u32) -> u32 {
        n + 1
    }
    assert_eq!((r#type(1), r#type(1)), (2, 2));
    assert_eq!(tally(r#type::cache_info()), (1, 1, 1));
    assert_eq!(r#type::cache().name(), "suite::memoize::names::type");
}

#[test]
fn arguments_may_be_raw_identifiers() {
    #[memoize(key = (r#in, r#match), when = r#in > 0)]
    fn join(r#in: u32, r#match: u32, r#ref: u32) -> u32 {
        r#in + r#match + r#ref
    }
    #[memoize(ignore(r#dyn))]
    fn without(r#fn: u32, r#dyn: u32) -> u32 {
        r#fn + r#dyn
    }
    assert_eq!((join(1, 2, 3), join(1, 2, 9)), (6, 6));
    assert_eq!((without(1, 2), without(1, 9)), (3, 3));
}

#[test]
fn a_method_may_be_a_raw_identifier() {
    #[derive(Clone, PartialEq, Eq, Hash)]
    struct Lexer(u32);
    impl Lexer {
        #[memoize]
        fn r#match(&self, n: u32) -> u32 {
            self.0 + n
        }
    }
    assert_eq!((Lexer(1).r#match(1), Lexer(1).r#match(1)), (2, 2));
    assert_eq!(tally(Lexer::match_cache_info()), (1, 1, 1));
}

#[test]
fn the_handle_may_be_a_raw_identifier() {
    #[memoize(handle = r#loop)]
    fn next(n: u32) -> u32 {
        n + 1
    }
    next(1);
    assert_eq!(tally(r#loop::cache_info()), (0, 1, 1));
}

#[test]
fn a_function_may_be_named_like_an_operation() {
    #[memoize]
    fn cache_info(n: u32) -> u32 {
        n + 1
    }
    #[memoize]
    fn uncached(n: u32) -> u32 {
        if n == 0 { 0 } else { 1 + uncached(n - 1) }
    }
    #[memoize]
    fn put(n: u32) -> u32 {
        n + 3
    }
    assert_eq!((cache_info(1), cache_info(1), uncached(2), uncached(2), put(1), put(1)), (2, 2, 2, 2, 4, 4));
    assert_eq!(tally(cache_info::cache_info()), (1, 1, 1));
    assert_eq!(tally(uncached::cache_info()), (1, 3, 3));
    put::put(5, 0);
    assert_eq!(put(5), 0);
}

#[test]
fn arguments_may_have_the_names_that_an_expansion_might_use() {
    #[memoize(weight = |key, value| key.0 + *value, max_weight = 1000)]
    fn sum(
        key: u32,
        value: u32,
        store: u32,
        query: u32,
        lead: u32,
        entries: u32,
        forget: u32,
        p: u32,
        read: u32,
    ) -> u32 {
        key + value + store + query + lead + entries + forget + p + read
    }
    assert_eq!((sum(1, 2, 3, 4, 5, 6, 7, 8, 9), sum(1, 2, 3, 4, 5, 6, 7, 8, 9)), (45, 45));
    assert_eq!(sum::with(1, 2, 3, 4, 5, 6, 7, 8, 9, |value| *value), 45);
    assert_eq!(sum::forget_if(|key, value| key.len() == 9 && *value == 45), 1);
}

#[test]
fn arguments_may_have_the_very_names_that_the_expansion_uses() {
    #[memoize(when = __when > 0)]
    fn sum(
        __store: u32,
        __lead: u32,
        __value: u32,
        __query: u32,
        __when: u32,
        __read: u32,
        __new: u32,
        __arg0: u32,
    ) -> u32 {
        __store + __lead + __value + __query + __when + __read + __new + __arg0
    }
    assert_eq!((sum(1, 2, 3, 4, 5, 6, 7, 8), sum(1, 2, 3, 4, 5, 6, 7, 8)), (36, 36));
    assert_eq!(sum::refresh(1, 2, 3, 4, 5, 6, 7, 8), 36);
    assert_eq!(sum::with(1, 2, 3, 4, 5, 6, 7, 8, |value| *value), 36);
    sum::put(1, 2, 3, 4, 5, 6, 7, 8, 0);
    assert_eq!(sum::peek(1, 2, 3, 4, 5, 6, 7, 8), Some(0));
}

#[test]
fn async_arguments_may_have_the_very_names_that_the_expansion_uses() {
    #[memoize]
    async fn sum(__store: u32, __turn: u32, __wait: u32, __body: u32, __value: u32) -> u32 {
        __store + __turn + __wait + __body + __value
    }
    block_on(async {
        assert_eq!((sum(1, 2, 3, 4, 5).await, sum(1, 2, 3, 4, 5).await), (15, 15));
        assert_eq!(sum::refresh(1, 2, 3, 4, 5).await, 15);
    });
    assert_eq!(tally(sum::cache_info()), (1, 1, 1));
}

#[test]
fn upper_case_statics_beside_functions_of_that_name_do_not_clash() {
    static NEXT: u32 = 5;
    static SITE: u32 = 6;
    #[memoize]
    fn next(n: u32) -> u32 {
        n + NEXT + SITE
    }
    assert_eq!((next(1), next(1)), (12, 12));
}

#[test]
fn a_variable_may_have_the_functions_name() {
    #[memoize]
    fn total(n: u32) -> u32 {
        n + 1
    }
    let total = (total(1), total(1), tally(total::cache_info()));
    assert_eq!(total, (2, 2, (1, 1, 1)));
}

#[test]
fn a_capital_name_is_no_hindrance() {
    #[memoize]
    #[allow(non_snake_case, reason = "the trap")]
    fn Next(n: u32) -> u32 {
        n + 1
    }
    assert_eq!((Next(1), Next(1)), (2, 2));
    assert_eq!(tally(Next::cache_info()), (1, 1, 1));
}

#[test]
fn a_function_may_be_named_like_a_primitive_if_its_handle_is_not() {
    #[memoize(handle = Strings)]
    fn str(n: u32) -> String {
        "x".repeat(n as usize)
    }
    #[memoize(handle = false)]
    fn u8(n: u32) -> u8 {
        n as u8
    }
    let text: &str = &str(3);
    let byte: u8 = u8(3);
    assert_eq!((text, byte), ("xxx", 3));
    assert_eq!(tally(Strings::cache_info()), (0, 1, 1));
}
