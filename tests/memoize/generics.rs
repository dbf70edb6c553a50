//! Tests of generic functions, const generics, lifetimes, `impl Trait` and where clauses.

use super::{Runs, tally};
use futures::executor::block_on;
use memokit::memoize;
use std::any::type_name;
use std::borrow::Cow;
use std::fmt::{Debug, Display};
use std::hash::Hash;

#[test]
fn a_type_parameter_needs_only_what_the_key_needs() {
    #[memoize]
    fn show<T: Hash + Eq + Clone + Send + Sync + Debug + 'static>(value: T) -> String {
        format!("{value:?}")
    }
    assert_eq!(
        (show(1), show("a"), show(1), show(Some(1))),
        ("1".into(), "\"a\"".into(), "1".into(), "Some(1)".into())
    );
    assert_eq!(tally(show::cache_info()), (1, 3, 3));
}

#[test]
fn a_parameter_bounded_by_key_may_be_a_float() {
    #[memoize]
    fn show<T: memokit::Key<Stored: Send + Sync> + Debug>(value: T) -> String {
        format!("{value:?}")
    }
    assert_eq!((show(0.5), show(0.5), show([1, 2])), ("0.5".into(), "0.5".into(), "[1, 2]".into()));
    assert_eq!(tally(show::cache_info()), (1, 2, 2));
}

#[test]
fn a_reference_to_a_parameter_is_a_key() {
    #[memoize]
    fn most<T: Ord + Hash + Clone + Send + Sync + 'static>(items: &[T]) -> Option<T> {
        items.iter().max().cloned()
    }
    assert_eq!((most(&[1, 3, 2]), most(Vec::from([1, 3, 2]).as_slice()), most(&['a'])), (Some(3), Some(3), Some('a')));
    assert_eq!(tally(most::cache_info()), (1, 2, 2));
}

#[test]
fn a_parameter_that_no_argument_shows_separates_the_calls() {
    #[memoize]
    fn size<T>(count: usize) -> usize {
        count * size_of::<T>()
    }
    assert_eq!((size::<u8>(2), size::<u64>(2), size::<u8>(2)), (2, 16, 2));
    assert_eq!(tally(size::cache_info()), (1, 2, 2));
}

#[test]
fn an_unsized_parameter_separates_the_calls() {
    #[memoize]
    fn name<T: ?Sized, U: ?Sized>() -> &'static str {
        if type_name::<T>() < type_name::<U>() { type_name::<T>() } else { type_name::<U>() }
    }
    assert_eq!(
        (name::<str, [u8]>(), name::<dyn Debug, str>(), name::<str, [u8]>()),
        ("[u8]", "dyn core::fmt::Debug", "[u8]")
    );
    assert_eq!(tally(name::cache_info()), (1, 2, 2));
}

#[test]
fn a_parameter_with_a_borrowed_type_needs_no_static() {
    #[memoize]
    fn length<'a, T: Into<Cow<'a, str>> + AsRef<str> + Hash + Eq + Clone + Send + Sync + 'static>(text: T) -> usize {
        text.as_ref().len()
    }
    #[memoize]
    fn named<T>(n: u32) -> (u32, usize) {
        (n, type_name::<T>().len())
    }
    fn within<'a>(_: &'a str) -> (u32, usize) {
        named::<&'a str>(1)
    }
    let owned = String::from("local");
    assert_eq!((length("abc"), length(owned.clone())), (3, 5));
    assert_eq!((within(&owned), within("static")), ((1, 4), (1, 4)));
    assert_eq!(tally(named::cache_info()), (1, 1, 1), "lifetimes do not separate");
}

#[test]
fn const_parameters_separate_the_calls() {
    #[memoize]
    fn scaled<const N: u32>(n: u32) -> u32 {
        n * N
    }
    #[memoize]
    fn flagged<const UP: bool, const C: char>() -> String {
        if UP { C.to_uppercase().to_string() } else { C.to_string() }
    }
    assert_eq!((scaled::<2>(3), scaled::<3>(3), scaled::<2>(3)), (6, 9, 6));
    assert_eq!(tally(scaled::cache_info()), (1, 2, 2));
    assert_eq!(
        (flagged::<true, 'a'>(), flagged::<false, 'a'>(), flagged::<true, 'a'>()),
        ("A".into(), "a".into(), "A".into())
    );
    assert_eq!(tally(flagged::cache_info()), (1, 2, 2));
}

