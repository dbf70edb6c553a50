//! Tests of methods: every kind of receiver, and which instances share results.

use super::{Runs, tally};
use futures::executor::block_on;
use memokit::memoize;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct City(&'static str);

impl City {
    #[memoize]
    fn greeting(&self, name: &str) -> String {
        format!("{name} in {}", self.0)
    }

    #[memoize]
    async fn greeting_later(&self, name: &str) -> String {
        format!("{name} in {}", self.0)
    }
}

#[test]
fn instances_do_not_share_results() {
    let (rome, oslo) = (City("Rome"), City("Oslo"));
    assert_eq!((rome.greeting("a"), oslo.greeting("a")), ("a in Rome".into(), "a in Oslo".into()));
    assert_eq!((rome.greeting("a"), oslo.greeting("a")), ("a in Rome".into(), "a in Oslo".into()));
    assert_eq!(tally(City::greeting_cache_info()), (2, 2, 2));
}

#[test]
fn equal_instances_share_their_results() {
    static RUNS: Runs = Runs::new();
    #[derive(Clone, PartialEq, Eq, Hash)]
    struct Town(&'static str);
    impl Town {
        #[memoize]
        fn name(&self) -> String {
            RUNS.add();
            self.0.to_owned()
        }
    }
    assert_eq!((Town("Bern").name(), Town("Bern").name()), ("Bern".into(), "Bern".into()));
    assert_eq!(RUNS.count(), 1);
}

#[test]
fn async_instances_do_not_share_results() {
    let (rome, oslo) = (City("Rome"), City("Oslo"));
    block_on(async {
        for _ in 0..2 {
            assert_eq!(rome.greeting_later("a").await, "a in Rome");
            assert_eq!(oslo.greeting_later("a").await, "a in Oslo");
        }
    });
    assert_eq!(tally(City::greeting_later_cache_info()), (2, 2, 2));
}

#[test]
fn self_may_be_taken_by_value() {
    #[derive(Clone, Copy, PartialEq, Eq, Hash)]
    struct Cents(u32);
    impl Cents {
        #[memoize]
        fn doubled(self) -> u32 {
            self.0 * 2
        }
        #[memoize]
        fn text(mut self) -> String {
            self.0 += 1;
            self.0.to_string()
        }
    }
    assert_eq!((Cents(2).doubled(), Cents(3).doubled(), Cents(2).doubled()), (4, 6, 4));
    assert_eq!(tally(Cents::doubled_cache_info()), (1, 2, 2));
    assert_eq!((Cents(2).text(), Cents(2).text()), ("3".into(), "3".into()));
    assert_eq!(tally(Cents::text_cache_info()), (1, 1, 1));
}

#[test]
fn self_may_be_behind_a_smart_pointer_and_its_value_counts() {
    #[derive(Clone, PartialEq, Eq, Hash)]
    struct Cents(u32);
    impl Cents {
        #[memoize]
        fn by_rc(self: Rc<Self>) -> u32 {
            self.0
        }
        #[memoize]
        fn by_arc(self: &Arc<Self>, n: u32) -> u32 {
            self.0 + n
        }
        #[memoize]
        fn by_box(self: Box<Self>) -> u32 {
            self.0
        }
        #[memoize]
        fn by_pin(self: Pin<&Self>) -> u32 {
            self.0
        }
    }
    assert_eq!((Rc::new(Cents(1)).by_rc(), Rc::new(Cents(1)).by_rc(), Rc::new(Cents(2)).by_rc()), (1, 1, 2));
    assert_eq!(tally(Cents::by_rc_cache_info()), (1, 2, 2));
    assert_eq!((Arc::new(Cents(1)).by_arc(1), Arc::new(Cents(1)).by_arc(1), Arc::new(Cents(1)).by_arc(2)), (2, 2, 3));
    assert_eq!(tally(Cents::by_arc_cache_info()), (1, 2, 2));
    assert_eq!((Box::new(Cents(1)).by_box(), Box::new(Cents(1)).by_box()), (1, 1));
    assert_eq!(tally(Cents::by_box_cache_info()), (1, 1, 1));
    assert_eq!((Pin::new(&Cents(1)).by_pin(), Pin::new(&Cents(1)).by_pin()), (1, 1));
    assert_eq!(tally(Cents::by_pin_cache_info()), (1, 1, 1));
}

#[test]
fn self_may_be_spelled_out() {
    #[derive(Clone, PartialEq, Eq, Hash)]
    struct Cents(u32);
    impl Cents {
        #[memoize]
        fn by_type(self: &Self, n: u32) -> u32 {
            self.0 + n
        }
        #[memoize]
        fn by_lifetime<'a>(&'a self, n: &'a u32) -> u32 {
            self.0 + n
        }
    }
    assert_eq!((Cents(1).by_type(1), Cents(1).by_type(1), Cents(2).by_type(1)), (2, 2, 3));
    assert_eq!((Cents(1).by_lifetime(&1), Cents(1).by_lifetime(&1)), (2, 2));
    assert_eq!(tally(Cents::by_type_cache_info()), (1, 2, 2));
    assert_eq!(tally(Cents::by_lifetime_cache_info()), (1, 1, 1));
}

#[test]
fn a_key_makes_any_self_usable() {
    struct User {
        id: u32,
        load: f64,
    }
    impl User {
        #[memoize(key = self.id)]
        fn label(&self) -> String {
            format!("{} at {}", self.id, self.load)
        }
    }
    assert_eq!(User { id: 1, load: 0.5 }.label(), "1 at 0.5");
    assert_eq!(User { id: 1, load: 0.9 }.label(), "1 at 0.5", "the id alone counts");
    assert_eq!(User { id: 2, load: 0.9 }.label(), "2 at 0.9");
    assert_eq!(tally(User::label_cache_info()), (1, 2, 2));
}

#[test]
fn a_key_or_ignore_allows_a_mutable_self() {
    struct Counter {
        runs: u32,
    }
    impl Counter {
        #[memoize(key = n)]
        fn by_key(&mut self, n: u32) -> u32 {
            self.runs += 1;
            n * 2
        }
        #[memoize(ignore(self))]
        fn by_ignore(&mut self, n: u32) -> u32 {
            self.runs += 1;
            n * 3
        }
    }
    let mut counter = Counter { runs: 0 };
    assert_eq!((counter.by_key(1), counter.by_key(1), counter.by_key(2)), (2, 2, 4));
    assert_eq!(counter.runs, 2);
    assert_eq!((counter.by_ignore(1), counter.by_ignore(1)), (3, 3));
    assert_eq!(counter.runs, 3);
}

#[test]
fn an_ignored_self_may_be_no_key() {
    struct Client {
        calls: std::cell::Cell<u32>,
    }
    impl Client {
        #[memoize(ignore(self))]
        fn fetch(&self, path: &str) -> usize {
            self.calls.set(self.calls.get() + 1);
            path.len()
        }
    }
    let client = Client { calls: 0.into() };
    assert_eq!((client.fetch("/a"), client.fetch("/a"), client.fetch("/ab")), (2, 2, 3));
    assert_eq!(client.calls.get(), 2);
}

#[test]
fn a_generic_type_keeps_its_parameters_apart() {
    #[derive(Clone, PartialEq, Eq, Hash)]
    struct Wrapper<T>(T);
    impl<T: std::hash::Hash + Eq + Clone + Send + Sync + std::fmt::Debug + 'static> Wrapper<T> {
        #[memoize]
        fn text(&self) -> String {
            format!("{:?} {}", self.0, std::any::type_name::<T>())
        }
        #[memoize(key = 0)]
        fn type_text(&self) -> &'static str {
            std::any::type_name::<T>()
        }
    }
    assert_eq!(
        (Wrapper(1u8).text(), Wrapper(1u16).text(), Wrapper(1u8).text()),
        ("1 u8".into(), "1 u16".into(), "1 u8".into())
    );
    assert_eq!(tally(Wrapper::<u8>::text_cache_info()), (1, 2, 2), "one cache for all");
    assert_eq!((Wrapper(1u8).type_text(), Wrapper(1u16).type_text(), Wrapper(2u8).type_text()), ("u8", "u16", "u8"));
    assert_eq!(tally(Wrapper::<u16>::type_text_cache_info()), (1, 2, 2));
}

