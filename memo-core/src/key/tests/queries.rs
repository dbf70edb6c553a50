//! Borrowed arguments as a query: the same hash as the stored key, and equal to it.

use super::transcript::writes;
use crate::key::adapt::ByKey;
use crate::key::adapted::{Adapted, adapt};
use crate::key::float::Float;
use crate::key::instantiation::{Instantiation, instantiation};
use crate::key::key_ref::KeyRef;
use crate::key::key_trait::Key;
use crate::key::query::{Lookup, StoredArgs, query};
use crate::key::shape::{Chunk, Many, Single};
use crate::key::untyped::{Untyped, UntypedKey};
use std::cell::Cell;
use std::hash::{BuildHasher, DefaultHasher, Hasher};
use std::path::Path;

fn key<T: Key + ?Sized>(argument: &T) -> Adapted<'_, ByKey, T> {
    adapt(ByKey, argument)
}

/// Counts how often a hasher is built and finished.
#[derive(Default)]
struct Counting {
    made: Cell<u32>,
    finished: Cell<u32>,
}

struct CountingHasher<'a>(DefaultHasher, &'a Counting);

impl<'a> BuildHasher for &'a Counting {
    type Hasher = CountingHasher<'a>;

    fn build_hasher(&self) -> CountingHasher<'a> {
        self.made.set(self.made.get() + 1);
        CountingHasher(DefaultHasher::new(), self)
    }
}

impl Hasher for CountingHasher<'_> {
    fn write(&mut self, bytes: &[u8]) {
        self.0.write(bytes);
    }

    fn finish(&self) -> u64 {
        self.1.finished.set(self.1.finished.get() + 1);
        self.0.finish()
    }
}

#[test]
fn the_hasher_runs_once() {
    let counting = Counting::default();
    let call = query((instantiation::<u8>(), 3_usize), (key("a"), key(&[1_u32, 2][..]), key(&Some(0.5))), Many);
    let hash = Lookup::hash(&call, &&counting);
    assert_eq!((counting.made.get(), counting.finished.get()), (1, 1));
    let stored = call.to_stored();
    assert!(call.matches(&stored));
    assert_eq!((counting.made.get(), counting.finished.get()), (1, 1), "stored keys are not hashed");
    let owned = vec![1_u32, 2];
    let again = query((instantiation::<u8>(), 3_usize), (key("a"), key(&owned), key(&Some(0.5))), Many);
    assert_eq!(Lookup::hash(&again, &&counting), hash);
}

#[test]
fn one_integer_is_hashed_as_itself() {
    assert_eq!(writes(&query((), (key(&7_u64),), Single)), [7_u64.to_ne_bytes()]);
}

#[test]
fn a_call_without_arguments_is_one_key() {
    let call = query((), (), Many);
    let stored = call.to_stored();
    assert!(call.matches(&stored));
    assert!(writes(&call).is_empty());
    stored.view();
    assert!(stored.key_ref().is_empty() && stored.key_ref().arg::<u8>(0).is_none());
}

#[test]
fn the_instance_is_compared_and_is_no_component() {
    let call = |instance: Instantiation| query(instance, (key(&1_u8), key("x")), Many);
    let stored = call(instantiation::<u8>()).to_stored();
    assert!(call(instantiation::<u8>()).matches(&stored));
    assert!(!call(instantiation::<u16>()).matches(&stored));
    assert_ne!(writes(&call(instantiation::<u8>())), writes(&call(instantiation::<u16>())));
    let (number, text): &(u8, Box<str>) = stored.view();
    assert_eq!((*number, &**text), (1, "x"));
    assert_eq!(stored.key_ref().len(), 2);
}

#[test]
fn the_view_of_a_single_argument_is_the_argument() {
    let stored = query((), (key("x"),), Single).to_stored();
    assert_eq!(&**stored.view(), "x");
    assert_eq!(stored.key_ref().len(), 1);
    assert_eq!(stored.key_ref().arg::<str>(0), Some("x"));
    assert_eq!(stored.key_ref().arg::<str>(1), None);
}

