//! Tests of the greatest cost of a miss. The cache has room already: growing tables are paid for
//! now and then, not by each miss. Cells of removed entries are reused in batches, so a cache has
//! all its room after some hundred misses.

use memokit::memoize;

use super::{Answer, Cost, CountingState, Part, cost_of, now};

/// The cost of a miss: no allocation for the entry, and this many for the key's own parts. One
/// hash, since a stored key is never hashed again. One clone of the key and one of the value.
fn assert_miss(cost: Cost, key_allocations: u32) {
    let Cost { allocations, hashers_built, hashers_finished, value_clones, .. } = cost;
    assert!(allocations <= key_allocations, "{cost:?}");
    assert_eq!((hashers_built, hashers_finished, value_clones), (1, 1, 1), "{cost:?}");
}

#[test]
fn a_miss_by_number_allocates_nothing() {
    #[memoize(hasher = CountingState, lru = 2)]
    fn by_number(n: u32) -> Answer {
        Answer(n)
    }
    (0..200).for_each(|n| drop(by_number(n)));
    assert_miss(cost_of(|| by_number(200)), 0);
}

#[test]
fn a_miss_by_text_allocates_the_text() {
    #[memoize(hasher = CountingState, lru = 2)]
    fn by_text(text: &str) -> Answer {
        Answer(text.len() as u32)
    }
    ["a", "b", "c", "d"].into_iter().for_each(|text| drop(by_text(text)));
    assert_miss(cost_of(|| by_text("e")), 1);
}

#[test]
fn a_miss_by_struct_clones_the_key_once() {
    #[memoize(hasher = CountingState, lru = 2)]
    fn by_struct(part: &Part) -> Answer {
        Answer(*part.0)
    }
    (0..10).for_each(|n| drop(by_struct(&Part::new(n))));
    let part = Part::new(10);
    let cost = cost_of(|| by_struct(&part));
    assert_miss(cost, 1);
    assert_eq!(cost.key_clones, 1);
}

#[test]
fn a_miss_in_every_policy_stays_within_the_entry() {
    macro_rules! with_policy {
        ($($policy:ident)*) => { $(
            #[memoize(hasher = CountingState, $policy = 4)]
            fn $policy(n: u32) -> Answer {
                Answer(n)
            }
            (0..100).for_each(|n| drop($policy(n)));
            // On average, because a policy may do its book-keeping now and then.
            let cost = cost_of(|| (100..200).for_each(|n| drop($policy(n))));
            assert!(cost.allocations <= 20, "{}: {cost:?}", stringify!($policy));
            assert_eq!((cost.hashers_built, cost.value_clones), (100, 100));
        )* };
    }
    with_policy!(lru lfu fifo random max);
}

#[test]
fn evictions_hash_nothing() {
    #[memoize(hasher = CountingState, lru = 1)]
    fn only_one(part: &Part) -> Answer {
        Answer(*part.0)
    }
    (0..10).for_each(|n| drop(only_one(&Part::new(n))));
    let cost = cost_of(|| only_one::resize(0));
    assert_eq!((only_one::cache_info().evictions, cost.hashers_built, cost.key_clones), (10, 0, 0));
}

#[test]
fn an_async_miss_adds_the_box_around_the_body() {
    #[memoize(hasher = CountingState, lru = 2)]
    async fn later(n: u32) -> Answer {
        Answer(n)
    }
    (0..200).for_each(|n| drop(now(later(n))));
    assert_miss(cost_of(|| now(later(200))), 1);
}

#[test]
fn a_growing_cache_never_hashes_a_stored_key_again() {
    #[memoize(hasher = CountingState)]
    fn grows(part: &Part) -> Answer {
        Answer(*part.0)
    }
    let parts: Vec<_> = (0..5000).map(Part::new).collect();
    let cost = cost_of(|| parts.iter().for_each(|part| drop(grows(part))));
    assert_eq!((cost.hashers_built, cost.hashers_finished, cost.key_clones), (5000, 5000, 5000));
    // The entry and the box of its part; doubling the tables costs a few dozen allocations in all.
    assert!(cost.allocations <= 2 * 5000 + 60, "{cost:?}");
}

#[test]
fn an_error_costs_no_clone_of_a_value() {
    #[memoize(hasher = CountingState)]
    fn fails(n: u32) -> Result<Answer, u32> {
        Err(n)
    }
    assert_eq!(fails(1), Err(1));
    let cost = cost_of(|| fails(1));
    assert_eq!((cost.hashers_built, cost.value_clones), (1, 0));
    // The unpublished entry, and the error in a form that the waiters can share.
    assert!(cost.allocations <= 3, "{cost:?}");
}

#[test]
fn a_put_costs_one_hash_and_one_clone_of_the_key() {
    #[memoize(hasher = CountingState, lru = 2)]
    fn given(part: &Part) -> Answer {
        Answer(*part.0)
    }
    (0..10).for_each(|n| drop(given(&Part::new(n))));
    let (part, answer) = (Part::new(10), Answer(0));
    let cost = cost_of(|| given::put(&part, answer));
    assert!(cost.allocations <= 2, "{cost:?}");
    assert_eq!((cost.hashers_built, cost.key_clones), (1, 1));
    assert!(cost.value_clones <= 1, "{cost:?}");
}
