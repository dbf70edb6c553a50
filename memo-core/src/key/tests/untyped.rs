//! Keys with `typed = false`: equal numbers and texts of different types share an entry.

use super::transcript::writes;
use crate::key::adapt::{Adapter, ByHash, ByKey, ByReference};
use crate::key::adapted::{Adapted, adapt};
use crate::key::key_trait::Key;
use crate::key::untyped::{Untyped, UntypedKey};
use std::borrow::Cow;
use std::hash::Hash;
use std::sync::Arc;

fn by_key<T: Key<Stored: Send + Sync> + ?Sized>(argument: &T) -> Adapted<'_, Untyped<ByKey>, T> {
    adapt(Untyped(ByKey), argument)
}

fn by_hash<T: Hash + Eq + Clone + Send + Sync + 'static>(argument: &T) -> Adapted<'_, Untyped<ByHash>, T> {
    adapt(Untyped(ByHash), argument)
}

#[track_caller]
fn assert_one<A, B, T: ?Sized, U: ?Sized>(one: Adapted<'_, A, T>, other: Adapted<'_, B, U>)
where
    A: Adapter<T, Stored = UntypedKey>,
    B: Adapter<U, Stored = UntypedKey>,
{
    assert_eq!(writes(&one), writes(&other));
    assert!(one.matches(&other.to_stored()) && other.matches(&one.to_stored()));
}

#[track_caller]
fn assert_two<A, B, T: ?Sized, U: ?Sized>(one: Adapted<'_, A, T>, other: Adapted<'_, B, U>)
where
    A: Adapter<T, Stored = UntypedKey>,
    B: Adapter<U, Stored = UntypedKey>,
{
    assert!(!one.matches(&other.to_stored()) && !other.matches(&one.to_stored()));
}

#[test]
fn equal_numbers_are_one_key_whatever_their_type() {
    assert_one(by_key(&3_i32), by_key(&3_i64));
    assert_one(by_key(&3_i32), by_key(&3_u8));
    assert_one(by_key(&3_i32), by_key(&3.0_f64));
    assert_one(by_key(&3_u128), by_key(&3.0_f32));
    assert_one(by_key(&0), by_key(&-0.0_f64));
    assert_one(by_key(&-5_i8), by_key(&-5.0_f32));
    assert_one(by_key(&0.5_f32), by_key(&0.5_f64));
    assert_one(by_key(&f32::NAN), by_key(&-f64::NAN));
    assert_one(by_key(&f32::INFINITY), by_key(&f64::INFINITY));
    assert_one(by_key(&3_i32), by_hash(&3_u64));
    assert_one(by_key(&&7_u8), by_key(&7_i64));
    assert_one(by_key(&7_i64), adapt(Untyped(ByReference), &&7_u16));
}

#[test]
fn true_is_one_as_in_python() {
    assert_one(by_key(&true), by_key(&1_i32));
    assert_one(by_hash(&false), by_key(&0.0_f64));
}

#[test]
fn different_numbers_are_two_keys() {
    assert_two(by_key(&3_i32), by_key(&4_i64));
    assert_two(by_key(&3_i32), by_key(&3.5_f64));
    assert_two(by_key(&0.1_f32), by_key(&0.1_f64));
    assert_two(by_key(&-1_i64), by_key(&u64::MAX));
    assert_two(by_key(&f64::INFINITY), by_key(&f64::NEG_INFINITY));
}

#[test]
fn numbers_are_compared_exactly_at_the_edges() {
    let two_53 = 9_007_199_254_740_992_i64;
    assert_one(by_key(&9_007_199_254_740_992.0_f64), by_key(&two_53));
    assert_two(by_key(&9_007_199_254_740_992.0_f64), by_key(&(two_53 + 1)));
    let two_127 = 2_f64.powi(127);
    assert_one(by_key(&two_127), by_key(&(1_u128 << 127)));
    assert_one(by_key(&-two_127), by_key(&i128::MIN));
    assert_two(by_key(&two_127), by_key(&i128::MAX));
    assert_two(by_key(&2_f64.powi(128)), by_key(&u128::MAX));
    assert_one(by_key(&2_f64.powi(128)), by_key(&2_f64.powi(128)));
    assert_one(by_key(&u128::MAX), by_key(&u128::MAX));
}

#[test]
fn equal_text_is_one_key_however_it_is_owned() {
    let local = String::from("tea");
    assert_one(by_key("tea"), by_key(&local));
    assert_one(by_key(&local.as_str()), by_key(&Cow::Borrowed("tea")));
    assert_one(by_hash(&"tea"), by_hash(&local));
    assert_one(by_hash(&Arc::<str>::from("tea")), by_hash(&Cow::Borrowed("tea")));
    assert_two(by_key("tea"), by_key("coffee"));
    assert_two(by_hash(&"tea"), by_hash(&"coffee"));
}

#[test]
fn text_is_not_a_number_and_a_char_is_not_text() {
    assert_two(by_key("3"), by_key(&3));
    assert_two(by_hash(&"3"), by_hash(&3));
    assert_two(by_key("a"), by_key(&'a'));
    assert_two(by_key(&'a'), by_key(&97_u32));
}

#[test]
fn anything_else_keeps_its_type() {
    #[derive(Clone, PartialEq, Eq, Hash)]
    struct Meters(u32);
    #[derive(Clone, PartialEq, Eq, Hash)]
    struct Feet(u32);
    assert_one(by_hash(&Meters(1)), by_hash(&Meters(1)));
    assert_two(by_hash(&Meters(1)), by_hash(&Meters(2)));
    assert_two(by_hash(&Meters(1)), by_hash(&Feet(1)));
    assert_two(by_key(&[1_u8][..]), by_key(&[1_u16][..]));
    assert_one(by_key(&[1_u8][..]), by_key(&vec![1_u8]));
    assert_two(by_key(&Some(1_u8)), by_key(&Some(1_u16)));
}
