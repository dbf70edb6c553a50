//! Tests of what an argument may be: patterns, and each kind of key.

use super::{Runs, tally};
use memokit::{Key, memoize};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::num::NonZeroU8;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Point {
    x: i32,
    y: i32,
}

#[test]
fn a_mutable_argument_is_the_bodys_own() {
    #[memoize]
    fn sum(mut n: u32, mut items: Vec<u32>) -> u32 {
        while let Some(item) = items.pop() {
            n += item;
        }
        n
    }
    assert_eq!((sum(1, vec![2, 3]), sum(1, vec![2, 3])), (6, 6));
    assert_eq!(tally(sum::cache_info()), (1, 1, 1));
}

#[test]
fn an_unnamed_argument_is_part_of_the_key() {
    static RUNS: Runs = Runs::new();
    #[memoize]
    fn next(_: u32, _unused: u32) -> u64 {
        RUNS.add()
    }
    assert_eq!((next(1, 1), next(2, 1), next(1, 2), next(1, 1)), (0, 1, 2, 0));
}

#[test]
fn patterns_take_arguments_apart_in_the_body() {
    #[memoize]
    fn sum((a, mut b): (i32, i32), Point { x, y: z }: Point, [c, .., d]: [i32; 3], &e: &i32, Wrap(f): Wrap) -> i32 {
        b += 1;
        a + b + x + z + c + d + e + f
    }
    #[derive(Clone, PartialEq, Eq, Hash)]
    struct Wrap(i32);
    let point = Point { x: 1, y: 2 };
    assert_eq!(sum((1, 2), point, [1, 100, 2], &5, Wrap(6)), 21);
    assert_eq!(sum((1, 2), point, [1, 100, 2], &5, Wrap(6)), 21);
    assert_eq!(sum((1, 2), point, [1, 101, 2], &5, Wrap(6)), 21, "what the pattern skips is still an argument");
    assert_eq!(tally(sum::cache_info()), (1, 2, 2));
}

#[test]
fn binding_patterns_with_ref_and_at_work() {
    #[memoize]
    fn length(ref text: String, whole @ (a, _): (u8, u8)) -> usize {
        text.len() + usize::from(a) + usize::from(whole.1)
    }
    assert_eq!((length("ab".into(), (1, 2)), length("ab".into(), (1, 2))), (5, 5));
    assert_eq!(tally(length::cache_info()), (1, 1, 1));
}

#[test]
fn patterns_work_in_async_functions() {
    #[memoize]
    async fn sum((a, mut b): (i32, i32), Point { x, .. }: Point, _: u8) -> i32 {
        b += 1;
        a + b + x
    }
    let twice = async { (sum((1, 2), Point { x: 1, y: 2 }, 0).await, sum((1, 2), Point { x: 1, y: 2 }, 0).await) };
    assert_eq!(futures::executor::block_on(twice), (5, 5));
    assert_eq!(tally(sum::cache_info()), (1, 1, 1));
}

#[test]
fn an_argument_may_be_moved_into_the_body() {
    struct Loud(String);
    #[memoize(ignore(loud))]
    fn moved(name: String, loud: Loud) -> String {
        name + &loud.0
    }
    assert_eq!((moved("a".into(), Loud("!".into())), moved("a".into(), Loud("?".into()))), ("a!".into(), "a!".into()));
}

#[test]
fn equal_text_is_one_key_in_any_type() {
    #[memoize]
    fn lengths(a: &str, b: String, c: Cow<'_, str>, d: Box<str>, e: Arc<str>, f: &String) -> usize {
        a.len() + b.len() + c.len() + d.len() + e.len() + f.len()
    }
    for _ in 0..2 {
        assert_eq!(lengths("a", "b".into(), "c".into(), "d".into(), "e".into(), &"f".into()), 6);
    }
    assert_eq!(lengths("a", "b".into(), "c".into(), "d".into(), "e".into(), &"g".into()), 6);
    assert_eq!(tally(lengths::cache_info()), (1, 2, 2));
}

#[test]
fn text_that_runs_together_is_told_apart() {
    #[memoize]
    fn join(a: &str, b: &str) -> String {
        format!("{a}|{b}")
    }
    assert_eq!((join("a", "bc"), join("ab", "c")), ("a|bc".into(), "ab|c".into()));
    assert_eq!((join("", "abc"), join("abc", "")), ("|abc".into(), "abc|".into()));
    assert_eq!(tally(join::cache_info()), (0, 4, 4));
}

#[test]
fn slices_that_run_together_are_told_apart() {
    #[memoize]
    fn counts(a: &[u32], b: Vec<Vec<u8>>) -> (usize, usize) {
        (a.len(), b.len())
    }
    assert_eq!((counts(&[1, 2], vec![]), counts(&[1], vec![vec![2]])), ((2, 0), (1, 1)));
    assert_eq!((counts(&[], vec![vec![1], vec![2]]), counts(&[], vec![vec![1, 2]])), ((0, 2), (0, 1)));
    assert_eq!((counts(&[], vec![vec![], vec![1]]), counts(&[], vec![vec![1], vec![]])), ((0, 2), (0, 2)));
    assert_eq!(tally(counts::cache_info()), (0, 6, 6));
}

