//! Tests of methods in an impl of a trait, which cannot contain generated functions:
//! `handle = false`, or the attribute on the block.

use super::{Runs, tally};
use futures::executor::block_on;
use memokit::memoize;
use std::hash::{Hash, Hasher};

trait Area {
    fn area(&self, scale: u32) -> u32;
    fn name() -> String;
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct Square(u32);

static SQUARES: Runs = Runs::new();

impl Area for Square {
    #[memoize(handle = false, name = "Square::area")]
    fn area(&self, scale: u32) -> u32 {
        SQUARES.add();
        if self.0 == 0 {
            return 0;
        }
        self.0 * self.0 * scale
    }

    #[memoize(handle = false, assoc)]
    fn name() -> String {
        "square".to_owned()
    }
}

#[test]
fn without_a_handle_a_trait_method_is_memoized() {
    assert_eq!((Square(3).area(1), Square(3).area(1), Square(2).area(1), Square(0).area(1)), (9, 9, 4, 0));
    assert_eq!(SQUARES.count(), 3);
    assert_eq!((Square::name(), Square::name()), ("square".into(), "square".into()));
    let cache = memokit::caches().into_iter().find(|cache| cache.name() == "Square::area").unwrap();
    assert_eq!(tally(cache.info()), (1, 3, 3));
    cache.clear();
    assert_eq!((Square(3).area(1), SQUARES.count()), (9, 4));
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct Circle(u32);

#[memoize]
impl Area for Circle {
    #[memoize(lru = 10)]
    fn area(&self, scale: u32) -> u32 {
        3 * self.0 * self.0 * scale
    }

    fn name() -> String {
        "circle".to_owned()
    }
}

#[test]
fn the_attribute_on_the_block_gives_a_trait_method_its_operations() {
    let circle = Circle(2);
    assert_eq!((circle.area(1), circle.area(1), Circle(1).area(1)), (12, 12, 3));
    assert_eq!(tally(Circle::area_cache_info()), (1, 2, 2));
    assert_eq!((circle.area_peek(1), circle.area_uncached(2)), (Some(12), 24));
    assert!(circle.area_forget(1));
    circle.area_put(1, 13);
    assert_eq!((circle.area(1), circle.area_with(1, |area| *area), Circle::name()), (13, 13, "circle".into()));
}

#[test]
fn a_dynamic_call_is_memoized_too() {
    trait Named {
        fn label(&self) -> String;
    }
    static RUNS: Runs = Runs::new();
    #[derive(Clone, PartialEq, Eq, Hash)]
    struct Item(u32);
    impl Named for Item {
        #[memoize(handle = false)]
        fn label(&self) -> String {
            RUNS.add();
            format!("item {}", self.0)
        }
    }
    let items: [Box<dyn Named>; 3] = [Box::new(Item(1)), Box::new(Item(2)), Box::new(Item(1))];
    assert_eq!(items.map(|item| item.label()), ["item 1", "item 2", "item 1"]);
    assert_eq!(RUNS.count(), 2);
}

#[test]
fn two_impls_of_one_generic_trait_share_no_entries() {
    trait Into2<T> {
        fn into2(&self) -> T;
    }
    #[derive(Clone, PartialEq, Eq, Hash)]
    struct Number(u32);
    impl Into2<u64> for Number {
        #[memoize(handle = false)]
        fn into2(&self) -> u64 {
            u64::from(self.0)
        }
    }
    impl Into2<String> for Number {
        #[memoize(handle = false)]
        fn into2(&self) -> String {
            self.0.to_string()
        }
    }
    let (number, text): (u64, String) = (Number(1).into2(), Number(1).into2());
    assert_eq!((number, text), (1, "1".to_owned()));
}

#[test]
fn a_generic_impl_of_a_trait_keeps_its_types_apart() {
    trait Describe {
        fn describe(&self) -> String;
    }
    static RUNS: Runs = Runs::new();
    impl<T: Hash + Eq + Clone + Send + Sync + std::fmt::Debug + 'static> Describe for Vec<T> {
        #[memoize(handle = false, key = self.len())]
        fn describe(&self) -> String {
            RUNS.add();
            format!("{:?} of {}", self, std::any::type_name::<T>())
        }
    }
    assert_eq!((vec![1u8].describe(), vec![1u16].describe()), ("[1] of u8".into(), "[1] of u16".into()));
    assert_eq!(vec![9u8].describe(), "[1] of u8");
    assert_eq!(RUNS.count(), 2);
}

#[test]
fn an_async_trait_method_is_memoized_without_a_handle() {
    trait Fetch {
        async fn fetch(&self, path: &str) -> Result<usize, String>;
    }
    static RUNS: Runs = Runs::new();
    #[derive(Clone, PartialEq, Eq, Hash)]
    struct Client(u32);
    impl Fetch for Client {
        #[memoize(handle = false)]
        async fn fetch(&self, path: &str) -> Result<usize, String> {
            RUNS.add();
            if path.is_empty() {
                return Err("empty".to_owned());
            }
            let number: usize = path.parse().map_err(|_| "no number".to_owned())?;
            Ok(number)
        }
    }
    block_on(async {
        for _ in 0..2 {
            assert_eq!(Client(1).fetch("7").await, Ok(7));
            assert_eq!(Client(1).fetch("").await, Err("empty".to_owned()));
        }
    });
    assert_eq!(RUNS.count(), 3, "an Err is not kept");
}

#[test]
fn an_async_trait_method_gets_its_operations_from_the_block() {
    trait Fetch {
        async fn fetch(&self, n: u32) -> u32;
    }
    #[derive(Clone, PartialEq, Eq, Hash)]
    struct Client(u32);
    #[memoize]
    impl Fetch for Client {
        #[memoize]
        async fn fetch(&self, n: u32) -> u32 {
            self.0 + n
        }
    }
    block_on(async {
        assert_eq!((Client(1).fetch(1).await, Client(1).fetch(1).await), (2, 2));
        assert_eq!(Client(1).fetch_refresh(1).await, 2);
        assert_eq!(Client(1).fetch_with(1, |n| n + 1).await, 3);
    });
    assert_eq!(tally(Client::fetch_cache_info()), (2, 1, 1));
}

#[test]
fn associated_types_of_the_trait_may_be_in_the_signature() {
    trait Step {
        type Input;
        type Output;
        fn step(&self, input: Self::Input) -> Self::Output;
    }
    #[derive(Clone, PartialEq, Eq, Hash)]
    struct Twice;
    #[memoize]
    impl Step for Twice {
        type Input = u32;
        type Output = u64;
        #[memoize]
        fn step(&self, input: Self::Input) -> Self::Output {
            let output: Self::Output = u64::from(input) * 2;
            output
        }
    }
    assert_eq!((Twice.step(2), Twice.step(2)), (4, 4));
    assert_eq!(Twice.step_peek(2), Some(4));
    assert_eq!(tally(Twice::step_cache_info()), (1, 1, 1));
}

#[test]
fn patterns_and_mut_work_where_the_body_moves_inside() {
    trait Sum {
        fn sum(&self, pair: (u32, u32), more: u32) -> u32;
    }
    #[derive(Clone, PartialEq, Eq, Hash)]
    struct Base(u32);
    impl Sum for Base {
        #[memoize(handle = false)]
        fn sum(&self, (a, b): (u32, u32), mut more: u32) -> u32 {
            more += a + b;
            self.0 + more
        }
    }
    assert_eq!((Base(1).sum((2, 3), 4), Base(1).sum((2, 3), 4)), (10, 10));
}

#[test]
fn the_hash_of_a_type_that_memoizes_it_may_be_its_key() {
    // The memoized method's trait is also the one that another key needs.
    #[derive(Clone, PartialEq, Eq)]
    struct Slow(u32);
    impl Hash for Slow {
        fn hash<H: Hasher>(&self, state: &mut H) {
            digest(self.0).hash(state);
        }
    }
    #[memoize]
    fn digest(n: u32) -> u32 {
        n.wrapping_mul(2_654_435_761)
    }
    #[memoize]
    fn value(slow: Slow) -> u32 {
        slow.0
    }
    assert_eq!((value(Slow(1)), value(Slow(1))), (1, 1));
    assert_eq!(tally(value::cache_info()), (1, 1, 1));
}
