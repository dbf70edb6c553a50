//! Tests of standard names to which a user gave another meaning, and of traits that a user has in
//! scope.

/// Every type that an expansion could name without a path.
mod types {
    #![allow(non_camel_case_types, dead_code, reason = "the trap")]
    use memokit::memoize;

    mod std {}
    mod core {}
    mod alloc {}
    struct Option;
    struct Some;
    struct None;
    struct Result;
    struct Ok;
    struct Err;
    struct Box;
    struct Vec;
    struct String;
    struct Duration;
    struct PhantomData;
    struct Fn;
    struct FnOnce;
    struct FnMut;
    struct Into;
    struct From;
    struct Default;
    struct Send;
    struct Sync;
    struct Sized;
    struct Clone;
    struct Copy;
    struct Drop;
    struct Iterator;
    struct Future;
    struct ToOwned;
    struct Hash;
    struct Eq;
    struct Key;
    struct Cache;
    struct CacheInfo;
    fn drop() {}

    #[memoize(lru = 3, ttl = "1h", idle = "1h", jitter = 0.5, single_flight = "5s", when = n != 9, keep_if = |value| *value != 8)]
    pub fn sync(n: u32, text: &str) -> u32 {
        n + text.len() as u32
    }

    #[memoize(max_weight = "1KB", weight = |_, value| *value, single_flight = false)]
    pub async fn later(n: u32, text: &str) -> u32 {
        n + text.len() as u32
    }

    #[memoize(local)]
    pub fn local(n: u32) -> ::std::option::Option<u32> {
        n.checked_add(1)
    }

    pub struct Unit;
    #[memoize]
    impl Unit {
        #[memoize(ignore(self))]
        pub fn method(&self, n: u32) -> ::std::result::Result<u32, ()> {
            n.checked_sub(1).ok_or(())
        }
    }
    impl ::std::ops::Add<u32> for &Unit {
        type Output = u32;
        #[memoize(handle = false, ignore(self), when = n > 0)]
        fn add(self, n: u32) -> u32 {
            n + 1
        }
    }
    pub mod asynchronous {
        use super::*;
        pub trait Later {
            async fn later(&self, n: u32) -> u32;
        }
        impl Later for Unit {
            #[memoize(handle = false, ignore(self))]
            async fn later(&self, n: u32) -> u32 {
                n + 1
            }
        }
    }
}

#[test]
fn types_of_the_prelude_may_be_the_users_own() {
    use futures::executor::block_on;
    use types::asynchronous::Later;
    assert_eq!((types::sync(1, "a"), types::sync(1, "a"), types::sync(9, "a")), (2, 2, 10));
    assert_eq!(
        (types::sync::with(1, "a", |n| *n), types::sync::refresh(1, "a"), types::sync::peek(1, "a")),
        (2, 2, Some(2))
    );
    assert_eq!((types::local(1), types::local(1)), (Some(2), Some(2)));
    assert_eq!((types::Unit.method(1), types::Unit.method(1), types::Unit.method(0)), (Ok(0), Ok(0), Err(())));
    assert_eq!((&types::Unit + 1, &types::Unit + 1), (2, 2));
    block_on(async {
        assert_eq!((types::later(1, "a").await, types::later::with(1, "a", |n| *n).await), (2, 2));
        assert_eq!((types::Unit.later(1).await, types::Unit.later(1).await), (2, 2));
    });
    let hits = (types::sync::cache_info().hits, types::later::cache_info().hits, types::Unit::method_cache_info().hits);
    assert_eq!(hits, (2, 1, 1));
}

/// Names of primitive types.
mod primitives {
    #![allow(non_camel_case_types, dead_code, reason = "the trap")]
    use memokit::memoize;

    pub struct bool;
    pub struct usize;
    pub struct u64;
    pub struct u32;
    pub struct f64;
    pub struct str;

    #[memoize(lru = 3, ttl = "1h", jitter = 0.5, when = n != 9, single_flight = "5s")]
    pub fn next(n: i64) -> i64 {
        n + 1
    }