#[test]
fn an_array_argument_carries_its_const_parameter() {
    #[memoize]
    fn sum<const N: usize>(items: [u32; N]) -> u32 {
        items.iter().sum()
    }
    #[memoize]
    fn sum_by_reference<T: Hash + Eq + Clone + Send + Sync + Copy + Into<u64> + 'static, const N: usize>(
        items: &[T; N],
    ) -> u64 {
        items.iter().map(|&item| item.into()).sum()
    }
    assert_eq!((sum([1, 2]), sum([1, 2, 0]), sum([1, 2]), sum([])), (3, 3, 3, 0));
    assert_eq!(tally(sum::cache_info()), (1, 3, 3));
    assert_eq!((sum_by_reference(&[1u8, 2]), sum_by_reference(&[1u16, 2]), sum_by_reference(&[1u8, 2])), (3, 3, 3));
    assert_eq!(tally(sum_by_reference::cache_info()), (1, 2, 2));
}

#[test]
fn lifetimes_in_arguments_need_no_options() {
    #[memoize]
    fn longest<'a, 'b: 'a>(a: &'a str, b: &'b str) -> String {
        if a.len() > b.len() { a.to_owned() } else { b.to_owned() }
    }
    let local = String::from("local");
    assert_eq!((longest(&local, "x"), longest("local", &String::from("x"))), ("local".into(), "local".into()));
    assert_eq!(tally(longest::cache_info()), (1, 1, 1));
}

#[test]
fn a_lifetime_inside_a_cow_or_an_option_is_fine() {
    #[memoize]
    fn length<'a>(text: Cow<'a, str>, more: Option<&'a str>, parts: &[&'a str]) -> usize {
        text.len() + more.map_or(0, str::len) + parts.len()
    }
    let local = String::from("ab");
    assert_eq!(length(Cow::Borrowed(&local), Some(&local), &[&local]), 5);
    assert_eq!(length(Cow::Owned(local), Some("ab"), &["ab"]), 5);
    assert_eq!(tally(length::cache_info()), (1, 1, 1));
}

#[test]
fn an_impl_trait_argument_is_kept_apart_by_its_type() {
    #[memoize]
    fn show(value: impl Display + Hash + Eq + Clone + Send + Sync + 'static) -> String {
        value.to_string()
    }
    assert_eq!((show(1u8), show(1u16), show(1u8), show("1")), ("1".into(), "1".into(), "1".into(), "1".into()));
    assert_eq!(tally(show::cache_info()), (1, 3, 3));
}

#[test]
fn an_ignored_impl_trait_argument_may_be_anything() {
    static RUNS: Runs = Runs::new();
    #[memoize(ignore(log))]
    fn logged(n: u32, mut log: impl FnMut(u32)) -> u32 {
        RUNS.add();
        log(n);
        n + 1
    }
    let mut seen = Vec::new();
    assert_eq!(logged(1, |n| seen.push(n)), 2);
    assert_eq!(logged(1, |_| unreachable!("a hit does not run the body")), 2);
    assert_eq!((seen, RUNS.count()), (vec![1], 1));
}

#[test]
fn an_impl_trait_result_is_cached_if_it_is_clone() {
    static RUNS: Runs = Runs::new();
    #[memoize]
    fn evens(n: u32) -> impl Iterator<Item = u32> + Clone + Send + Sync {
        RUNS.add();
        (0..n).filter(|n| n % 2 == 0)
    }
    assert_eq!(evens(5).chain(evens(5)).collect::<Vec<_>>(), [0, 2, 4, 0, 2, 4]);
    assert_eq!(RUNS.count(), 1);
    assert_eq!(evens::peek(5).map(Iterator::count), Some(3));
    assert_eq!((evens::contains(5), evens::contains(6)), (true, false));
    assert_eq!((evens::refresh(5).count(), evens::uncached(5).count(), RUNS.count()), (3, 3, 3));
    assert_eq!(tally(evens::cache_info()).0, 1);
}

#[test]
fn an_async_impl_trait_result_is_cached_if_it_is_clone() {
    #[memoize]
    async fn evens(n: u32) -> impl Iterator<Item = u32> + Clone + Send + Sync + 'static {
        (0..n).filter(|n| n % 2 == 0)
    }
    let both = block_on(async { (evens(5).await.count(), evens(5).await.count()) });
    assert_eq!(both, (3, 3));
    assert_eq!(tally(evens::cache_info()), (1, 1, 1));
}