#[test]
fn a_const_generic_type_keeps_its_parameters_apart() {
    #[derive(Clone, PartialEq, Eq, Hash)]
    struct Modulo<const N: u64>(u64);
    impl<const N: u64> Modulo<N> {
        #[memoize]
        fn value(&self) -> u64 {
            self.0 % N
        }
    }
    assert_eq!((Modulo::<2>(5).value(), Modulo::<3>(5).value(), Modulo::<2>(5).value()), (1, 2, 1));
    assert_eq!(tally(Modulo::<2>::value_cache_info()), (1, 2, 2));
}

#[test]
fn a_generic_method_separates_by_its_own_parameters_too() {
    #[derive(Clone, PartialEq, Eq, Hash)]
    struct Unit;
    impl Unit {
        #[memoize]
        fn size<T>(&self) -> usize {
            size_of::<T>()
        }
    }
    assert_eq!((Unit.size::<u8>(), Unit.size::<u16>(), Unit.size::<u8>()), (1, 2, 1));
    assert_eq!(Unit.size_peek::<u16>(), Some(2));
    assert_eq!(tally(Unit::size_cache_info()), (1, 2, 2));
}

#[test]
fn a_method_of_an_enum_works_as_of_a_struct() {
    #[derive(Clone, Copy, PartialEq, Eq, Hash)]
    enum Shape {
        Square(u32),
        Oblong { width: u32, height: u32 },
    }
    impl Shape {
        #[memoize(lru = 10)]
        pub(crate) fn area(&self) -> u32 {
            match self {
                Self::Square(side) => side * side,
                Self::Oblong { width, height } => width * height,
            }
        }
    }
    let oblong = Shape::Oblong { width: 2, height: 3 };
    assert_eq!((Shape::Square(2).area(), oblong.area(), oblong.area()), (4, 6, 6));
    assert_eq!(tally(Shape::area_cache_info()), (1, 2, 2));
}

#[test]
fn a_recursive_method_hits_its_own_earlier_results() {
    #[derive(Clone, PartialEq, Eq, Hash)]
    struct Rabbits {
        young: u64,
    }
    impl Rabbits {
        #[memoize]
        fn after(&self, months: u32) -> u64 {
            if months < 2 { self.young } else { self.after(months - 1) + self.after(months - 2) }
        }
        #[memoize]
        async fn after_async(&self, months: u32) -> u64 {
            if months < 2 {
                self.young
            } else {
                self.after_async(months - 1).await + self.after_async(months - 2).await
            }
        }
    }
    let rabbits = Rabbits { young: 1 };
    assert_eq!(rabbits.after(50), 20_365_011_074);
    assert_eq!(tally(Rabbits::after_cache_info()), (48, 51, 51));
    assert_eq!(block_on(rabbits.after_async(50)), 20_365_011_074);
    assert_eq!(tally(Rabbits::after_async_cache_info()), (48, 51, 51));
}
