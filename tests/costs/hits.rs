//! Tests of the cost of a hit of a free function: one hash, no allocation, no clone of the key, for
//! any arguments.

use memokit::memoize;

use super::{Answer, Cost, CountingState, Part, cost_of, now};

/// Makes one call to fill the cache, and measures the second.
macro_rules! second_call {
    ($call:expr) => {{
        assert_eq!($call, $call);
        cost_of(|| $call)
    }};
}

#[test]
fn a_hit_by_text_costs_one_hash() {
    #[memoize(hasher = CountingState)]
    fn by_text(text: &str) -> Answer {
        Answer(text.len() as u32)
    }
    assert_eq!(second_call!(by_text("a text that is too long to be kept in place")), Cost::HIT);
}

#[test]
fn a_hit_by_slice_costs_one_hash() {
    #[memoize(hasher = CountingState, lru = 3)]
    fn by_slice(numbers: &[u64]) -> Answer {
        Answer(numbers.len() as u32)
    }
    let numbers: Vec<u64> = (0..100).collect();
    assert_eq!(second_call!(by_slice(&numbers)), Cost::HIT);
}

#[test]
fn a_hit_by_a_slice_of_texts_costs_one_hash() {
    #[memoize(hasher = CountingState)]
    fn by_texts(texts: &[&str]) -> Answer {
        Answer(texts.len() as u32)
    }
    assert_eq!(second_call!(by_texts(&["one", "two", "three"])), Cost::HIT);
}

#[test]
fn a_hit_by_optional_text_costs_one_hash() {
    #[memoize(hasher = CountingState)]
    fn by_optional_text(text: Option<&str>) -> Answer {
        Answer(text.map_or(0, str::len) as u32)
    }
    assert_eq!(second_call!(by_optional_text(Some("something"))), Cost::HIT);
    assert_eq!(second_call!(by_optional_text(None)), Cost::HIT);
}

#[test]
fn a_hit_by_a_tuple_of_references_costs_one_hash() {
    #[memoize(hasher = CountingState, lfu = 3)]
    fn by_pair(pair: (&str, &[u8])) -> Answer {
        Answer((pair.0.len() + pair.1.len()) as u32)
    }
    assert_eq!(second_call!(by_pair(("left", b"right"))), Cost::HIT);
}

#[test]
fn a_hit_by_owned_text_costs_the_callers_own_allocation_only() {
    #[memoize(hasher = CountingState)]
    fn by_string(text: String) -> Answer {
        Answer(text.len() as u32)
    }
    let text = || String::from("moved into the call");
    assert_eq!(by_string(text()), Answer(19));
    let mine = text();
    assert_eq!(cost_of(|| by_string(mine)), Cost::HIT);
    assert_eq!(cost_of(|| by_string(text())), Cost { allocations: 1, ..Cost::HIT });
}

#[test]
fn a_hit_by_owned_vectors_costs_the_callers_own_allocations_only() {
    #[memoize(hasher = CountingState)]
    fn by_vectors(a: Vec<String>, b: Box<[u8]>) -> Answer {
        Answer((a.len() + b.len()) as u32)
    }
    let a = vec![String::from("a"), String::from("b")];
    let b: Box<[u8]> = Box::from(*b"abc");
    assert_eq!(by_vectors(a.clone(), b.clone()), Answer(5));
    assert_eq!(cost_of(|| by_vectors(a, b)), Cost::HIT);
}

#[test]
fn a_hit_by_floats_costs_one_hash() {
    #[memoize(hasher = CountingState, fifo = 3)]
    fn by_floats(x: f64, y: f32) -> Answer {
        Answer((x + f64::from(y)) as u32)
    }
    assert_eq!(second_call!(by_floats(1.5, 2.5)), Cost::HIT);
    assert_eq!(second_call!(by_floats(f64::NAN, -0.0)), Cost::HIT);
}

#[test]
fn a_hit_by_struct_reference_costs_one_hash_and_no_clone() {
    #[memoize(hasher = CountingState, random = 3)]
    fn by_struct(part: &Part) -> Answer {
        Answer(*part.0)
    }
    let part = Part::new(5);
    assert_eq!(second_call!(by_struct(&part)), Cost::HIT);
}

#[test]
fn a_hit_by_optional_struct_reference_costs_one_hash_and_no_clone() {
    #[memoize(hasher = CountingState)]
    fn by_optional_struct(part: Option<&Part>) -> Answer {
        Answer(part.map_or(0, |part| *part.0))
    }
    let part = Part::new(5);
    assert_eq!(second_call!(by_optional_struct(Some(&part))), Cost::HIT);
}