    #[memoize(max_weight = 100, weight = |_, _| 1u8, typed = false)]
    pub async fn later<const N: i64>(n: i64) -> i64 {
        n + N
    }
}

#[test]
fn primitive_types_may_be_the_users_own() {
    assert_eq!((primitives::next(1), primitives::next(1), primitives::next(9)), (2, 2, 10));
    primitives::next::resize(2);
    assert_eq!((primitives::next::forget_if(|_, n| *n == 2), primitives::next::contains(1)), (1, false));
    assert_eq!(
        futures::executor::block_on(async { (primitives::later::<1>(1).await, primitives::later::<2>(1).await) }),
        (2, 3)
    );
}

/// Names of macros.
mod macros {
    #![allow(unused_macros, reason = "the trap")]
    use memokit::memoize;

    macro_rules! concat {
        ($($t:tt)*) => {
            compile_error!("not the user's `concat`")
        };
    }
    macro_rules! stringify {
        ($($t:tt)*) => {
            compile_error!("not the user's `stringify`")
        };
    }
    macro_rules! module_path {
        ($($t:tt)*) => {
            compile_error!("not the user's `module_path`")
        };
    }
    macro_rules! file {
        ($($t:tt)*) => {
            compile_error!("not the user's `file`")
        };
    }
    macro_rules! line {
        ($($t:tt)*) => {
            compile_error!("not the user's `line`")
        };
    }
    macro_rules! matches {
        ($($t:tt)*) => {
            compile_error!("not the user's `matches`")
        };
    }
    macro_rules! unreachable {
        ($($t:tt)*) => {
            compile_error!("not the user's `unreachable`")
        };
    }

    #[memoize(lru = 3, ttl = "1h", when = n > 0)]
    pub fn next(n: u32) -> u32 {
        n + 1
    }

    #[memoize]
    pub async fn later(n: u32) -> u32 {
        n + 1
    }
}

#[test]
fn macros_of_the_standard_library_may_be_the_users_own() {
    assert_eq!((macros::next(1), macros::next(1)), (2, 2));
    assert_eq!(futures::executor::block_on(async { (macros::later(1).await, macros::later(1).await) }), (2, 2));
    assert_eq!(macros::next::cache().name(), "suite::memoize::shadowing::macros::next");
}

/// Modules with the name of our own crate, and with names that it uses.
mod modules {
    #![allow(dead_code, reason = "the trap")]
    mod memokit {}
    mod p {}
    mod __private {}
    use ::memokit::memoize;

    #[memoize]
    pub fn next(n: u32) -> u32 {
        n + 1
    }
}

#[test]
fn a_module_may_have_the_crates_name() {
    assert_eq!((modules::next(1), modules::next(1), modules::next::cache_info().hits), (2, 2, 1));
}

/// Generic parameters with names that an expansion could use.
mod parameters {
    #![allow(non_camel_case_types, reason = "the trap")]
    use memokit::memoize;

    #[memoize]
    pub fn by_type<Option, Some, Box, bool>(n: u32) -> u32 {
        n + (size_of::<Option>() + size_of::<Some>() + size_of::<Box>() + size_of::<bool>()) as u32
    }

    #[memoize(when = n > 0, weight = |_, _| 1, max_weight = 10)]
    pub async fn later<Ok, Err, Result, usize>(n: u32) -> u32 {
        n + (size_of::<Ok>() + size_of::<Err>() + size_of::<Result>() + size_of::<usize>()) as u32
    }
}

#[test]
fn type_parameters_may_have_names_of_the_prelude() {
    assert_eq!(parameters::by_type::<u8, u8, u8, u8>(1), 5);
    assert_eq!(parameters::by_type::peek::<u8, u8, u8, u8>(1), Some(5));
    assert_eq!(futures::executor::block_on(parameters::later::<u8, u8, u8, u16>(1)), 6);
}
