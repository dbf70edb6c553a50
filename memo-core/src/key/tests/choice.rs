//! Which adapter is chosen for an argument, and that it works.

use crate::key::adapt::{
    AutoKey1 as _, AutoKey2 as _, AutoKey3 as _, AutoKey4 as _, ByHash, ByKey, ByOptionalReference, ByReference,
    Concrete, Pick,
};
use crate::key::adapted::{AutoShare1 as _, adapt};
use crate::key::key_trait::Key;
use crate::key::query::query;
use crate::key::shape::{Many, Single};
use std::any::Any;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::rc::Rc;
use std::sync::Arc;

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct User(u32);

/// Like many foreign types: not a `Key`, `Copy`, passed by reference.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct Uuid(u128);

/// A key that is not `Hash`.
struct Point {
    x: f64,
}

impl Key for Point {
    type Stored = <f64 as Key>::Stored;

    fn hash_key<H: Hasher>(&self, state: &mut H) {
        self.x.hash_key(state);
    }

    fn matches(&self, stored: &Self::Stored) -> bool {
        self.x.matches(stored)
    }

    fn to_stored(&self) -> Self::Stored {
        self.x.to_stored()
    }
}

/// The adapter chosen for an argument, after a round trip through it.
macro_rules! chosen {
    ($argument:expr) => {{
        let argument = $argument;
        let adapter = (&&&&&Pick(Concrete, &argument)).__memokit_pick();
        let call = query((), (adapt(adapter, &argument),), Single);
        assert!(call.matches(&call.to_stored()));
        adapter.type_id()
    }};
}

fn is<A: 'static>(chosen: std::any::TypeId) -> bool {
    chosen == std::any::TypeId::of::<A>()
}

#[test]
fn keys_come_first() {
    assert!(is::<ByKey>(chosen!(1_u64)));
    assert!(is::<ByKey>(chosen!(0.5_f32)));
    assert!(is::<ByKey>(chosen!("text")));
    assert!(is::<ByKey>(chosen!(String::from("text"))));
    assert!(is::<ByKey>(chosen!(&String::from("text"))));
    assert!(is::<ByKey>(chosen!(Cow::Borrowed("text"))));
    assert!(is::<ByKey>(chosen!(Some(&[0.5_f64, 1.0][..]))));
    assert!(is::<ByKey>(chosen!(&[Some("a"), None][..])));
    assert!(is::<ByKey>(chosen!(Point { x: 1.0 })));
    assert!(is::<ByKey>(chosen!(&Point { x: 1.0 })));
    assert!(is::<ByKey>(chosen!((1, Some(Point { x: 0.0 }), [2.5]))));
    assert!(is::<ByKey>(chosen!(BTreeMap::from([("a", 0.5)]))));
    assert!(is::<ByKey>(chosen!(&mut 5_i32)));
}

#[test]
fn references_with_an_owned_form_come_next() {
    assert!(is::<ByReference>(chosen!(&Uuid(7))));
    assert!(is::<ByReference>(chosen!(&User(7))));
    assert!(is::<ByReference>(chosen!(&[User(1), User(2)][..])));
    assert!(is::<ByReference>(chosen!(&vec![User(1)])));
    assert!(is::<ByReference>(chosen!(&Some(User(1)))));
}

#[test]
fn optional_references_come_next() {
    assert!(is::<ByOptionalReference>(chosen!(Some(&User(1)))));
    assert!(is::<ByOptionalReference>(chosen!(None::<&User>)));
    assert!(is::<ByOptionalReference>(chosen!(Some(&[User(1)][..]))));
}

#[test]
fn values_that_hash_come_last() {
    assert!(is::<ByHash>(chosen!(User(1))));
    assert!(is::<ByHash>(chosen!(vec![User(1)])));
    assert!(is::<ByHash>(chosen!(Some(User(1)))));
    assert!(is::<ByHash>(chosen!(Rc::new(User(1)))));
    assert!(is::<ByHash>(chosen!(Arc::<[User]>::from([User(1)]))));
    assert!(is::<ByHash>(chosen!((User(1), 2, "static"))));
}

#[test]
fn the_bounds_of_type_parameters_decide() {
    fn by_hash<T: Hash + Eq + Clone + 'static>(argument: &T) -> bool {
        is::<ByHash>(chosen!(T::clone(argument))) && is::<ByReference>(chosen!(argument))
    }
    fn by_key<T: Key + Clone>(argument: T) -> bool {
        is::<ByKey>(chosen!(argument.clone())) && is::<ByKey>(chosen!(Some(&[argument])))
    }
    fn unsized_reference<T: Hash + Eq + ToOwned<Owned: 'static> + ?Sized>(argument: &T) -> bool {
        is::<ByReference>(chosen!(argument)) && is::<ByOptionalReference>(chosen!(Some(argument)))
    }
    fn unsized_key<T: Key + ?Sized>(argument: &T) -> bool {
        is::<ByKey>(chosen!(argument))
    }
    fn nameless(argument: impl Hash + Eq + Clone + 'static) -> bool {
        is::<ByHash>(chosen!(argument))
    }
    assert!(by_hash(&1_u8) && by_hash(&User(1)) && by_hash(&"static"));
    assert!(by_key(0.5) && by_key("text"));
    assert!(unsized_reference("text") && unsized_reference(&[User(1)][..]));
    assert!(unsized_key("text") && unsized_key(&[0.5][..]));
    assert!(nameless(User(1)));
}

#[test]
fn adapters_distinguish_arguments() {
    let (one, two) = (User(1), User(2));
    let arguments = (&one, Some(&one));
    let stored = query(
        (),
        (adapt(ByReference, &arguments.0), adapt(ByOptionalReference, &arguments.1), adapt(ByHash, &one)),
        Many,
    )
    .to_stored();
    let call = |a: &User, b: Option<&User>, c: &User| {
        query((), (adapt(ByReference, &a), adapt(ByOptionalReference, &b), adapt(ByHash, c)), Many).matches(&stored)
    };
    assert!(call(&User(1), Some(&User(1)), &User(1)));
    assert!(!call(&two, Some(&one), &one));
    assert!(!call(&one, Some(&two), &one));
    assert!(!call(&one, None, &one));
    assert!(!call(&one, Some(&one), &two));
}

#[test]
fn a_shareable_argument_passes_the_check_unchanged() {
    let name = String::from("n");
    let argument = &*name;
    let bound = (&&adapt((&&&&&Pick(Concrete, &argument)).__memokit_pick(), &argument)).__memokit_shared();
    assert!(bound.matches(&"n".into()));
    assert_eq!(format!("{bound:?}"), "Adapted<&str>");
}
