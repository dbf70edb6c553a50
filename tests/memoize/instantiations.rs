//! Tests of generic functions: no result of another type, and one bound for all types together.

use super::{calls, tally};
use memokit::memoize;
use std::any::{Any, type_name};
use std::fmt::Debug;
use std::marker::PhantomData;

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
    fn name<T: memokit::Key<Stored: Send + Sync>>(_text: T) -> &'static str {
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
fn closures_of_one_signature_are_instantiations_of_their_own() {
    #[memoize(ignore(f))]
    fn applied<F: Fn(u32) -> u32>(f: F, n: u32) -> u32 {
        f(n)
    }
    assert_eq!(
        (applied(|n| n + 1, 1), applied(|n| n + 2, 1)),
        (2, 3),
        "the type joins the key even of an ignored argument"
    );
    assert_eq!(tally(applied::cache_info()), (0, 2, 2));
}

#[test]
fn dyn_arguments_by_reference_have_one_instantiation() {
    #[memoize(ignore(value))]
    fn describe(n: u32, value: &dyn Any) -> (u32, bool) {
        (n, value.is::<u8>())
    }
    assert_eq!((describe(1, &1u8), describe(1, &1u16)), ((1, true), (1, true)), "ignored means ignored");
}
