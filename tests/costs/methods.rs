//! Tests of the cost of a hit of a method: that of a function. `self` is part of the key and is not
//! cloned.

use memokit::{Memo, memoize};

use super::{Answer, Cost, CountingState, Part, cost_of, now};

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Shop {
    owner: Part,
}

trait Prices {
    fn price(&self, item: &str) -> Answer;
    fn discount(&self, item: &str) -> Answer;
}

impl Shop {
    fn new() -> Self {
        Self { owner: Part::new(3) }
    }

    #[memoize(hasher = CountingState)]
    fn stock(&self, item: &str) -> Answer {
        Answer(*self.owner.0 + item.len() as u32)
    }

    #[memoize(hasher = CountingState)]
    async fn delivery(&self, item: &str) -> Answer {
        Answer(*self.owner.0 + item.len() as u32)
    }

    #[memoize(hasher = CountingState, assoc)]
    fn shops(town: &str) -> Answer {
        Answer(town.len() as u32)
    }
}

#[memoize]
impl Prices for Shop {
    #[memoize(hasher = CountingState)]
    fn price(&self, item: &str) -> Answer {
        Answer(item.len() as u32)
    }

    #[memoize(hasher = CountingState, handle = false)]
    fn discount(&self, item: &str) -> Answer {
        Answer(item.len() as u32)
    }
}

struct Route {
    from: u32,
    known: Memo<(Box<str>, u32), Answer>,
}

impl Route {
    #[memoize(hasher = CountingState, in = self.known, lru = 10)]
    fn length(&self, to: &str, over: u32) -> Answer {
        Answer(self.from + over + to.len() as u32)
    }
}

#[test]
fn a_hit_of_a_method_costs_one_hash_and_no_clone_of_self() {
    let shop = Shop::new();
    shop.stock("tea");
    assert_eq!(cost_of(|| shop.stock("tea")), Cost::HIT);
}

#[test]
fn a_hit_of_an_async_method_costs_one_hash() {
    let shop = Shop::new();
    now(shop.delivery("tea"));
    assert_eq!(cost_of(|| now(shop.delivery("tea"))), Cost::HIT);
}

#[test]
fn a_hit_of_an_associated_function_costs_one_hash() {
    Shop::shops("Delft");
    assert_eq!(cost_of(|| Shop::shops("Delft")), Cost::HIT);
}

#[test]
fn a_hit_of_a_trait_method_costs_one_hash() {
    let shop = Shop::new();
    let _ = (shop.price("tea"), shop.discount("tea"));
    assert_eq!(cost_of(|| shop.price("tea")), Cost::HIT);
    assert_eq!(cost_of(|| shop.discount("tea")), Cost::HIT);
}

#[test]
fn a_hit_of_a_cache_in_a_field_costs_one_hash() {
    let route = Route { from: 1, known: Memo::new() };
    route.length("Gouda", 2);
    assert_eq!(cost_of(|| route.length("Gouda", 2)), Cost::HIT);
}
