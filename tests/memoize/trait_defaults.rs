//! Tests of default methods of traits: one body for types that do not know of each other.

use super::{Runs, calls, tally};
use futures::executor::block_on;
use memokit::memoize;
use std::hash::Hash;

#[test]
fn two_implementors_never_share_a_result() {
    trait Named: Hash + Eq + Clone + Send + Sync + 'static {
        const NAME: &'static str;
        #[memoize]
        fn label(&self) -> String {
            Self::NAME.to_owned()
        }
    }
    #[derive(Clone, PartialEq, Eq, Hash)]
    struct A(u32);
    #[derive(Clone, PartialEq, Eq, Hash)]
    struct B(u32);
    impl Named for A {
        const NAME: &'static str = "a";
    }
    impl Named for B {
        const NAME: &'static str = "b";
    }
    assert_eq!((A(1).label(), B(1).label(), A(1).label()), ("a".into(), "b".into(), "a".into()));
    assert_eq!(tally(A::label_cache_info()), (1, 2, 2));
    assert_eq!(tally(B::label_cache_info()), (1, 2, 2), "one cache for all implementors");
}

#[test]
fn a_key_expression_does_not_mix_the_implementors() {
    trait Named {
        fn id(&self) -> u32;
        #[memoize(key = self.id())]
        fn label(&self) -> String {
            format!("{} {}", std::any::type_name::<Self>().rsplit("::").next().unwrap_or_default(), self.id())
        }
    }
    struct A;
    struct B(f64);
    impl Named for A {
        fn id(&self) -> u32 {
            7
        }
    }
    impl Named for B {
        fn id(&self) -> u32 {
            self.0 as u32
        }
    }
    assert_eq!(
        (A.label(), B(7.5).label(), A.label(), B(7.9).label()),
        ("A 7".into(), "B 7".into(), "A 7".into(), "B 7".into())
    );
    assert_eq!(tally(A::label_cache_info()), (2, 2, 2));
}

#[test]
fn a_function_without_self_does_not_mix_the_implementors() {
    trait Sized2 {
        #[memoize(assoc)]
        fn size_of_many(n: usize) -> usize
        where
            Self: Sized,
        {
            n * size_of::<Self>()
        }
    }
    impl Sized2 for u8 {}
    impl Sized2 for u64 {}
    assert_eq!((u8::size_of_many(2), u64::size_of_many(2), u8::size_of_many(2)), (2, 16, 2));
    assert_eq!(tally(u8::size_of_many_cache_info()), (1, 2, 2));
}

#[test]
fn without_a_handle_the_trait_stays_usable_as_dyn() {
    static RUNS: Runs = Runs::new();
    trait Named {
        fn id(&self) -> u32;
        #[memoize(handle = false, key = self.id())]
        fn label(&self) -> String {
            RUNS.add();
            self.id().to_string()
        }
    }
    struct A;
    struct B;
    impl Named for A {
        fn id(&self) -> u32 {
            1
        }
    }
    impl Named for B {
        fn id(&self) -> u32 {
            1
        }
    }
    let all: [&dyn Named; 3] = [&A, &B, &A];
    assert_eq!(all.map(Named::label), ["1", "1", "1"]);
    assert_eq!(RUNS.count(), 2);
}

#[test]
fn an_implementor_may_still_write_its_own() {
    trait Named {
        #[memoize(key = ())]
        fn label(&self) -> &'static str {
            "default"
        }
    }
    struct A;
    struct B;
    impl Named for A {}
    impl Named for B {
        fn label(&self) -> &'static str {
            "own"
        }
    }
    assert_eq!((A.label(), B.label(), A.label(), B.label()), ("default", "own", "default", "own"));
    assert_eq!(tally(A::label_cache_info()), (1, 1, 1));
}

#[test]
fn an_async_default_method_is_memoized_per_implementor() {
    trait Fetch {
        const BASE: u32;
        #[memoize(key = n)]
        async fn fetch(&self, n: u32) -> u32 {
            Self::BASE + n
        }
    }
    struct A;
    struct B;
    impl Fetch for A {
        const BASE: u32 = 10;
    }
    impl Fetch for B {
        const BASE: u32 = 20;
    }
    block_on(async {
        assert_eq!((A.fetch(1).await, B.fetch(1).await, A.fetch(1).await), (11, 21, 11));
    });
    assert_eq!(tally(A::fetch_cache_info()), (1, 2, 2));
}

#[test]
fn a_generic_trait_keeps_its_parameters_apart_through_self_and_key() {
    trait Convert<T: Default + std::fmt::Debug> {
        fn id(&self) -> u32;
        #[memoize(handle = false, key = (self.id(), std::any::type_name::<T>()))]
        fn text(&self) -> String {
            format!("{:?}", T::default())
        }
    }
    struct A;
    impl Convert<u8> for A {
        fn id(&self) -> u32 {
            1
        }
    }
    impl Convert<String> for A {
        fn id(&self) -> u32 {
            1
        }
    }
    assert_eq!((Convert::<u8>::text(&A), Convert::<String>::text(&A)), ("0".into(), "\"\"".into()));
}

#[test]
fn bounds_hold_over_all_implementors_together() {
    trait Next {
        #[memoize(lru = 2, key = n)]
        fn next(&self, n: u32) -> u32 {
            n + 1
        }
    }
    struct A;
    struct B;
    impl Next for A {}
    impl Next for B {}
    A.next(1);
    A.next(2);
    B.next(1);
    assert!(!A.next_contains(1), "the oldest left for the other implementor's");
    assert!(A.next_contains(2) && B.next_contains(1));
    let info = B::next_cache_info();
    assert_eq!((calls(info), info.currsize, info.evictions), ((0, 3, 0, 0), 2, 1));
}