#[test]
fn keys_are_compared_in_full_when_every_hash_collides() {
    #[derive(Clone, Default)]
    struct Constant;
    impl std::hash::BuildHasher for Constant {
        type Hasher = Constant;
        fn build_hasher(&self) -> Constant {
            Constant
        }
    }
    impl std::hash::Hasher for Constant {
        fn finish(&self) -> u64 {
            7
        }
        fn write(&mut self, _: &[u8]) {}
    }
    #[memoize(hasher = Constant)]
    fn double(n: u32) -> u32 {
        n * 2
    }
    #[memoize(hasher = Constant, lru = 10)]
    fn bounded(n: u32) -> u32 {
        n * 2
    }
    for n in (0..20).chain(0..20) {
        assert_eq!((double(n), bounded(n)), (n * 2, n * 2));
    }
    assert_eq!(tally(double::cache_info()), (20, 20, 20));
    assert_eq!(tally(bounded::cache_info()), (0, 40, 10));
    assert!(double::forget(3) && !double::forget(3) && double::contains(4));
}

#[test]
fn floats_are_keys_and_nan_equals_itself() {
    static RUNS: Runs = Runs::new();
    #[memoize]
    fn class(x: f64, y: f32) -> u64 {
        let _ = (x, y);
        RUNS.add()
    }
    assert_eq!((class(0.5, 0.5), class(0.5, 0.5), class(0.25, 0.5)), (0, 0, 1));
    assert_eq!((class(f64::NAN, 1.0), class(-f64::NAN, 1.0), class(f64::INFINITY - f64::INFINITY, 1.0)), (2, 2, 2));
    assert_eq!((class(1.0, f32::NAN), class(1.0, -f32::NAN)), (3, 3));
    assert_eq!((class(f64::INFINITY, 1.0), class(f64::NEG_INFINITY, 1.0), class(f64::INFINITY, 1.0)), (4, 5, 4));
}

#[test]
fn what_a_function_can_tell_apart_has_a_result_of_its_own() {
    #[memoize]
    fn reciprocal(x: f64) -> f64 {
        1.0 / x
    }
    assert_eq!((reciprocal(0.0), reciprocal(-0.0)), (f64::INFINITY, f64::NEG_INFINITY));
    #[memoize]
    fn length(path: &Path) -> usize {
        path.as_os_str().len()
    }
    assert_eq!(["a/b", "a//b", "a/./b", "a/b/"].map(|path| length(Path::new(path))), [3, 4, 5, 4]);
    // By the rule of Python, which `typed = false` stands for, they are equal.
    #[memoize(typed = false)]
    fn as_in_python<T: Key<Stored: Send + Sync> + Into<f64>>(x: T) -> f64 {
        1.0 / x.into()
    }
    assert_eq!((as_in_python(0.0), as_in_python(-0.0), as_in_python(0)), (f64::INFINITY, f64::INFINITY, f64::INFINITY));
}

#[test]
fn floats_are_keys_inside_of_other_keys() {
    #[memoize]
    fn sum(items: &[f64], pair: (f32, [f64; 2]), more: Option<f64>) -> f64 {
        items.iter().sum::<f64>() + f64::from(pair.0) + pair.1[0] + pair.1[1] + more.unwrap_or_default()
    }
    assert!(sum(&[0.0, f64::NAN], (0.0, [1.0, 2.0]), Some(0.0)).is_nan());
    assert!(sum(&[0.0, -f64::NAN], (0.0, [1.0, 2.0]), Some(0.0)).is_nan());
    assert!((sum(&[0.5], (1.0, [1.0, 2.0]), None) - 4.5).abs() < 1e-9);
    assert_eq!(tally(sum::cache_info()), (1, 2, 2));
}

#[test]
fn options_of_borrowed_text_are_keys() {
    #[memoize]
    fn length(text: Option<&str>, list: Option<&[u8]>, number: Option<&u32>) -> usize {
        text.map_or(100, str::len) + list.map_or(1000, <[u8]>::len) + number.map_or(10_000, |n| *n as usize)
    }
    assert_eq!((length(Some("ab"), Some(&[1]), Some(&1)), length(None, None, None)), (4, 11_100));
    assert_eq!(
        (length(Some(&String::from("ab")), Some(Vec::from([1]).as_slice()), Some(&1)), length(None, None, None)),
        (4, 11_100)
    );
    assert_eq!(length(Some(""), None, None), 11_000);
    assert_eq!(tally(length::cache_info()), (2, 3, 3));
}

