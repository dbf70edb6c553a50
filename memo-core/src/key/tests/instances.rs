//! Keys of generic functions: each instantiation has its own entries.

use crate::key::instance::{Instance, instance, instance_of};
use crate::key::key_trait::Key;

fn with_parameter<T: ?Sized>() -> Instance {
    instance::<(u8, Box<T>)>()
}

#[test]
fn different_types_are_different_instances() {
    assert_eq!(instance::<u8>(), instance::<u8>());
    assert_ne!(instance::<u8>(), instance::<i8>());
    assert_ne!(instance::<str>(), instance::<&str>());
    assert_ne!(instance::<[u8]>(), instance::<[u8; 1]>());
    assert_ne!(instance::<(u8, u16)>(), instance::<(u16, u8)>());
    assert_ne!(with_parameter::<u8>(), with_parameter::<str>());
    assert_eq!(with_parameter::<str>(), instance::<(u8, Box<str>)>());
}

#[test]
fn lifetimes_are_erased() {
    fn of_borrow<'a>(_: &'a str) -> Instance {
        instance::<&'a str>()
    }
    let local = String::from("local");
    assert_eq!(of_borrow(&local), instance::<&'static str>());
    assert_eq!(instance_of(&local.as_str()), instance::<&'static str>());
}

#[test]
fn types_without_a_name_are_distinguished() {
    fn closure(start: u8) -> impl Fn() -> u8 {
        move || start
    }
    let (one, other) = (closure(1), || 2_u8);
    assert_eq!(one() + other(), 3);
    assert_eq!(instance_of(&one), instance_of(&closure(2)));
    assert_ne!(instance_of(&one), instance_of(&other));
}

#[test]
fn an_instance_is_a_key() {
    let stored = (instance::<u8>(), 3_usize).to_stored();
    assert!((instance::<u8>(), 3_usize).matches(&stored));
    assert!(!(instance::<u16>(), 3_usize).matches(&stored));
    assert!(!(instance::<u8>(), 4_usize).matches(&stored));
}
