//! Keys of generic functions: each instantiation has its own entries.

use crate::key::instantiation::{Instantiation, instantiation, instantiation_of};
use crate::key::key_trait::Key;

fn with_parameter<T: ?Sized>() -> Instantiation {
    instantiation::<(u8, Box<T>)>()
}

#[test]
fn different_types_are_different_instances() {
    assert_eq!(instantiation::<u8>(), instantiation::<u8>());
    assert_ne!(instantiation::<u8>(), instantiation::<i8>());
    assert_ne!(instantiation::<str>(), instantiation::<&str>());
    assert_ne!(instantiation::<[u8]>(), instantiation::<[u8; 1]>());
    assert_ne!(instantiation::<(u8, u16)>(), instantiation::<(u16, u8)>());
    assert_ne!(with_parameter::<u8>(), with_parameter::<str>());
    assert_eq!(with_parameter::<str>(), instantiation::<(u8, Box<str>)>());
}

#[test]
fn lifetimes_are_erased() {
    fn of_borrow<'a>(_: &'a str) -> Instantiation {
        instantiation::<&'a str>()
    }
    let local = String::from("local");
    assert_eq!(of_borrow(&local), instantiation::<&'static str>());
    assert_eq!(instantiation_of(&local.as_str()), instantiation::<&'static str>());
}

#[test]
fn types_without_a_name_are_distinguished() {
    fn closure(start: u8) -> impl Fn() -> u8 {
        move || start
    }
    let (one, other) = (closure(1), || 2_u8);
    assert_eq!(one() + other(), 3);
    assert_eq!(instantiation_of(&one), instantiation_of(&closure(2)));
    assert_ne!(instantiation_of(&one), instantiation_of(&other));
}

#[test]
fn an_instance_is_a_key() {
    let stored = (instantiation::<u8>(), 3_usize).to_stored();
    assert!((instantiation::<u8>(), 3_usize).matches(&stored));
    assert!(!(instantiation::<u16>(), 3_usize).matches(&stored));
    assert!(!(instantiation::<u8>(), 4_usize).matches(&stored));
}
