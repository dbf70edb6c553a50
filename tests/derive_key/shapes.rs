//! Tests of the types for which `Key` can be derived.

use std::borrow::Cow;
use std::marker::PhantomData;

use memokit::Key;

use super::{hash, same};

#[derive(Key)]
struct Point {
    x: f64,
    y: f64,
}

#[test]
fn a_struct_is_its_fields_and_floats_just_work() {
    assert!(same(&Point { x: f64::NAN, y: 0.0 }, &Point { x: -f64::NAN, y: 0.0 }));
    assert!(!same(&Point { x: 1.0, y: 0.0 }, &Point { x: 1.0, y: -0.0 }));
    assert!(!same(&Point { x: 1.0, y: 2.0 }, &Point { x: 2.0, y: 1.0 }));
}

#[derive(Key)]
struct Pair(u32, String);

#[derive(Key)]
struct Unit;

#[derive(Key)]
struct Empty {}

#[test]
fn tuple_structs_and_unit_structs_are_keys() {
    assert!(same(&Pair(1, "a".to_owned()), &Pair(1, "a".to_owned())));
    assert!(!same(&Pair(1, "a".to_owned()), &Pair(1, "b".to_owned())));
    assert!(same(&Unit, &Unit) && same(&Empty {}, &Empty {}));
}

#[derive(Key)]
enum Shape {
    Dot,
    Circle(f64),
    Square(f64),
    Rect { w: f64, h: f64 },
    Named { name: Cow<'static, str> },
}

#[test]
fn variants_with_equal_fields_are_different_keys() {
    let all = || {
        [
            Shape::Dot,
            Shape::Circle(1.0),
            Shape::Square(1.0),
            Shape::Rect { w: 1.0, h: 2.0 },
            Shape::Rect { w: 2.0, h: 1.0 },
            Shape::Named { name: "a".into() },
        ]
    };
    for (i, a) in all().iter().enumerate() {
        for (j, b) in all().iter().enumerate() {
            assert_eq!(same(a, b), i == j);
            assert_eq!(hash(a) == hash(b), i == j);
        }
    }
}

#[derive(Key)]
enum Never {}

#[test]
fn an_enum_without_variants_is_a_key_without_values() {
    assert!(same(&None::<Never>, &None::<Never>));
}

#[derive(Clone, Copy, Key)]
struct View<'a> {
    text: &'a str,
    lines: &'a [&'a str],
}

#[test]
fn a_borrowed_struct_is_stored_without_its_lifetime() {
    fn stored(text: &str) -> <View<'static> as Key>::Stored {
        View { text, lines: &[text] }.to_stored()
    }
    let kept = stored(&String::from("gone"));
    assert!(View { text: "gone", lines: &["gone"] }.matches(&kept));
    assert!(!View { text: "gone", lines: &[] }.matches(&kept));
}

#[derive(Key)]
struct Generic<'a, T, U: ?Sized, const N: usize>
where
    T: Copy,
{
    bytes: [T; N],
    of: &'a U,
}

#[test]
fn type_and_const_parameters_and_bounds_are_kept() {
    assert!(same(&Generic { bytes: [1.5; 3], of: "a" }, &Generic { bytes: [1.5; 3], of: "a" }));
    assert!(!same(&Generic { bytes: [1.5; 3], of: "a" }, &Generic { bytes: [1.5; 3], of: "b" }));
    // Only the stored form of a parameter must be `'static`, not the parameter.
    let text = String::from("x");
    let kept = Generic { bytes: [text.as_str()], of: &1_u8 }.to_stored();
    assert!(Generic { bytes: ["x"], of: &1_u8 }.matches(&kept));
}

#[derive(Key)]
struct Tree {
    value: f64,
    children: Vec<Tree>,
    next: Option<Box<Tree>>,
}

#[test]
fn a_recursive_type_is_a_key() {
    let leaf = |value| Tree { value, children: Vec::new(), next: None };
    let tree = |value| Tree { value: 1.0, children: vec![leaf(value)], next: Some(Box::new(leaf(3.0))) };
    assert!(same(&tree(2.0), &tree(2.0)));
    assert!(!same(&tree(2.0), &tree(4.0)));
}

#[derive(Clone, Key)]
enum Term<'a> {
    Name(&'a str),
    Both(Box<Self>, &'a Term<'a>),
    Block(Box<Block<'a>>),
}

#[derive(Clone, Key)]
struct Block<'a> {
    last: Option<Box<Term<'a>>>,
}

#[test]
fn types_that_contain_each_other_are_keys() {
    let (a, b) = (Term::Name("a"), Term::Name("b"));
    let block = |last: &Term<'static>| Term::Block(Box::new(Block { last: Some(Box::new(last.clone())) }));
    assert!(same(&Term::Both(Box::new(a.clone()), &b), &Term::Both(Box::new(a.clone()), &b)));
    assert!(!same(&Term::Both(Box::new(a.clone()), &b), &Term::Both(Box::new(b.clone()), &a)));
    assert!(same(&block(&a), &block(&a)) && !same(&block(&a), &block(&b)));
}

#[derive(Key)]
struct Skipping<T> {
    id: u32,
    #[key(skip)]
    _label: String,
    #[key(skip)]
    _of: PhantomData<T>,
}

#[derive(Key)]
#[allow(dead_code, reason = "skipped fields are for nobody")]
struct Gap(u32, #[key(skip)] &'static str, u8);

#[derive(Key)]
#[allow(dead_code, reason = "skipped fields are for nobody")]
enum Sparse {
    One(u32, #[key(skip)] f32),
    Two {
        #[key(skip)]
        _why: std::process::ExitStatus,
    },
}

#[test]
fn skipped_fields_are_not_part_of_the_key() {
    let skipping = |id, label: &str| Skipping { id, _label: label.to_owned(), _of: PhantomData::<std::cell::Cell<u8>> };
    assert!(same(&skipping(1, "a"), &skipping(1, "b")));
    assert!(!same(&skipping(1, "a"), &skipping(2, "a")));
    assert!(same(&Gap(1, "a", 2), &Gap(1, "b", 2)));
    assert!(!same(&Gap(1, "a", 2), &Gap(1, "a", 3)));
    let two = Sparse::Two { _why: std::process::ExitStatus::default() };
    assert!(same(&Sparse::One(1, 1.0), &Sparse::One(1, 2.0)) && !same(&Sparse::One(1, 1.0), &two));
}

#[test]
fn the_stored_form_can_be_read_and_shared() {
    fn shareable<T: Send + Sync>(_: &T) {}
    let kept = Point { x: 1.0, y: 2.0 }.to_stored();
    assert_eq!((*kept.x, *kept.y), (1.0, 2.0));
    shareable(&kept);
}
