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

#[test]
fn arguments_under_a_condition_are_there_or_not() {
    #[memoize(lru = 10)]
    fn area(width: u32, #[cfg(any())] depth: u32, height: u32) -> u32 {
        #[cfg(any())]
        let width = width * depth;
        width * height
    }
    assert_eq!((area(2, 3), area(2, 3), area::contains(2, 3)), (6, 6, true));
    assert_eq!(tally(area::cache_info()), (1, 1, 1));

    #[memoize(ignore(log, depth))]
    fn volume(
        width: u32,
        #[cfg(not(any()))] log: &mut Vec<u32>,
        #[cfg(any())] depth: u32,
        #[cfg(not(any()))] height: u32,
    ) -> u32 {
        #[cfg(not(any()))]
        log.push(width);
        width * height
    }
    let mut log = Vec::new();
    assert_eq!((volume(2, &mut log, 3), volume(2, &mut log, 3), volume(2, &mut log, 4)), (6, 6, 8));
    assert_eq!((log, tally(volume::cache_info())), (vec![2, 2], (1, 2, 2)));

    #[memoize]
    fn size<#[cfg(any())] A, #[cfg(not(any()))] B>(n: usize) -> usize {
        n + size_of::<B>()
    }
    assert_eq!((size::<u8>(1), size::<u16>(1), size::<u16>(1)), (2, 3, 3));

    #[memoize]
    fn sum(a: u32, #[cfg_attr(all(), cfg(any()))] b: u32, #[cfg_attr(any(), cfg(any()))] c: u32) -> u32 {
        a + c
    }
    assert_eq!((sum(1, 2), sum(1, 2)), (3, 3));
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct Plot(u32);

trait Priced {
    fn price(&self, per: u32, #[cfg(any())] tax: u32) -> u32;
}

impl Plot {
    #[memoize]
    fn extended(&self, by: u32, #[cfg(any())] and: u32) -> u32 {
        self.0 + by
    }
}

#[memoize]
impl Priced for Plot {
    #[memoize]
    fn price(&self, per: u32, #[cfg(any())] tax: u32) -> u32 {
        self.0 * per
    }
}

#[test]
fn arguments_of_methods_may_be_under_a_condition() {
    let plot = Plot(4);
    assert_eq!((plot.extended(1), plot.extended(1), plot.extended_peek(1)), (5, 5, Some(5)));
    assert_eq!((plot.price(2), plot.price(2), plot.price_peek(2)), (8, 8, Some(8)));
    assert_eq!(tally(Plot::price_cache_info()), (1, 1, 1));
}

macro_rules! code {
    ($($tokens:tt)*) => { stringify!($($tokens)*) };
}

#[memoize]
fn constructor(name: &str) -> String {
    format!("{name} {}", code! { pub fn new() -> Self { todo!() } })
}

#[memoize]
fn quoted(name: &str) -> String {
    format!("{name} {}", stringify!(Self))
}

#[memoize(assoc = false)]
fn told(name: &str) -> String {
    format!("{name} {}", code!(Self))
}

#[test]
fn self_in_the_input_of_another_macro_makes_no_method() {
    for function in [constructor, quoted, told] {
        assert_eq!(function("A"), function("A"));
        assert!(function("A").contains("Self"));
    }
    assert_eq!(tally(constructor::cache_info()), (2, 1, 1));
    assert!(quoted::contains("A") && told::contains("A"));
}

#[test]
fn operations_that_run_the_body_track_the_caller() {
    #[derive(Clone, PartialEq, Eq, Hash)]
    struct Form;
    impl Form {
        #[memoize]
        #[track_caller]
        fn line(&self, _n: u32) -> u32 {
            std::panic::Location::caller().line()
        }
    }
    #[memoize]
    #[track_caller]
    fn line(_n: u32) -> u32 {
        std::panic::Location::caller().line()
    }
    let here = line!();
    assert_eq!(line(1), here + 1);
    assert_eq!(line::refresh(1), here + 2);
    assert_eq!(line::with(2, |line| *line), here + 3);
    assert_eq!(Form.line_refresh(1), here + 4);
}

#[cfg(target_arch = "x86_64")]
#[test]
fn target_features_are_those_of_the_operations_too() {
    #[memoize]
    #[target_feature(enable = "popcnt")]
    fn ones(n: u32) -> u32 {
        n.count_ones()
    }
    struct Bits(u32);
    impl Bits {
        #[memoize(key = self.0)]
        #[target_feature(enable = "popcnt")]
        fn number(&self) -> u32 {
            ones(self.0)
        }
        #[memoize(key = self.0, handle = false)]
        #[target_feature(enable = "popcnt")]
        fn alone(&self) -> u32 {
            ones(self.0)
        }
    }
    if std::arch::is_x86_feature_detected!("popcnt") {
        // SAFETY: the feature is there.
        unsafe {
            assert_eq!((ones(7), ones::refresh(7), ones::peek(7)), (3, 3, Some(3)));
            assert_eq!((Bits(7).number(), Bits(7).number_peek(), Bits(7).alone()), (3, Some(3), 3));
        }
    }
}

#[test]
fn a_receiver_may_be_under_a_condition() {
    #[derive(Clone, PartialEq, Eq, Hash)]
    struct Plot(u32);
    impl Plot {
        #[memoize]
        fn area(#[cfg(not(any()))] &self, by: u32) -> u32 {
            self.0 * by
        }
    }
    assert_eq!((Plot(2).area(3), Plot(2).area(3)), (6, 6));
    assert_eq!(tally(Plot::area_cache_info()), (1, 1, 1));
}

#[test]
fn a_blocking_main_over_the_attribute_is_memoized() {
    #[tokio::main(flavor = "current_thread")]
    #[memoize]
    async fn next(n: u32) -> u32 {
        tokio::task::yield_now().await;
        n + 1
    }
    assert_eq!((next(1), next(1)), (2, 2));
    assert_eq!(tally(next::cache_info()), (1, 1, 1));
}
