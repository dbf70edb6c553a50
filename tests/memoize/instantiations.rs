//! Tests of generic functions: no result of another type, and one bound for all types together.

use super::{calls, tally};
use memokit::{Key, memoize};
use std::any::{Any, type_name};
use std::fmt::Debug;
use std::marker::PhantomData;
use std::str::FromStr;

#[test]
fn a_generic_body_may_say_its_types_name() {
    #[memoize]
    fn name<T: ?Sized>(n: u32) -> String {
        format!("{} {n}", type_name::<T>())
    }
    for _ in 0..2 {
        assert_eq!((name::<u8>(1), name::<u16>(1), name::<str>(1)), ("u8 1".into(), "u16 1".into(), "str 1".into()));
    }
    assert_eq!(tally(name::cache_info()), (3, 3, 3));
}

#[test]
fn two_parameters_that_are_swapped_are_two_instantiations() {
    #[memoize]
    fn names<A, B>() -> String {
        format!("{} {}", type_name::<A>(), type_name::<B>())
    }
    assert_eq!((names::<u8, u16>(), names::<u16, u8>()), ("u8 u16".into(), "u16 u8".into()));
}

#[test]
fn parameters_that_look_alike_are_told_apart() {
    mod one {
        pub struct Same;
    }
    mod two {
        pub struct Same;
    }
    #[memoize]
    fn sizes<T: 'static>(n: u32) -> (u32, std::any::TypeId) {
        (n, std::any::TypeId::of::<T>())
    }
    assert_ne!(sizes::<one::Same>(1), sizes::<two::Same>(1));
    assert_ne!(sizes::<fn(u8)>(1), sizes::<fn(u16)>(1));
    assert_ne!(sizes::<(u8, (u8, u8))>(1), sizes::<((u8, u8), u8)>(1));
    assert_eq!(tally(sizes::cache_info()), (0, 6, 6));
}

#[test]
fn equal_keys_of_two_types_with_one_stored_form_are_told_apart() {
    #[memoize]
    fn name<T: Key<Stored: Send + Sync>>(_text: T) -> &'static str {
        type_name::<T>()
    }
    // Both are stored as the same text.
    assert_eq!((name("a"), name(String::from("a")), name("a")), ("&str", "alloc::string::String", "&str"));
    assert_eq!(tally(name::cache_info()), (1, 2, 2));
}

#[test]
fn the_bound_holds_over_all_instantiations_together() {
    #[memoize(lru = 3)]
    fn size<T>(n: usize) -> usize {
        n * size_of::<T>()
    }
    (size::<u8>(1), size::<u16>(1), size::<u32>(1));
    size::<u8>(1);
    size::<u64>(1);
    assert_eq!(size::cache_info().currsize, 3);
    assert_eq!((size::contains::<u8>(1), size::contains::<u16>(1), size::contains::<u64>(1)), (true, false, true));
    let info = size::cache_info();
    assert_eq!((calls(info), info.evictions), ((1, 4, 0, 0), 1));
}

#[test]
fn the_weight_bound_holds_over_all_instantiations_together() {
    #[memoize(max_weight = 10, weight = |_, value| value.len())]
    fn zeros<T: Default + Clone + Send + Sync + 'static>(n: usize) -> Vec<T> {
        vec![T::default(); n]
    }
    (zeros::<u8>(4), zeros::<u16>(4), zeros::<u32>(4));
    let info = zeros::cache_info();
    assert_eq!((info.weight, info.currsize, info.evictions), (8, 2, 1));
    assert!(!zeros::contains::<u8>(4));
}

#[test]
fn a_clear_is_for_all_instantiations() {
    #[memoize]
    fn size<T>() -> usize {
        size_of::<T>()
    }
    (size::<u8>(), size::<u16>());
    size::cache_clear();
    assert_eq!((size::contains::<u8>(), size::contains::<u16>(), tally(size::cache_info())), (false, false, (0, 0, 0)));
}

#[test]
fn a_thread_local_cache_keeps_its_types_apart() {
    #[memoize(local, lru = 2)]
    fn name<T>(n: u32) -> (u32, &'static str) {
        (n, type_name::<T>())
    }
    assert_eq!((name::<u8>(1), name::<u16>(1), name::<u8>(1)), ((1, "u8"), (1, "u16"), (1, "u8")));
    name::<u32>(1);
    assert_eq!((tally(name::cache_info()), name::contains::<u16>(1)), ((1, 3, 2), false));
}

#[test]
fn implementors_without_content_are_told_apart() {
    trait Animal {
        fn sound() -> &'static str;
        #[memoize(assoc)]
        fn say(n: usize) -> String {
            Self::sound().repeat(n)
        }
    }
    struct Dog;
    struct Cat;
    impl Animal for Dog {
        fn sound() -> &'static str {
            "woof"
        }
    }
    impl Animal for Cat {
        fn sound() -> &'static str {
            "miau"
        }
    }
    assert_eq!((Dog::say(1), Cat::say(1), Dog::say(1)), ("woof".into(), "miau".into(), "woof".into()));
}

#[test]
fn two_methods_of_generic_impls_on_phantom_types_are_told_apart() {
    struct Tagged<T>(u32, PhantomData<T>);
    impl<T: Debug + Default> Tagged<T> {
        #[memoize(key = self.0)]
        fn show(&self) -> String {
            format!("{} {:?}", self.0, T::default())
        }
    }
    let (flag, text) = (Tagged::<bool>(1, PhantomData), Tagged::<String>(1, PhantomData));
    assert_eq!((flag.show(), text.show(), flag.show()), ("1 false".into(), "1 \"\"".into(), "1 false".into()));
}

#[test]
fn the_parameters_of_ignored_arguments_are_ignored_with_them() {
    #[memoize(ignore(progress))]
    fn double<F: Fn(u32)>(n: u32, progress: F) -> u32 {
        progress(n);
        n * 2
    }
    assert_eq!((double(1, |_| ()), double(1, |n| assert_eq!(n, 1))), (2, 2));
    assert_eq!(tally(double::cache_info()), (1, 1, 1));

    #[memoize(ignore(buffer))]
    fn triple<const N: usize>(n: u32, buffer: &[u8; N]) -> u32 {
        let _ = buffer;
        n * 3
    }
    assert_eq!((triple(1, &[0; 4]), triple(1, &[0; 8]), triple::cache_info().hits), (3, 3, 1));
}

#[test]
fn parameters_that_are_needed_elsewhere_stay_in_the_key() {
    #[memoize(ignore(_like))]
    fn parse<T: FromStr + Clone + Send + Sync + 'static>(text: &str, _like: &T) -> Option<T> {
        text.parse().ok()
    }
    assert_eq!((parse("1", &0_u8), parse("1", &0.5)), (Some(1), Some(1.0)), "it is in the result");

    #[memoize(ignore(_other))]
    fn size<T: Key<Stored: Send + Sync>>(one: T, _other: T) -> usize {
        let _ = one;
        size_of::<T>()
    }
    assert_eq!((size(1_u8, 2), size(1_u16, 2)), (1, 2), "it is in an argument of the key");
}

#[test]
fn dyn_arguments_by_reference_have_one_instantiation() {
    #[memoize(ignore(value))]
    fn describe(n: u32, value: &dyn Any) -> (u32, bool) {
        (n, value.is::<u8>())
    }
    assert_eq!((describe(1, &1u8), describe(1, &1u16)), ((1, true), (1, true)), "ignored means ignored");
}
