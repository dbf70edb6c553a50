//! What holds of every key, and the tools to see it.

mod choice;
mod containers;
mod instances;
mod numbers;
mod queries;
mod spellings;
mod untyped;

use super::Key;
use std::hash::Hasher;

/// Writes down what it is fed. Two keys hash alike under every hasher exactly if their transcripts are equal.
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

/// What a hasher sees of a key.
fn writes<K: Key + ?Sized>(key: &K) -> Vec<Vec<u8>> {
    let mut transcript = Transcript::default();
    key.hash_key(&mut transcript);
    transcript.writes
}

/// All bytes a hasher sees of a key, however they are cut.
fn bytes<K: Key + ?Sized>(key: &K) -> Vec<u8> {
    writes(key).concat()
}

/// That two values are one key, whichever of them is stored.
#[track_caller]
fn assert_same<S, A, B>(a: &A, b: &B)
where
    A: Key<Stored = S> + ?Sized,
    B: Key<Stored = S> + ?Sized,
{
    assert_eq!(writes(a), writes(b), "equal keys must hash alike");
    let (stored_a, stored_b) = (a.to_stored(), b.to_stored());
    assert!(Key::matches(a, &stored_a) && Key::matches(b, &stored_b), "a key must match itself");
    assert!(Key::matches(a, &stored_b) && Key::matches(b, &stored_a), "equal keys must match");
}

/// That two values are different keys.
#[track_caller]
fn assert_different<S, A, B>(a: &A, b: &B)
where
    A: Key<Stored = S> + ?Sized,
    B: Key<Stored = S> + ?Sized,
{
    assert!(!Key::matches(a, &b.to_stored()) && !Key::matches(b, &a.to_stored()), "different keys must not match");
}

/// That two values are different keys, and that a hasher can tell.
#[track_caller]
fn assert_apart<S, A, B>(a: &A, b: &B)
where
    A: Key<Stored = S> + ?Sized,
    B: Key<Stored = S> + ?Sized,
{
    assert_different(a, b);
    assert_ne!(bytes(a), bytes(b), "different keys should hash differently");
}
