//! What a key writes to a hasher, and assertions that hold for every pair of equal or different
//! keys.

use crate::key::key_trait::Key;
use std::hash::Hasher;

/// Records all writes. Two keys have equal hashes under every hasher exactly if their transcripts
/// are equal.
#[derive(Default, Debug, PartialEq, Eq)]
struct Transcript {
    writes: Vec<Vec<u8>>,
}

impl Hasher for Transcript {
    fn write(&mut self, bytes: &[u8]) {
        self.writes.push(bytes.to_vec());
    }

    fn finish(&self) -> u64 {
        unimplemented!("a transcript is compared, not finished")
    }
}

/// The writes of a key to its hasher.
pub(super) fn writes<K: Key + ?Sized>(key: &K) -> Vec<Vec<u8>> {
    let mut transcript = Transcript::default();
    key.hash_key(&mut transcript);
    transcript.writes
}

/// All bytes that a key writes to its hasher.
pub(super) fn bytes<K: Key + ?Sized>(key: &K) -> Vec<u8> {
    writes(key).concat()
}

/// Asserts that two values are one key, whichever of them is stored.
#[track_caller]
pub(super) fn assert_same<S, A, B>(a: &A, b: &B)
where
    A: Key<Stored = S> + ?Sized,
    B: Key<Stored = S> + ?Sized,
{
    assert_eq!(writes(a), writes(b), "equal keys must have equal hashes");
    let (stored_a, stored_b) = (a.to_stored(), b.to_stored());
    assert!(Key::matches(a, &stored_a) && Key::matches(b, &stored_b), "a key must match itself");
    assert!(Key::matches(a, &stored_b) && Key::matches(b, &stored_a), "equal keys must match");
}

/// Asserts that two values are different keys.
#[track_caller]
pub(super) fn assert_different<S, A, B>(a: &A, b: &B)
where
    A: Key<Stored = S> + ?Sized,
    B: Key<Stored = S> + ?Sized,
{
    assert!(!Key::matches(a, &b.to_stored()) && !Key::matches(b, &a.to_stored()), "different keys must not match");
}

/// Asserts that two values are different keys, and write different bytes to a hasher.
#[track_caller]
pub(super) fn assert_apart<S, A, B>(a: &A, b: &B)
where
    A: Key<Stored = S> + ?Sized,
    B: Key<Stored = S> + ?Sized,
{
    assert_different(a, b);
    assert_ne!(bytes(a), bytes(b), "different keys should have different hashes");
}