#[test]
fn many_arguments_are_chunked_and_numbered_through() {
    let n: Vec<u32> = (0..40).collect();
    let k = |i: usize| key(&n[i]);
    let first = (k(0), k(1), k(2), k(3), k(4), k(5), k(6), k(7), k(8), k(9), k(10), k(11), k(12), k(13), k(14), k(15));
    let second = (
        k(16),
        k(17),
        k(18),
        k(19),
        k(20),
        k(21),
        k(22),
        k(23),
        k(24),
        k(25),
        k(26),
        k(27),
        k(28),
        k(29),
        k(30),
        k(31),
    );
    let stored = query((), (first, (k(16),)), Chunk(Many)).to_stored();
    assert_eq!(stored.key_ref().len(), 17);
    assert_eq!((stored.view().0.15, stored.view().1.0), (15, 16));

    let call = query((), (first, (second, (k(32), k(33)))), Chunk(Chunk(Many)));
    let stored = call.to_stored();
    assert!(call.matches(&stored));
    let components: Vec<u32> = (0..).map_while(|index| stored.key_ref().arg::<u32>(index).copied()).collect();
    assert_eq!(components, n[..34]);
    assert!(!query((), (first, (second, (k(32), k(32)))), Chunk(Chunk(Many))).matches(&stored));
}

#[test]
fn components_are_accessed_by_their_usual_types() {
    let call = query(
        (),
        (
            key("text"),
            key(Path::new("/tmp")),
            key(&0.5_f64),
            key(&0.25_f32),
            key(&[1_u16, 2][..]),
            key(&Some("x")),
            key(&'c'),
        ),
        Many,
    );
    let stored = call.to_stored();
    let components = stored.key_ref();
    assert_eq!(components.arg::<str>(0), Some("text"));
    assert_eq!(components.arg::<Box<str>>(0).map(|text| &**text), Some("text"));
    assert_eq!(components.arg::<Path>(1), Some(Path::new("/tmp")));
    assert_eq!(components.arg::<f64>(2), Some(&0.5));
    assert_eq!(components.arg::<Float<f64>>(2), Some(&Float::from(0.5)));
    assert_eq!(components.arg::<f32>(3), Some(&0.25));
    assert_eq!(components.arg::<[u16]>(4), Some(&[1, 2][..]));
    assert_eq!(components.arg::<Option<Box<str>>>(5), Some(&Some("x".into())));
    assert_eq!(components.arg::<char>(6), Some(&'c'));
    assert_eq!(components.arg::<u32>(6), None, "another type is refused");
    assert_eq!(components.arg::<f32>(2), None);
    assert_eq!(format!("{components:?}"), r#"KeyRef("text", "/tmp", 0.5, 0.25, _, _, 'c')"#);
    assert_eq!(format!("{stored:?}"), format!("{components:?}"));
}

#[test]
fn a_component_outlives_its_key_ref() {
    fn first(key: KeyRef<'_>) -> Option<&str> {
        key.arg(0)
    }
    let stored = query((), (key("stored"),), Single).to_stored();
    assert_eq!(first(stored.key_ref()), Some("stored"));
}

#[test]
fn untyped_components_are_accessed_by_their_values() {
    let stored = query((), (adapt(Untyped(ByKey), &3_u8), adapt(Untyped(ByKey), &"t")), Many).to_stored();
    let (number, _): &(UntypedKey, UntypedKey) = stored.view();
    assert!(matches!(number, UntypedKey::Integer(3)));
    assert_eq!(stored.key_ref().arg::<i128>(0), Some(&3));
    assert_eq!(stored.key_ref().arg::<str>(1), Some("t"));
    assert_eq!(format!("{stored:?}"), r#"KeyRef(3, "t")"#);
}
