//! Tests of the number of clones: one of the value per hit, and none if the value is only read in
//! place.

use memokit::{Cache, memoize};

use super::{Answer, Cost, CountingState, Part, cost_of, now};

const LOOK: Cost = Cost { value_clones: 0, ..Cost::HIT };

#[memoize(hasher = CountingState)]
fn answer(part: &Part) -> Answer {
    Answer(*part.0)
}

#[memoize(hasher = CountingState)]
async fn answer_later(part: &Part) -> Answer {
    Answer(*part.0)
}

#[memoize(hasher = CountingState)]
fn try_answer(part: &Part) -> Result<Answer, String> {
    Ok(Answer(*part.0))
}

#[memoize(hasher = CountingState, skip_none)]
fn find_answer(part: &Part) -> Option<Answer> {
    Some(Answer(*part.0))
}

#[test]
fn each_of_a_hundred_hits_clones_the_value_once() {
    let part = Part::new(100);
    answer(&part);
    let cost = cost_of(|| (0..100).for_each(|_| drop(answer(&part))));
    assert_eq!(cost, Cost { hashers_built: 100, hashers_finished: 100, value_clones: 100, ..Cost::NONE });
}

#[test]
fn a_cached_ok_is_cloned_once_per_hit() {
    let part = Part::new(101);
    assert!(try_answer(&part).is_ok());
    assert_eq!(cost_of(|| try_answer(&part)), Cost::HIT);
}

#[test]
fn a_cached_some_is_cloned_once_per_hit() {
    let part = Part::new(102);
    assert!(find_answer(&part).is_some());
    assert_eq!(cost_of(|| find_answer(&part)), Cost::HIT);
}

#[test]
fn with_clones_nothing() {
    let part = Part::new(103);
    answer(&part);
    assert_eq!(cost_of(|| answer::with(&part, |answer| answer.0)), LOOK);
    assert!(try_answer::with(&part, Result::is_ok));
    assert_eq!(cost_of(|| try_answer::with(&part, Result::is_ok)), LOOK);
}

#[test]
fn async_with_clones_nothing() {
    let part = Part::new(104);
    now(answer_later(&part));
    assert_eq!(cost_of(|| now(answer_later::with(&part, |answer| answer.0))), LOOK);
}

#[test]
fn peek_clones_the_value_and_contains_does_not() {
    let part = Part::new(105);
    answer(&part);
    assert_eq!(cost_of(|| answer::peek(&part)), Cost::HIT);
    assert_eq!(cost_of(|| answer::contains(&part)), LOOK);
    assert_eq!(cost_of(|| answer::expires_in(&part)), LOOK);
}

#[test]
fn looking_up_an_absent_key_costs_one_hash() {
    let part = Part::new(106);
    assert_eq!(cost_of(|| answer::peek(&part)), LOOK);
    assert_eq!(cost_of(|| answer::contains(&part)), LOOK);
    assert_eq!(cost_of(|| answer::forget(&part)), LOOK);
}

#[test]
fn forgetting_clones_neither_key_nor_value() {
    let (first, part) = (Part::new(107), Part::new(108));
    // The list of free cells is allocated here.
    let _ = (answer(&first), answer(&part), answer::forget(&first));
    assert_eq!(cost_of(|| assert!(answer::forget(&part))), LOOK);
}

#[test]
fn forgetting_by_condition_clones_and_hashes_nothing_but_lists_the_entries() {
    #[memoize(hasher = CountingState)]
    fn mine(part: &Part) -> Answer {
        Answer(*part.0)
    }
    (1..4).for_each(|n| drop(mine(&Part::new(n))));
    assert!(mine::forget(&Part::new(3)));
    let cost = cost_of(|| assert_eq!(mine::forget_if(|_, answer| answer.0 == 2), 1));
    // Two lists of a batch, the list of walks, and a batch of pins.
    assert!(cost.allocations <= 12, "{cost:?}");
    assert_eq!(Cost { allocations: 0, ..cost }, Cost::NONE);
}

#[test]
fn a_hit_of_a_cache_costs_one_hash_and_one_clone_of_the_value() {
    let cache = Cache::builder().lru(10).hasher(CountingState).build();
    cache.insert(Part::new(1), Answer(1));
    let part = Part::new(1);
    assert_eq!(cost_of(|| cache.get(&part)), Cost::HIT);
    assert_eq!(cost_of(|| cache.with(&part, |answer| answer.0)), LOOK);
    assert_eq!(cost_of(|| cache.peek(&part)), Cost::HIT);
    assert_eq!(cost_of(|| cache.get_or_insert_with_by_ref(&part, || unreachable!())), Cost::HIT);
    assert_eq!(cost_of(|| cache.get_or_insert_with(part, || unreachable!())), Cost::HIT);
}

#[test]
fn a_hit_by_the_borrowed_form_of_the_key_allocates_nothing() {
    let cache = Cache::builder().hasher(CountingState).build();
    cache.insert(String::from("one"), Answer(1));
    assert_eq!(cost_of(|| cache.get("one")), Cost::HIT);
}

#[test]
fn an_async_hit_of_a_cache_costs_one_hash() {
    let cache = Cache::builder().hasher(CountingState).build();
    cache.insert(1, Answer(1));
    assert_eq!(cost_of(|| now(cache.get_or_insert_async(1, async { unreachable!() }))), Cost::HIT);
}