#[test]
fn a_hit_by_a_slice_of_structs_costs_one_hash_and_no_clone() {
    #[memoize(hasher = CountingState)]
    fn by_structs(parts: &[Part]) -> Answer {
        Answer(parts.iter().map(|part| *part.0).sum())
    }
    let parts = [Part::new(5), Part::new(6)];
    assert_eq!(second_call!(by_structs(&parts)), Cost::HIT);
}

#[test]
fn a_hit_by_owned_struct_costs_one_hash_and_no_clone() {
    #[memoize(hasher = CountingState, max = 100)]
    fn by_owned_struct(part: Part) -> Answer {
        Answer(*part.0)
    }
    let part = Part::new(5);
    assert_eq!(by_owned_struct(Part::new(5)), Answer(5));
    assert_eq!(cost_of(|| by_owned_struct(part)), Cost::HIT);
}

#[test]
fn a_hit_by_four_arguments_costs_one_hash() {
    #[memoize(hasher = CountingState)]
    fn by_four(name: &str, numbers: &[u32], scale: f64, note: Option<&str>) -> Answer {
        Answer(numbers.iter().sum::<u32>() * scale as u32 + name.len() as u32 + note.map_or(0, str::len) as u32)
    }
    assert_eq!(second_call!(by_four("name", &[1, 2, 3], 2.0, Some("note"))), Cost::HIT);
}

#[test]
fn a_hit_without_arguments_costs_one_hash() {
    #[memoize(hasher = CountingState)]
    fn by_nothing() -> Answer {
        Answer(1)
    }
    assert_eq!(second_call!(by_nothing()), Cost::HIT);
}

#[test]
fn a_hit_by_a_key_expression_costs_one_hash() {
    #[memoize(hasher = CountingState, key = part.0)]
    fn by_key(part: &Part) -> Answer {
        Answer(*part.0)
    }
    let part = Part::new(7);
    assert_eq!(second_call!(by_key(&part)), Cost::HIT);
}

#[test]
fn a_hit_of_a_generic_function_costs_one_hash() {
    #[memoize(hasher = CountingState)]
    fn generic<T: std::hash::Hash + Eq + Clone + Send + Sync + 'static, const N: usize>(items: &[T; N]) -> Answer {
        Answer(items.len() as u32)
    }
    assert_eq!(second_call!(generic(&[Part::new(1), Part::new(2)]).0), Cost { allocations: 2, ..Cost::HIT });
    let three = [Part::new(1), Part::new(2), Part::new(3)];
    assert_eq!(second_call!(generic(&three)), Cost::HIT);
}

#[test]
fn a_hit_with_expiry_and_idleness_costs_no_more() {
    #[memoize(hasher = CountingState, lru = 5, ttl = "1h", idle = "1h")]
    fn dated(text: &str) -> Answer {
        Answer(text.len() as u32)
    }
    assert_eq!(second_call!(dated("text")), Cost::HIT);
}

#[test]
fn a_hit_of_a_thread_local_cache_costs_one_hash() {
    #[memoize(hasher = CountingState, local, lru = 5)]
    fn local(text: &str, numbers: &[u32]) -> Answer {
        Answer(text.len() as u32 + numbers.len() as u32)
    }
    assert_eq!(second_call!(local("text", &[1, 2])), Cost::HIT);
}

#[test]
fn an_async_hit_costs_one_hash() {
    #[memoize(hasher = CountingState)]
    async fn later(text: &str, numbers: &[u32]) -> Answer {
        Answer(text.len() as u32 + numbers.len() as u32)
    }
    assert_eq!(second_call!(now(later("text", &[1, 2]))), Cost::HIT);
}

#[test]
fn an_async_hit_of_a_thread_local_cache_costs_one_hash() {
    #[memoize(hasher = CountingState, local)]
    async fn later_here(text: &str) -> Answer {
        Answer(text.len() as u32)
    }
    assert_eq!(second_call!(now(later_here("text"))), Cost::HIT);
}

#[test]
fn with_the_default_hasher_a_hit_allocates_nothing_either() {
    #[memoize]
    fn plain(name: &str, numbers: &[u32], scale: f64, note: Option<&str>) -> Answer {
        Answer(numbers.iter().sum::<u32>() * scale as u32 + name.len() as u32 + note.map_or(0, str::len) as u32)
    }
    assert_eq!(second_call!(plain("name", &[1, 2, 3], 2.0, Some("note"))), Cost::HIT_UNHASHED);
}

#[test]
fn the_thousandth_entry_is_hit_as_cheaply_as_the_first() {
    #[memoize(hasher = CountingState, lru = 1000)]
    fn many(n: u32, part: &Part) -> Answer {
        Answer(n + *part.0)
    }
    let part = Part::new(1);
    for n in 0..1000 {
        many(n, &part);
    }
    for n in 0..1000 {
        assert_eq!(cost_of(|| many(n, &part)), Cost::HIT);
    }
}
