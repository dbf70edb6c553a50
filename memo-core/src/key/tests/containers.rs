//! Keys of tuples, slices, options and other containers.

use super::transcript::{assert_apart, assert_different, assert_same};
use crate::key::float::Float;
use crate::key::key_trait::Key;

#[test]
fn stored_forms_follow_the_parts() {
    let slice: Box<[Float<f64>]> = vec![1.0_f64, 2.0].to_stored();
    assert_eq!(*slice, [Float::from(1.0), Float::from(2.0)]);
    let option: Option<Box<str>> = Some("a").to_stored();
    assert_eq!(option.as_deref(), Some("a"));
    let array: [Box<str>; 2] = ["a", "b"].to_stored();
    assert_eq!(&*array[1], "b");
    let nested: (u8, (Box<str>, [Float<f32>; 1])) = (1_u8, ("x", [0.5_f32])).to_stored();
    assert_eq!(&*nested.1.0, "x");
    let result: Result<u8, Box<str>> = Err::<u8, _>("no").to_stored();
    assert_eq!(result, Err("no".into()));
}

#[test]
fn options_and_results_compare_by_variant() {
    assert_same(&Some("a"), &Some(String::from("a")));
    assert_apart(&Some(0_u8), &None::<u8>);
    assert_apart(&Ok::<_, u8>(0_u8), &Err::<u8, _>(0_u8));
    assert_same(&Err::<u8, _>("e"), &Err::<u8, _>(String::from("e")));
}

#[test]
fn a_prefix_is_another_key() {
    assert_apart(&[1_u8, 2][..], &[1_u8, 2, 3][..]);
    assert_apart(&["a"][..], &["a", "b"][..]);
    assert_apart(&[()][..], &[(), ()][..]);
    assert_different(&Vec::<u8>::new(), &vec![0_u8]);
}

#[test]
fn tuples_of_sixteen_are_keys() {
    let tuple = (1_u8, 2_u16, 3_u32, 4_u64, 5_i8, 6_i16, 7_i32, 8_i64, 'i', true, "k", 0.5, [1], (), Some(1), &2);
    assert_same(&tuple, &tuple);
    let mut other = tuple;
    other.15 = &3;
    assert_apart(&tuple, &other);
}
