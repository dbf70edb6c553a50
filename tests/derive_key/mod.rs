//! Tests of `#[derive(Key)]`: a user's types as keys.

mod calls;
mod shapes;
mod surroundings;

use std::hash::{DefaultHasher, Hasher};

use memokit::Key;

fn hash<K: Key + ?Sized>(key: &K) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash_key(&mut hasher);
    hasher.finish()
}

/// Whether two values are the same key; equal keys must have equal hashes.
fn same<K: Key>(a: &K, b: &K) -> bool {
    let same = a.matches(&b.to_stored());
    assert_eq!(same, b.matches(&a.to_stored()));
    assert!(!same || hash(a) == hash(b));
    same
}
