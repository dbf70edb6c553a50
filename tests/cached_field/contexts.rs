//! Tests of getters in unusual places: among names that the expansion uses, inside macros and
//! functions.
#![deny(warnings, missing_docs, unused_qualifications, clippy::pedantic)]
#![forbid(unsafe_code)]
#![allow(clippy::unused_self, clippy::needless_arbitrary_self_type, reason = "the subject of the tests")]

use memokit::{Lazy, cached_field};

/// A type with parts whose names could clash with those of the expansion.
#[derive(Default)]
pub struct Odd {
    r#type: Lazy<String>,
    value: Lazy<u32>,
    wide: Lazy<u32>,
    site: Lazy<u32>,
    hidden: Lazy<u32>,
}

// Names that the expansion uses too, with other meanings.
#[allow(dead_code, non_camel_case_types)]
mod shadowed {
    pub struct Option;
    pub struct Result;
    pub mod std {}
    pub mod memokit {}
}

mod inside {
    #[allow(unused_imports)]
    use super::shadowed::{Option, Result, memokit, std};

    impl super::Odd {
        /// A raw name.
        #[::memokit::cached_field]
        #[must_use]
        pub fn r#type(&self) -> &str {
            "odd".to_owned()
        }

        /// A value, among shadowed names.
        #[::memokit::cached_field]
        #[must_use]
        #[inline]
        pub fn value(&self) -> u32 {
            let __field = 1;
            let __value = __field + 1;
            __value + 1
        }
    }
}

macro_rules! getter {
    ($(#[$attr:meta])* $name:ident: $ty:ty = $value:expr) => {
        impl Odd {
            $(#[$attr])*
            #[cached_field(crate = ::memokit, stats)]
            #[must_use]
            pub fn $name(&self) -> $ty {
                $value
            }
        }
    };
}
getter! {
    /// Made by a macro.
    wide: u32 = 4
}
getter! {
    /// Returned by reference, and made by a macro.
    site: &u32 = 5
}

impl Odd {
    /// Missing at first.
    #[cfg(any())]
    #[cached_field]
    pub fn missing(&self) -> Missing {
        missing
    }

    /// Lint attributes reach the body.
    #[cached_field]
    #[expect(clippy::needless_return, reason = "the subject of the test")]
    #[must_use]
    pub fn hidden(&self) -> u32 {
        return 6;
    }
}

#[test]
fn names_and_macros_do_not_clash() {
    let mut odd = Odd::default();
    assert_eq!((odd.r#type(), odd.value(), odd.wide(), odd.site(), odd.hidden()), ("odd", 3, 4, &5, 6));
    assert_eq!((odd.type_cached(), odd.site_cached(), Odd::wide_cache_info().misses), (Some("odd"), Some(&5), 1));
    odd.type_cache_clear();
    assert_eq!(odd.type_cached(), None);
}

#[test]
fn a_type_inside_of_a_function_has_cached_fields() {
    struct Inner {
        value: Lazy<u32>,
    }
    impl Inner {
        #[cached_field]
        fn value(self: &Self) -> u32 {
            7
        }
    }
    assert_eq!(Inner { value: Lazy::new() }.value(), 7);
}
