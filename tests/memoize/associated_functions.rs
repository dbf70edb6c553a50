//! Tests of associated functions, which take no `self`.

use super::{Runs, tally};
use futures::executor::block_on;
use memokit::memoize;
use std::fmt::Debug;

#[derive(Clone, Debug, PartialEq)]
struct Table(Vec<u32>);

static MADE: Runs = Runs::new();

impl Table {
    #[memoize]
    fn new(n: u32) -> Self {
        MADE.add();
        Self((0..n).collect())
    }

    #[memoize(assoc)]
    fn row(n: u32) -> u32 {
        n * 10
    }

    #[memoize]
    fn rows(n: u32) -> u32 {
        Self::row(n) + 1
    }

    #[memoize(assoc)]
    async fn later(n: u32) -> u32 {
        n * 10
    }
}

#[test]
fn a_constructor_is_recognised_by_its_result() {
    assert_eq!((Table::new(3), Table::new(3)), (Table(vec![0, 1, 2]), Table(vec![0, 1, 2])));
    assert_eq!(MADE.count(), 1);
    assert_eq!(tally(Table::new_cache_info()), (1, 1, 1));
}

#[test]
fn a_function_is_recognised_by_the_self_in_its_body() {
    assert_eq!((Table::rows(1), Table::rows(1)), (11, 11));
    assert_eq!(tally(Table::rows_cache_info()), (1, 1, 1));
}

#[test]
fn a_function_without_self_in_it_has_the_option_assoc() {
    assert_eq!((Table::row(7), Table::row(7)), (70, 70));
    assert!(Table::row_contains(7));
}

#[test]
fn an_async_associated_function_is_memoized() {
    block_on(async { assert_eq!((Table::later(7).await, Table::later(7).await), (70, 70)) });
    assert_eq!(tally(Table::later_cache_info()), (1, 1, 1));
}

#[test]
fn every_type_has_its_own_entries_of_a_generic_impl() {
    struct Of<T>(std::marker::PhantomData<T>);
    impl<T: Debug + Default> Of<T> {
        #[memoize(assoc)]
        fn nothing(n: u32) -> String {
            format!("{n} {:?}", T::default())
        }
        #[memoize(assoc, key = n)]
        fn by_key(n: u32, _more: u32) -> String {
            format!("{n} {:?}", T::default())
        }
    }
    assert_eq!(
        (Of::<u8>::nothing(1), Of::<String>::nothing(1), Of::<u8>::nothing(1)),
        ("1 0".into(), "1 \"\"".into(), "1 0".into())
    );
    assert_eq!(tally(Of::<u8>::nothing_cache_info()), (1, 2, 2));
    assert_eq!(
        (Of::<u8>::by_key(1, 1), Of::<String>::by_key(1, 2), Of::<u8>::by_key(1, 3)),
        ("1 0".into(), "1 \"\"".into(), "1 0".into())
    );
    assert_eq!(tally(Of::<u8>::by_key_cache_info()), (1, 2, 2));
}

#[test]
fn a_constant_of_the_type_may_be_the_bound() {
    struct Limits;
    impl Limits {
        const MOST: usize = 2;
        #[memoize(assoc, lru = Self::MOST)]
        fn next(n: u32) -> u32 {
            n + 1
        }
    }
    for n in 0..5 {
        Limits::next(n);
    }
    assert_eq!(tally(Limits::next_cache_info()), (0, 5, 2));
}

#[test]
fn visibility_reaches_the_siblings() {
    mod inner {
        pub struct Open;
        impl Open {
            #[memokit::memoize(assoc)]
            pub fn next(n: u32) -> u32 {
                n + 1
            }
        }
    }
    assert_eq!((inner::Open::next(1), inner::Open::next(1)), (2, 2));
    assert_eq!(tally(inner::Open::next_cache_info()), (1, 1, 1));
}

#[test]
fn methods_and_functions_of_one_name_on_two_types_share_no_entries() {
    struct A;
    struct B;
    impl A {
        #[memoize(assoc)]
        fn value(n: u32) -> u32 {
            n + 1
        }
    }
    impl B {
        #[memoize(assoc)]
        fn value(n: u32) -> u32 {
            n + 2
        }
    }
    assert_eq!((A::value(1), B::value(1), A::value(1)), (2, 3, 2));
    assert_eq!((tally(A::value_cache_info()), tally(B::value_cache_info())), ((1, 1, 1), (0, 1, 1)));
}
