//! Tests of `typed`: no result of another type, unless it is asked for.

use super::{Runs, tally};
use memokit::memoize;
use std::any::type_name;
use std::fmt::Display;
use std::hash::Hash;

#[test]
fn by_default_equal_numbers_of_two_types_are_two_keys() {
    #[memoize]
    fn name<T: Hash + Eq + Clone + Send + Sync + 'static>(_n: T) -> &'static str {
        type_name::<T>()
    }
    assert_eq!((name(3i32), name(3i64), name(3i32)), ("i32", "i64", "i32"));
    assert_eq!(tally(name::cache_info()), (1, 2, 2));
    assert!(!name::cache_parameters().typed);
}

#[test]
fn typed_states_what_holds_anyway() {
    #[memoize(typed)]
    fn name<T: Hash + Eq + Clone + Send + Sync + 'static>(_n: T) -> &'static str {
        type_name::<T>()
    }
    #[memoize(typed = true)]
    fn name_too<T>() -> &'static str {
        type_name::<T>()
    }
    assert_eq!((name(3i32), name(3i64), name(3i32)), ("i32", "i64", "i32"));
    assert_eq!((name_too::<u8>(), name_too::<u16>()), ("u8", "u16"));
    assert!(name::cache_parameters().typed && name_too::cache_parameters().typed);
    assert!(name::cache_parameters().to_string().contains("'typed': True"));
}

#[test]
fn typed_changes_nothing_on_a_concrete_function() {
    #[memoize(typed)]
    fn stated(n: u32, text: &str) -> String {
        format!("{n}{text}")
    }
    #[memoize(typed = false)]
    fn denied(n: u32, text: &str) -> String {
        format!("{n}{text}")
    }
    for _ in 0..2 {
        assert_eq!(
            (stated(1, "a"), stated(2, "a"), denied(1, "a"), denied(2, "a")),
            ("1a".into(), "2a".into(), "1a".into(), "2a".into())
        );
    }
    assert_eq!((tally(stated::cache_info()), tally(denied::cache_info())), ((2, 2, 2), (2, 2, 2)));
    assert_eq!(denied::forget_if(|key, _| key.arg::<u32>(0) == Some(&1)), 1);
}

#[test]
fn typed_false_lets_equal_numbers_share() {
    static RUNS: Runs = Runs::new();
    #[memoize(typed = false)]
    fn run<T: memokit::Key<Stored: Send + Sync>>(_n: T) -> u64 {
        RUNS.add()
    }
    assert_eq!((run(3i32), run(3i64), run(3.0), run(3u8), run(3.0f32)), (0, 0, 0, 0, 0));
    assert_eq!(
        (run(4), run(0.5), run(0.5f32), run(-1), run(-1i8), run(u64::MAX), run(u128::from(u64::MAX))),
        (1, 2, 2, 3, 3, 4, 4)
    );
    assert_eq!(tally(run::cache_info()), (7, 5, 5));
}

#[test]
fn typed_false_lets_numbers_share_by_standard_bounds_too() {
    static RUNS: Runs = Runs::new();
    #[memoize(typed = false)]
    fn run<T: Hash + Eq + Clone + Send + Sync + 'static>(_n: T) -> u64 {
        RUNS.add()
    }
    assert_eq!((run(3i32), run(3i64), run(true), run(1u8)), (0, 0, 1, 1));
    assert_eq!((run("a"), run(String::from("a")), run(Some(3i32)), run(Some(3i64))), (2, 2, 3, 4));
    assert_eq!(tally(run::cache_info()), (3, 5, 5));
}

#[test]
fn typed_false_on_impl_trait_arguments_lets_equal_text_share() {
    #[memoize(typed = false)]
    fn length(text: impl AsRef<str> + Hash + Eq + Clone + Send + Sync + 'static) -> usize {
        text.as_ref().len()
    }
    assert_eq!((length("abc"), length(String::from("abc")), length(Box::<str>::from("abc"))), (3, 3, 3));
    assert_eq!(tally(length::cache_info()), (2, 1, 1));
}

#[test]
fn typed_false_does_not_share_between_results_of_two_types() {
    #[memoize(typed = false)]
    fn twice<T: Copy + Hash + Eq + Send + Sync + std::ops::Add<Output = T> + 'static>(n: T) -> T {
        n + n
    }
    assert_eq!((twice(2u8), twice(2u64), twice(2u8)), (4u8, 4u64, 4u8));
    assert_eq!(tally(twice::cache_info()), (1, 2, 2));
}

#[test]
fn with_a_key_expression_the_functions_parameters_join_only_if_typed() {
    #[memoize(key = 0)]
    fn shared<T>() -> &'static str {
        type_name::<T>()
    }
    #[memoize(key = 0, typed)]
    fn apart<T>() -> &'static str {
        type_name::<T>()
    }
    assert_eq!((shared::<u8>(), shared::<u16>()), ("u8", "u8"), "the key says what counts");
    assert_eq!((apart::<u8>(), apart::<u16>(), apart::<u8>()), ("u8", "u16", "u8"));
    assert_eq!((tally(shared::cache_info()), tally(apart::cache_info())), ((1, 1, 1), (1, 2, 2)));
}

#[test]
fn with_a_key_expression_typed_keeps_argument_types_apart() {
    #[memoize(key = n.to_string().len(), typed)]
    fn by_param<T: Display>(n: T) -> String {
        format!("{n} {}", type_name::<T>())
    }
    #[memoize(key = n.to_string().len(), typed)]
    fn by_impl(n: impl Display) -> String {
        format!("{n}")
    }
    assert_eq!((by_param(3), by_param(3.0), by_param(4)), ("3 i32".into(), "3 f64".into(), "3 i32".into()));
    assert_eq!((by_impl(3), by_impl("4"), by_impl(5)), ("3".into(), "4".into(), "3".into()));
    assert_eq!((tally(by_param::cache_info()), tally(by_impl::cache_info())), ((1, 2, 2), (1, 2, 2)));
}

#[test]
fn const_parameters_join_a_key_expression_only_if_typed() {
    #[memoize(key = n)]
    fn shared<const N: u32>(n: u32) -> u32 {
        n * N
    }
    #[memoize(key = n, typed)]
    fn apart<const N: u32>(n: u32) -> u32 {
        n * N
    }
    assert_eq!((shared::<2>(1), shared::<3>(1)), (2, 2));
    assert_eq!((apart::<2>(1), apart::<3>(1)), (2, 3));
}

#[test]
fn typed_false_still_tells_const_parameters_apart() {
    #[memoize(typed = false)]
    fn scaled<const N: u32>(n: u32) -> u32 {
        n * N
    }
    assert_eq!((scaled::<2>(1), scaled::<3>(1)), (2, 3));
}

#[test]
fn typed_false_never_mixes_implementors() {
    trait Named {
        #[memoize(typed = false, key = n)]
        fn name(&self, n: u32) -> String {
            format!("{n} {}", size_of_val(self))
        }
    }
    impl Named for u8 {}
    impl Named for u64 {}
    assert_eq!((1u8.name(1), 1u64.name(1)), ("1 1".into(), "1 8".into()));
}
