//! Tests of other attributes beside `#[memoize]`.

use super::tally;
use memokit::memoize;

#[cfg(any())]
#[memoize]
fn left_out_before(n: u32) -> u32 {
    n
}

#[memoize]
#[cfg(any())]
fn left_out_after(n: u32) -> u32 {
    n
}

/// Each of these has the name of an item above that was left out: nothing of it may be left.
fn left_out_before() {}
enum LeftOutAfter {}
use LeftOutAfter as left_out_after;

#[memoize]
#[cfg(not(any()))]
fn left_in(n: u32) -> u32 {
    n + 1
}

#[test]
fn cfg_takes_the_operations_with_it() {
    left_out_before();
    assert_eq!(size_of::<left_out_after>(), 0);
    assert_eq!((left_in(1), left_in(1)), (2, 2));
    assert_eq!(tally(left_in::cache_info()), (1, 1, 1));
}

#[test]
fn cfg_attr_may_bring_the_attribute_or_not() {
    #[cfg_attr(all(), memoize(lru = 7))]
    fn brought(n: u32) -> u32 {
        n
    }
    #[cfg_attr(any(), memoize(no_such_word))]
    fn not_brought(n: u32) -> u32 {
        n
    }
    brought(1);
    assert_eq!(brought::cache_parameters().maxsize, Some(7));
    assert_eq!(not_brought(1), 1);
}

#[test]
fn statements_may_be_left_out_by_cfg() {
    #[memoize]
    fn next(n: u32) -> u32 {
        #[cfg(any())]
        return 0;
        n + 1
    }
    assert_eq!((next(1), next(1)), (2, 2));
}

#[test]
fn the_attributes_of_a_function_are_kept() {
    /// Documented.
    #[memoize]
    #[must_use]
    #[inline]
    #[allow(clippy::needless_return, reason = "a lint of the body")]
    #[doc(alias = "following")]
    fn next(n: u32) -> u32 {
        return n + 1;
    }
    assert_eq!((next(1), next(1)), (2, 2));
}

#[test]
fn an_expectation_about_the_body_is_met() {
    #[memoize]
    #[expect(unused_variables, reason = "it happens")]
    fn next(n: u32) -> u32 {
        let unused = 1;
        n + 1
    }
    assert_eq!((next(1), next(1)), (2, 2));
}

#[test]
fn a_deprecated_function_is_deprecated_for_its_callers_only() {
    #[memoize]
    #[deprecated = "for the test"]
    fn factorial(n: u64) -> u64 {
        if n == 0 { 1 } else { n * factorial(n - 1) }
    }
    #[expect(deprecated, reason = "that it warns here is the point")]
    let value = factorial(5);
    assert_eq!(value, 120);
}

#[test]
fn an_exported_symbol_is_the_memoized_function() {
    #[memoize]
    #[unsafe(no_mangle)]
    extern "C" fn memokit_suite_exported(n: i32) -> i32 {
        n + 1
    }
    unsafe extern "C" {
        #[link_name = "memokit_suite_exported"]
        safe fn imported(n: i32) -> i32;
    }
    assert_eq!((imported(1), imported(1), memokit_suite_exported(1)), (2, 2, 2));
    assert_eq!(tally(memokit_suite_exported::cache_info()), (2, 1, 1));
}

#[test]
fn track_caller_reaches_the_body_by_the_wrapper() {
    #[memoize]
    #[track_caller]
    fn line(_n: u32) -> &'static str {
        std::panic::Location::caller().file()
    }
    assert!(line(1).ends_with(file!()));
}
