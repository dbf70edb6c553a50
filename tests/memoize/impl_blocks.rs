//! Tests of `#[memoize]` on a whole block, for the methods inside that have the attribute too.

use super::tally;
use memokit::memoize;
use std::fmt::Display;

#[derive(Clone, PartialEq, Eq, Hash)]
struct Calendar {
    year: u32,
}

#[memoize]
impl Calendar {
    pub const MONTHS: u32 = {
        const TWO: u32 = 2;
        TWO * 6
    };

    /// Not memoized: it has no attribute of its own.
    fn plain(&self, n: u32) -> u32 {
        self.year + n
    }

    #[memoize]
    fn is_leap(&self) -> bool {
        self.year % 4 == 0 && (self.year % 100 != 0 || self.year % 400 == 0)
    }

    #[memokit::memoize(lru = 3)]
    fn days(&self, month: u32) -> u32 {
        match month {
            2 => 28 + u32::from(self.is_leap()),
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        }
    }

    #[memoize]
    fn months() -> u32 {
        Self::MONTHS
    }

    /// Does not name `Self`; the block does.
    #[memoize]
    fn week() -> u32 {
        7
    }
}

#[test]
fn a_block_serves_each_annotated_method_with_its_own_options() {
    let year = Calendar { year: 2024 };
    assert_eq!((year.days(2), year.days(2), year.days(4), year.plain(1)), (29, 29, 30, 2025));
    assert_eq!((Calendar::months(), Calendar::months()), (12, 12));
    assert_eq!(tally(Calendar::days_cache_info()), (1, 2, 2));
    assert_eq!(tally(Calendar::is_leap_cache_info()), (0, 1, 1));
    assert_eq!(
        (Calendar::days_cache_parameters().maxsize, Calendar::is_leap_cache_parameters().maxsize),
        (Some(3), None)
    );
}

#[test]
fn inside_a_block_a_function_without_self_needs_no_option() {
    assert_eq!((Calendar::week(), Calendar::week()), (7, 7));
    assert_eq!(tally(Calendar::week_cache_info()), (1, 1, 1));
}

#[test]
fn a_block_may_be_generic() {
    struct Show<T>(T);
    #[memoize]
    impl<T> Show<T>
    where
        T: Display,
    {
        #[memoize(key = self.0.to_string())]
        fn text(&self) -> String {
            format!("{} of {} bytes", self.0, size_of::<T>())
        }
    }
    assert_eq!(
        (Show(1u8).text(), Show(1u32).text(), Show(1u8).text()),
        ("1 of 1 bytes".into(), "1 of 4 bytes".into(), "1 of 1 bytes".into())
    );
    assert_eq!(tally(Show::<u8>::text_cache_info()), (1, 2, 2));
}

#[test]
fn the_impl_of_a_generic_trait_for_a_generic_type_gets_an_inherent_impl() {
    trait Scale<T> {
        fn scale(&self, by: T) -> u64;
    }
    struct Of<T>(T);
    #[memoize]
    impl<T: Copy + Into<u64>> Scale<T> for Of<T> {
        #[memoize(key = (self.0.into(), by.into()))]
        fn scale(&self, by: T) -> u64 {
            self.0.into() * by.into()
        }
    }
    assert_eq!((Of(2u8).scale(3), Of(2u32).scale(3), Of(2u8).scale(3)), (6, 6, 6));
    assert_eq!(Of(2u8).scale_peek(3), Some(6));
    assert_eq!(tally(Of::<u8>::scale_cache_info()), (1, 2, 2));
}

#[test]
fn a_lifetime_of_the_block_is_no_hindrance() {
    struct Text<'a>(&'a str);
    #[memoize]
    impl<'a> Text<'a> {
        #[memoize(key = self.0)]
        fn words(&self) -> usize {
            self.0.split(' ').count()
        }
        #[memoize(key = (self.0, other))]
        fn longer(&self, other: &'a str) -> bool {
            self.0.len() > other.len()
        }
    }
    let local = String::from("a b");
    assert_eq!((Text(&local).words(), Text("a b").words(), Text("a b c").words()), (2, 2, 3));
    assert_eq!(tally(Text::words_cache_info()), (1, 2, 2));
    assert_eq!((Text(&local).longer("a"), Text("a b").longer("a")), (true, true));
    assert_eq!(tally(Text::longer_cache_info()), (1, 1, 1));
}

#[test]
fn several_methods_of_one_trait_impl_are_served() {
    trait Both {
        const FACTOR: u32;
        fn first(&self, n: u32) -> u32;
        fn second(&self, n: u32) -> u32;
    }
    struct Unit;
    #[memoize]
    impl Both for Unit {
        const FACTOR: u32 = 3;
        #[memoize(ignore(self))]
        fn first(&self, n: u32) -> u32 {
            n * Self::FACTOR
        }
        #[memoize(ignore(self), handle = false)]
        fn second(&self, n: u32) -> u32 {
            self.first(n) + 1
        }
    }
    assert_eq!((Unit.second(2), Unit.second(2)), (7, 7));
    assert_eq!(tally(Unit::first_cache_info()), (0, 1, 1));
}
