//! Keys of numbers: equal numbers make equal writes to a hasher.

use super::transcript::{assert_apart, assert_same, writes};
use crate::key::float::Float;
use crate::key::key_trait::Key;
use std::cmp::{Ordering, Reverse};
use std::marker::PhantomData;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::{NonZero, Saturating, Wrapping};
use std::time::{Duration, Instant, SystemTime};

#[test]
fn scalars_are_stored_as_themselves() {
    assert_eq!(7_u8.to_stored(), 7_u8);
    assert_eq!(u128::MAX.to_stored(), u128::MAX);
    assert_eq!(isize::MIN.to_stored(), isize::MIN);
    assert_eq!(NonZero::<u16>::MIN.to_stored(), NonZero::<u16>::MIN);
    assert!('x'.to_stored() == 'x' && true.to_stored());
    ().to_stored();
}

#[test]
fn different_scalars_are_apart() {
    assert_apart(&1_u64, &2_u64);
    assert_apart(&-1_i128, &1_i128);
    assert_apart(&true, &false);
    assert_apart(&'a', &'b');
    assert_apart(&Ordering::Less, &Ordering::Greater);
    assert_apart(&Duration::from_secs(1), &Duration::from_secs(2));
    assert_apart(&IpAddr::from([127, 0, 0, 1]), &IpAddr::from([127, 0, 0, 2]));
    assert_apart(&Ipv4Addr::LOCALHOST, &Ipv4Addr::BROADCAST);
    assert_apart(&SocketAddr::from(([1, 1, 1, 1], 80)), &SocketAddr::from(([1, 1, 1, 1], 81)));
    assert_apart(&SystemTime::UNIX_EPOCH, &(SystemTime::UNIX_EPOCH + Duration::from_secs(1)));
    let now = Instant::now();
    assert_apart(&now, &(now + Duration::from_secs(1)));
    assert_apart(&Wrapping(1.5_f32), &Wrapping(2.5_f32));
    assert_apart(&Saturating(0.0), &Saturating(-0.0));
    assert_apart(&Reverse("a"), &Reverse("b"));
    assert_same(&PhantomData::<u8>, &PhantomData::<str>);
}

#[test]
fn a_single_integer_is_one_write() {
    assert_eq!(writes(&7_u64), [7_u64.to_ne_bytes()]);
}

#[test]
fn every_nan_is_the_same_key() {
    let other_payload = f64::from_bits(f64::NAN.to_bits() | 1);
    assert!(other_payload.is_nan() && other_payload.to_bits() != f64::NAN.to_bits());
    assert_same(&f64::NAN, &other_payload);
    assert_same(&f64::NAN, &-f64::NAN);
    assert_same(&f32::NAN, &-f32::NAN);
    assert_same(&[f64::NAN, 1.0][..], &vec![other_payload, 1.0]);
}

#[test]
fn the_zeros_are_apart() {
    assert_apart(&0.0_f64, &-0.0_f64);
    assert_apart(&Some(0.0_f32), &Some(-0.0_f32));
    assert!(Float::from(-0.0_f64) < Float::from(0.0_f64) && Float::from(-0.0_f32) == -0.0_f32);
}

#[test]
fn neighbouring_floats_are_apart() {
    assert_apart(&1.0_f64, &(1.0 + f64::EPSILON));
    assert_apart(&f64::INFINITY, &f64::NEG_INFINITY);
    assert_apart(&f64::MIN_POSITIVE, &0.0);
    assert_apart(&5e-324_f64, &0.0); // a subnormal keeps its bits
}

#[test]
fn a_stored_float_reads_like_the_float() {
    let stored: Float<f64> = 2.5_f64.to_stored();
    assert!((stored.floor() - 2.0).abs() < f64::EPSILON);
    assert!(stored == 2.5 && stored < Float::from(3.0));
    assert_eq!(format!("{stored:?} {stored}"), "2.5 2.5");
    assert_eq!(f64::from(stored).to_bits(), 2.5_f64.to_bits());
    let nan = f32::NAN;
    assert!(Float::from(nan) == nan, "unlike the NaN itself");
}