#[test]
fn a_where_clause_is_kept() {
    #[memoize]
    fn joined<T, U>(a: T, b: U) -> String
    where
        T: Hash + Eq + Clone + Send + Sync + Display + 'static,
        U: Into<u64> + Copy + Hash + Eq + Send + Sync + 'static,
    {
        format!("{a}{}", b.into())
    }
    assert_eq!((joined("a", 1u8), joined("a", 1u16), joined("a", 1u8)), ("a1".into(), "a1".into(), "a1".into()));
    assert_eq!(tally(joined::cache_info()), (1, 2, 2));
}

#[test]
fn an_async_generic_function_keeps_its_types_apart() {
    #[memoize]
    async fn name<T: Hash + Eq + Clone + Send + Sync + 'static>(_value: T) -> &'static str {
        type_name::<T>()
    }
    block_on(async {
        assert_eq!((name(1u8).await, name(1u16).await, name(1u8).await), ("u8", "u16", "u8"));
    });
    assert_eq!(tally(name::cache_info()), (1, 2, 2));
}

#[test]
fn a_result_may_name_the_parameters() {
    #[memoize]
    fn sorted<T: Ord + Clone + Hash + Send + Sync + 'static>(items: &[T]) -> Vec<T> {
        let mut items = items.to_vec();
        items.sort();
        items
    }
    assert_eq!((sorted(&[2, 1]), sorted(&["b", "a"]), sorted(&[2, 1])), (vec![1, 2], vec!["a", "b"], vec![1, 2]));
    assert_eq!(tally(sorted::cache_info()), (1, 2, 2));
}

#[test]
fn a_parameter_may_have_any_name() {
    #[memoize]
    fn pair<K, V, H, Q, St, R>(n: u32) -> (u32, usize) {
        (n, size_of::<(K, V, H, Q, St, R)>())
    }
    assert_eq!((pair::<u8, u8, u8, u8, u8, u8>(1), pair::<u8, u8, u8, u8, u8, u16>(1)), ((1, 6), (1, 8)));
    assert_eq!(pair::with::<u8, u8, u8, u8, u8, u8, _>(1, |pair| pair.1), 6);
}

#[test]
fn one_bound_is_enough_for_a_generic_key() {
    use memokit::SharedKey;

    #[memoize]
    fn size<T: SharedKey>(one: T, more: Vec<T>, borrowed: &T, slice: Option<&[T]>) -> usize {
        size_of_val(&one) + more.len() + size_of_val(borrowed) + slice.map_or(0, <[T]>::len)
    }
    assert_eq!((size(1_u8, vec![2], &3, None), size(1_u8, vec![2], &3, None)), (3, 3));
    assert_eq!(size("one", vec![], &"two", Some(&["three"])), 33);
    assert_eq!(tally(size::cache_info()), (1, 2, 2));

    #[memoize]
    fn opaque(one: impl SharedKey, borrowed: &(impl SharedKey + ?Sized)) -> usize {
        size_of_val(&one) + size_of_val(borrowed)
    }
    assert_eq!((opaque(1.5, "two"), opaque(1.5, "two")), (11, 11));
    assert_eq!(tally(opaque::cache_info()), (1, 1, 1));

    trait Shape: SharedKey {
        #[memoize]
        fn doubled(&self, n: u32) -> u32 {
            n * 2
        }
    }
    trait Other {
        #[memoize]
        fn tripled(&self, n: u32) -> u32
        where
            Self: SharedKey,
        {
            n * 3
        }
    }
    impl Shape for f64 {}
    impl Other for f64 {}
    assert_eq!((1.5.doubled(2), 1.5.doubled(2), 1.5.tripled(2), 1.5.tripled(2)), (4, 4, 6, 6));
    assert_eq!((tally(f64::doubled_cache_info()), tally(f64::tripled_cache_info())), ((1, 1, 1), (1, 1, 1)));
}

#[test]
fn a_generic_key_that_is_hashed_needs_no_bound_of_ours() {
    // A `Key` whose stored form may not be `Send`, and what the standard library needs instead.
    #[memoize]
    fn size<T: memokit::Key + Hash + Eq + Clone + Send + Sync + 'static>(one: T) -> usize {
        size_of_val(&one)
    }
    assert_eq!((size(1_u8), size(1_u8), size(1_u16)), (1, 1, 2));
    assert_eq!(tally(size::cache_info()), (1, 2, 2));

    #[memoize(local)]
    fn inside<T: memokit::Key>(all: Vec<T>) -> usize {
        all.len()
    }
    assert_eq!((inside(vec![0.5]), inside(vec![0.5])), (1, 1));
}
