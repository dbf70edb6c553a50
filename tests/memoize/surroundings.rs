//! Tests of the places where a function may be declared, and of the ways to reach it.

use super::{Runs, tally};
use memokit::memoize;

mod shelf {
    pub mod inner {
        use memokit::memoize;

        #[memoize]
        pub fn public(n: u32) -> u32 {
            n + 1
        }

        #[memoize]
        pub(in crate::memoize) fn in_path(n: u32) -> u32 {
            n + 2
        }

        #[memoize]
        pub(super) fn one_up(n: u32) -> u32 {
            n + 3
        }

        #[memoize]
        pub fn renamed(n: u32) -> u32 {
            n + 4
        }

        #[memoize]
        pub fn globbed(n: u32) -> u32 {
            n + 5
        }
    }

    pub use inner::renamed as another_name;

    pub fn one_up_twice() -> (u32, super::super::CacheInfo) {
        inner::one_up(1);
        (inner::one_up(1), inner::one_up::cache_info())
    }
}

#[test]
fn function_and_operations_have_the_functions_visibility() {
    use shelf::inner;
    assert_eq!((inner::public(1), inner::public(1), inner::in_path(1), inner::in_path(1)), (2, 2, 3, 3));
    assert_eq!(tally(inner::public::cache_info()), (1, 1, 1));
    assert_eq!(tally(inner::in_path::cache_info()), (1, 1, 1));
    let (value, info) = shelf::one_up_twice();
    assert_eq!((value, tally(info)), (4, (1, 1, 1)));
}

#[test]
fn one_import_brings_the_function_and_its_operations() {
    use shelf::inner::public;
    public(77);
    assert!(public::contains(77));
}

#[test]
fn a_renaming_import_and_reexport_bring_both() {
    use shelf::another_name as third_name;
    assert_eq!((third_name(1), shelf::another_name(1), shelf::inner::renamed(1)), (5, 5, 5));
    assert_eq!(tally(third_name::cache_info()), (2, 1, 1));
    assert_eq!(third_name::cache().name(), "suite::memoize::surroundings::shelf::inner::renamed");
}

#[test]
fn a_glob_import_brings_both() {
    use shelf::inner::*;
    assert_eq!((globbed(1), globbed(1)), (6, 6));
    assert_eq!(tally(globbed::cache_info()), (1, 1, 1));
}

#[test]
fn a_function_in_a_body_may_use_the_bodys_types() {
    #[derive(Clone, Debug, PartialEq, Eq, Hash)]
    struct Point(i32, i32);
    #[derive(Clone, Debug, PartialEq)]
    struct Length(f64);
    #[memoize]
    fn length(point: &Point) -> Length {
        Length(f64::from(point.0).hypot(f64::from(point.1)))
    }
    assert_eq!((length(&Point(3, 4)), length(&Point(3, 4))), (Length(5.0), Length(5.0)));
    assert_eq!(tally(length::cache_info()), (1, 1, 1));
}

#[test]
fn two_bodies_may_hold_functions_of_one_name() {
    fn first() -> (u32, (u64, u64, usize)) {
        #[memoize]
        fn value(n: u32) -> u32 {
            n + 1
        }
        (value(1), tally(value::cache_info()))
    }
    fn second() -> (u32, (u64, u64, usize)) {
        #[memoize]
        fn value(n: u32) -> u32 {
            n + 2
        }
        (value(1), tally(value::cache_info()))
    }
    assert_eq!(first(), (2, (0, 1, 1)));
    assert_eq!(second(), (3, (0, 1, 1)));
    assert_eq!(first(), (2, (1, 1, 1)));
}

#[test]
fn a_function_may_stand_in_a_closure_or_an_async_block() {
    let in_closure = |n| {
        #[memoize]
        fn next(n: u32) -> u32 {
            n + 1
        }
        (next(n), tally(next::cache_info()))
    };
    in_closure(1);
    assert_eq!(in_closure(1), (2, (1, 1, 1)));
    let in_block = async {
        #[memoize]
        async fn next(n: u32) -> u32 {
            n + 1
        }
        (next(1).await, next(1).await, tally(next::cache_info()))
    };
    assert_eq!(futures::executor::block_on(in_block), (2, 2, (1, 1, 1)));
}

