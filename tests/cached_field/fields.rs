//! Tests of code around a lazy field that keeps working: literals, patterns, derives.

use std::cmp::Ordering;
use std::collections::HashSet;

use memokit::{Lazy, cached_field};

#[derive(Clone, Debug, Default, PartialEq, PartialOrd)]
struct Circle {
    radius: f64,
    area: Lazy<f64>,
}

impl Circle {
    #[cached_field]
    fn area(&self) -> f64 {
        3.0 * self.radius.powi(2)
    }
}

#[test]
fn literals_and_patterns_keep_working() {
    let circle = Circle { radius: 1.0, area: Lazy::new() };
    let from_default = Circle { radius: 2.0, ..Circle::default() };
    assert_eq!((circle.area(), from_default.area()), (3.0, 12.0));
    let Circle { radius, area } = circle;
    assert_eq!((radius, area.into_inner()), (1.0, Some(3.0)));
}

#[test]
fn a_clone_is_empty() {
    let small = Circle { radius: 1.0, ..Circle::default() };
    assert_eq!((small.area(), small.clone().area_cached()), (3.0, None));
    let large = Circle { radius: 10.0, ..small.clone() };
    assert_eq!((large.area(), small.area_cached()), (300.0, Some(&3.0)));
    let mut other = Circle { radius: 2.0, ..Circle::default() };
    other.area();
    other.clone_from(&large);
    assert_eq!(other.area(), 300.0);
}

#[test]
fn a_clone_with_value_keeps_the_value_and_is_independent() {
    let mut circle = Circle { radius: 2.0, ..Circle::default() };
    assert_eq!(circle.area.clone_with_value().get(), None);
    circle.area();
    let clone = Circle { radius: circle.radius, area: circle.area.clone_with_value() };
    circle.area_cache_clear();
    assert_eq!((clone.area_cached(), circle.area_cached()), (Some(&12.0), None));
}

#[test]
fn a_value_that_is_not_clone_does_not_keep_its_struct_from_being_cloned() {
    #[derive(Debug)]
    struct NoClone;
    let lazy = Lazy::from(NoClone);
    assert!(lazy.get().is_some() && lazy.clone().get().is_none());
}

#[test]
fn debug_shows_the_value_or_not_computed() {
    let circle = Circle { radius: 1.0, ..Circle::default() };
    assert_eq!(format!("{circle:?}"), "Circle { radius: 1.0, area: <not computed> }");
    circle.area();
    assert_eq!(format!("{circle:?}"), "Circle { radius: 1.0, area: 3.0 }");
}

#[test]
fn comparison_ignores_the_value() {
    let (computed, plain) = (Circle { radius: 1.0, ..Circle::default() }, Circle { radius: 1.0, ..Circle::default() });
    computed.area();
    assert_eq!(computed, plain);
    assert_eq!(computed.partial_cmp(&plain), Some(Ordering::Equal));
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Name {
    name: String,
    length: Lazy<usize>,
}

impl Name {
    #[cached_field]
    fn length(&self) -> usize {
        self.name.len()
    }
}

#[test]
fn hashing_and_order_ignore_the_value() {
    let [a, b] = ["a", "b"].map(|name| Name { name: name.to_owned(), length: Lazy::new() });
    let set = HashSet::from([a.clone(), b.clone()]);
    a.length();
    assert!(set.contains(&a));
    assert!(a < b);
}

#[test]
fn a_value_can_be_set_taken_and_changed() {
    let mut circle = Circle { radius: 1.0, area: Lazy::from(5.0) };
    assert_eq!(circle.area(), 5.0);
    *circle.area.get_mut().unwrap() = 6.0;
    assert_eq!(circle.area(), 6.0);
    assert_eq!(circle.area.set(7.0), Err(7.0));
    assert_eq!(circle.area.take(), Some(6.0));
    assert_eq!(circle.area.set(7.0), Ok(()));
    assert_eq!(circle.area(), 7.0);
}

#[test]
fn a_lazy_field_adds_no_bounds_to_its_value() {
    static SHARED: Lazy<u32> = Lazy::new();
    fn shareable<T: Send + Sync>() {}
    shareable::<Circle>();
    // Not `Send`, not `Clone`, not `'static`: still a field.
    let text = String::from("x");
    let lazy: Lazy<std::rc::Rc<&str>> = Lazy::new();
    assert_eq!(**lazy.get_or_init(|| std::rc::Rc::new(text.as_str())), "x");
    assert_eq!(*SHARED.get_or_init(|| 7), 7);
}

struct Node {
    value: u64,
    children: Vec<Node>,
    sum: Lazy<u64>,
}

impl Node {
    #[cached_field]
    fn sum(&self) -> u64 {
        self.value + self.children.iter().map(Node::sum).sum::<u64>()
    }
}

#[test]
fn the_fields_of_a_tree_compute_each_other() {
    let leaf = |value| Node { value, children: Vec::new(), sum: Lazy::new() };
    let tree = Node {
        value: 1,
        children: vec![leaf(2), Node { value: 3, children: vec![leaf(4)], sum: Lazy::new() }],
        sum: Lazy::new(),
    };
    assert_eq!((tree.sum(), tree.children[1].sum_cached()), (10, Some(&7)));
}
