//! Tests of the code around a derived key: visibility, names, macros.
#![deny(warnings, missing_docs, unused_qualifications, clippy::pedantic)]
#![forbid(unsafe_code)]

use memokit::Key;

use super::same;

mod inner {
    use memokit::Key;

    #[derive(Key)]
    struct Secret {
        value: u32,
    }

    /// Public, with private parts: their stored forms stay private too.
    #[derive(Key)]
    pub struct Open<'a> {
        secret: Secret,
        /// Public.
        pub name: &'a str,
        secrets: Vec<Secret>,
    }

    impl<'a> Open<'a> {
        /// Made of a number.
        pub fn new(value: u32, name: &'a str) -> Self {
            Self { secret: Secret { value }, name, secrets: vec![Secret { value }] }
        }
    }
}

mod generic {
    use memokit::Key;

    #[derive(Key)]
    struct Secret(u32);

    /// Generic, with a private part that is not generic.
    #[derive(Key)]
    pub struct Open<'a, 'b, T>
    where
        'b: 'a,
    {
        secret: Secret,
        names: &'a [&'b str],
        value: T,
    }

    impl<'a, 'b, T> Open<'a, 'b, T> {
        /// Made of its parts.
        pub fn new(secret: u32, names: &'a [&'b str], value: T) -> Self {
            Self { secret: Secret(secret), names, value }
        }
    }
}

#[test]
fn private_field_types_of_a_generic_type_are_not_exposed() {
    assert!(same(&generic::Open::new(1, &["a"], 1.5), &generic::Open::new(1, &["a"], 1.5)));
    assert!(!same(&generic::Open::new(1, &["a"], 1.5), &generic::Open::new(2, &["a"], 1.5)));
}

#[test]
fn private_field_types_are_not_exposed() {
    assert!(same(&inner::Open::new(1, "a"), &inner::Open::new(1, "a")));
    assert!(!same(&inner::Open::new(1, "a"), &inner::Open::new(2, "a")));
}

// Names that the expansion uses too, with other meanings.
#[allow(dead_code)]
mod shadowed {
    pub struct Box;
    pub struct Clone;
    pub struct Option;
    pub struct Self_;
    pub struct Stored;
    pub mod core {}
    pub mod std {}
}

#[allow(unused_imports)]
mod beside_shadowed_names {
    use super::shadowed::{Box, Clone, Option, Stored, core, std};

    #[derive(::memokit::Key)]
    #[key(crate = ::memokit)]
    pub struct Raw {
        pub r#type: u32,
        pub __f0: u32,
        pub state: bool,
    }

    #[derive(::memokit::Key)]
    pub enum Variants {
        Stored(u8),
        Key { r#fn: u8 },
    }
}
use beside_shadowed_names::{Raw, Variants};

#[test]
fn names_do_not_clash() {
    assert!(same(&Raw { r#type: 1, __f0: 2, state: true }, &Raw { r#type: 1, __f0: 2, state: true }));
    assert!(!same(&Raw { r#type: 1, __f0: 2, state: true }, &Raw { r#type: 2, __f0: 1, state: true }));
    assert!(same(&Variants::Stored(1), &Variants::Stored(1)));
    assert!(!same(&Variants::Stored(1), &Variants::Key { r#fn: 1 }));
}

macro_rules! key {
    ($name:ident { $($field:ident: $ty:ty),* }) => {
        #[derive(Key)]
        struct $name { $($field: $ty),* }
    };
}
key! { Made { a: &'static str, b: Option<f32> } }

#[test]
fn a_type_made_by_a_macro_or_inside_of_a_function_is_a_key() {
    #[derive(Key)]
    struct Local<'a>(&'a str);
    assert!(same(&Local("a"), &Local("a")));
    assert!(same(&Made { a: "a", b: Some(1.0) }, &Made { a: "a", b: Some(1.0) }));
}