#[test]
fn the_body_may_hold_items_of_its_own() {
    #[memoize]
    fn outer(n: u32) -> u32 {
        struct Step(u32);
        impl Step {
            fn new(n: u32) -> Self {
                Self(n)
            }
        }
        #[memoize]
        fn inner(n: u32) -> u32 {
            const FACTOR: u32 = 10;
            n * FACTOR
        }
        let twice = |f: fn(u32) -> u32| f(f(n));
        twice(inner) + Step::new(1).0
    }
    assert_eq!((outer(2), outer(2)), (201, 201));
    assert_eq!(tally(outer::cache_info()), (1, 1, 1));
}

macro_rules! memoized {
    ($(#[$attr:meta])* $vis:vis fn $name:ident($($arg:ident: $ty:ty),*) -> $result:ty = $body:expr) => {
        $(#[$attr])*
        $vis fn $name($($arg: $ty),*) -> $result { $body }
    };
}

memoized! {
    #[memoize(lru = 2)]
    fn sum(a: u32, b: u32) -> u32 = a + b
}

macro_rules! bounded {
    ($name:ident, $bound:expr, $ttl:literal, $ty:ty, $condition:expr) => {
        #[memoize(lru = $bound, ttl = $ttl, when = $condition)]
        fn $name(n: $ty) -> $ty {
            n
        }
    };
}

bounded!(with_fragments, 1 + 1, "1h", u64, true);

macro_rules! whole {
    ($($item:item)*) => { $(#[memoize] $item)* };
}

whole! {
    fn from_an_item(n: u8) -> u8 { n / 2 }
    async fn from_an_async_item(n: u8) -> u8 { n / 2 }
}

macro_rules! hygienic {
    ($name:ident, $n:ident) => {
        #[memoize(key = value % 10)]
        fn $name($n: u32, value: u32) -> u32 {
            let value = value * 2;
            $n + value
        }
    };
}

hygienic!(with_hygiene, value);

#[test]
fn macro_rules_may_make_the_function() {
    assert_eq!((sum(1, 2), sum(1, 2)), (3, 3));
    assert_eq!(tally(sum::cache_info()), (1, 1, 1));
    assert_eq!(sum::cache_parameters().maxsize, Some(2));
}

#[test]
fn macro_rules_may_make_the_options() {
    assert_eq!((with_fragments(1), with_fragments(1)), (1, 1));
    let parameters = with_fragments::cache_parameters();
    assert_eq!((parameters.maxsize, parameters.ttl.map(|ttl| ttl.as_secs())), (Some(2), Some(3600)));
    assert_eq!(tally(with_fragments::cache_info()), (1, 1, 1));
}

#[test]
fn macro_rules_may_put_the_attribute_on_an_item() {
    assert_eq!((from_an_item(9), from_an_item(9)), (4, 4));
    assert_eq!(tally(from_an_item::cache_info()), (1, 1, 1));
    let twice = async { (from_an_async_item(9).await, from_an_async_item(9).await) };
    assert_eq!(futures::executor::block_on(twice), (4, 4));
    assert_eq!(tally(from_an_async_item::cache_info()), (1, 1, 1));
}

#[test]
fn two_arguments_of_one_spelling_are_told_apart_by_hygiene() {
    assert_eq!(with_hygiene(100, 1), 102);
    assert_eq!(with_hygiene(200, 11), 102, "the key is the macro's own `value`");
    assert_eq!(tally(with_hygiene::cache_info()), (1, 1, 1));
}

#[test]
fn a_function_may_be_reached_through_a_path_attribute() {
    static RUNS: Runs = Runs::new();
    #[memokit::memoize(lru = 4)]
    fn next(n: u32) -> u32 {
        RUNS.add();
        n + 1
    }
    assert_eq!((next(1), next(1), RUNS.count()), (2, 2, 1));
}

#[test]
fn the_attribute_may_have_another_name() {
    use memokit::memoize as remember;
    #[remember(lru = 4)]
    fn next(n: u32) -> u32 {
        n + 1
    }
    assert_eq!((next(1), next(1)), (2, 2));
    assert_eq!(tally(next::cache_info()), (1, 1, 1));
}