#[test]
fn pointers_are_looked_through() {
    #[memoize]
    fn sum(a: &u32, b: &&u32, c: Box<u32>, d: Arc<u32>, e: &Arc<Vec<u32>>) -> u32 {
        a + **b + *c + *d + e.len() as u32
    }
    let list = Arc::new(vec![1]);
    assert_eq!(sum(&1, &&2, Box::new(3), Arc::new(4), &list), 11);
    assert_eq!(sum(&1, &&2, Box::new(3), Arc::new(4), &Arc::new(vec![1])), 11);
    assert_eq!(tally(sum::cache_info()), (1, 1, 1));
}

#[test]
fn an_rc_argument_is_stored_by_its_content_in_a_shared_cache() {
    #[memoize]
    fn length(text: Rc<str>, list: &Rc<Vec<u8>>) -> usize {
        text.len() + list.len()
    }
    assert_eq!((length("ab".into(), &Rc::new(vec![1])), length("ab".into(), &Rc::new(vec![1]))), (3, 3));
    assert_eq!(tally(length::cache_info()), (1, 1, 1));
}

#[test]
fn paths_sets_maps_and_numbers_of_all_kinds_are_keys() {
    #[memoize]
    fn all(path: &Path, owned: PathBuf, set: &BTreeSet<u32>, map: BTreeMap<String, u8>, queue: VecDeque<u8>) -> usize {
        path.components().count() + owned.components().count() + set.len() + map.len() + queue.len()
    }
    #[memoize]
    fn numbers(a: i8, b: u128, c: isize, d: char, e: bool, f: NonZeroU8, g: std::time::Duration, h: ()) -> bool {
        (a, b, c, d, e, f.get(), g.as_secs(), h) == (1, 2, 3, 'd', true, 5, 6, ())
    }
    let (set, map) = (BTreeSet::from([1, 2]), BTreeMap::from([("a".to_owned(), 1)]));
    for _ in 0..2 {
        assert_eq!(all(Path::new("a/b"), PathBuf::from("c"), &set, map.clone(), VecDeque::from([1, 2, 3])), 9);
        assert!(numbers(1, 2, 3, 'd', true, NonZeroU8::new(5).unwrap(), std::time::Duration::from_secs(6), ()));
    }
    assert_eq!(tally(all::cache_info()), (1, 1, 1));
    assert_eq!(tally(numbers::cache_info()), (1, 1, 1));
}

#[test]
fn hash_maps_and_hash_sets_are_keys_whatever_their_order() {
    #[memoize(weight = |key, _| key.1.len() as u64, max_weight = 1_000)]
    fn render(template: &str, context: &HashMap<String, f64>, tags: HashSet<u32>) -> String {
        format!("{template}{}{}", context.len(), tags.len())
    }
    let one: HashMap<String, f64> = (0_u8..100).map(|n| (n.to_string(), n.into())).collect();
    let mut other: HashMap<String, f64> = (0_u8..100).rev().map(|n| (n.to_string(), n.into())).collect();
    let tags = HashSet::from([1, 2]);
    assert_eq!((render("x", &one, tags.clone()), render("x", &other, tags.clone())), ("x1002".into(), "x1002".into()));
    assert_eq!(tally(render::cache_info()), (1, 1, 1));
    other.insert("7".to_owned(), 7.5);
    render("x", &other, tags);
    render("x", &one, HashSet::from([1, 3]));
    assert_eq!((tally(render::cache_info()), render::cache_info().weight), ((1, 3, 3), 300));
}

#[test]
fn a_type_of_another_crate_needs_hash_eq_and_clone_only() {
    /// A type that neither the crate nor the test's derives know.
    #[derive(Clone, Debug, PartialEq, Eq, Hash)]
    struct Uuid([u8; 16]);
    #[memoize]
    fn by_all(a: Uuid, b: &Uuid, c: &[Uuid], d: Option<&Uuid>, e: Option<Uuid>, f: Vec<Uuid>) -> usize {
        usize::from(a == *b) + c.len() + usize::from(d.is_some()) + usize::from(e.is_some()) + f.len()
    }
    let id = Uuid([7; 16]);
    for _ in 0..2 {
        assert_eq!(by_all(id.clone(), &id, std::slice::from_ref(&id), Some(&id), None, vec![id.clone()]), 4);
        assert_eq!(by_all(id.clone(), &id, &[], None, Some(id.clone()), vec![]), 2);
    }
    assert_eq!(tally(by_all::cache_info()), (2, 2, 2));
}

#[test]
fn function_pointers_and_type_ids_are_keys_by_their_own_equality() {
    #[memoize]
    fn of(id: std::any::TypeId, order: std::cmp::Ordering) -> usize {
        usize::from(id == std::any::TypeId::of::<u8>()) + usize::from(order.is_lt())
    }
    assert_eq!((of(std::any::TypeId::of::<u8>(), 1.cmp(&2)), of(std::any::TypeId::of::<u8>(), 1.cmp(&2))), (2, 2));
    assert_eq!(tally(of::cache_info()), (1, 1, 1));
}
