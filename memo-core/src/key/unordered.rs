//! Hash maps and hash sets as keys, equal whatever the order of their entries.
//!
//! Each entry is hashed by itself, with `SipHash` and keys that are random per process, and the sum
//! of these hashes is what the key writes: it does not depend on the order, and cannot be crafted
//! by those who choose the entries (Clarke et al., "Incremental multiset hash functions and their
//! application to memory integrity checking", ASIACRYPT 2003). The stored form is sorted by the
//! hashes, so that an entry is found by binary search and compared exactly.

use super::key_trait::Key;
use crate::hash::unordered_hasher;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::hash::Hasher;

/// The stored form of a `HashMap`, with `T` the pair of stored key and value, or of a `HashSet`,
/// with `T` the stored element.
///
/// Shows the entries in no particular order.
///
/// # Examples
/// ```
/// # extern crate memo_core as memokit;
/// use memokit::{Key, Unordered};
/// use std::collections::HashMap;
///
/// let ages = HashMap::from([("Ada", 36_u32), ("Alan", 41_u32)]);
/// let stored: Unordered<(Box<str>, u32)> = ages.to_stored();
/// assert!(HashMap::from([("Alan", 41_u32), ("Ada", 36_u32)]).matches(&stored));
/// assert_eq!(stored.iter().map(|(_, age)| age).sum::<u32>(), 77);
/// ```
pub struct Unordered<T> {
    /// Sorted by their hashes.
    entries: Box<[(u64, T)]>,
}

impl<T> Unordered<T> {
    /// The number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are no entries.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The entries, in no particular order.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &T> {
        self.entries.iter().map(|(_, entry)| entry)
    }

    fn store<E: Key<Stored = T>>(entries: impl Iterator<Item = E>) -> Self {
        let mut entries: Box<[_]> = entries.map(|entry| (hash_of(&entry), entry.to_stored())).collect();
        entries.sort_unstable_by_key(|(hash, _)| *hash);
        Self { entries }
    }

    /// Whether these entries, of the same number, are the stored ones. Each stored entry is matched
    /// at most once: two entries that are different for `Eq` may be one for [`Key`].
    fn are<E: Key<Stored = T>>(&self, mut entries: impl Iterator<Item = E>) -> bool {
        let mut matched = Marks::new(self.len());
        entries.all(|entry| {
            let hash = hash_of(&entry);
            let first = self.entries.partition_point(|(stored, _)| *stored < hash);
            let equal = self.entries[first..].iter().take_while(|(stored, _)| *stored == hash);
            let found = equal.zip(first..).find(|((_, stored), index)| !matched.has(*index) && entry.matches(stored));
            found.is_some_and(|(_, index)| matched.set(index))
        })
    }
}

impl<T: fmt::Debug> fmt::Debug for Unordered<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

fn hash_of<E: Key>(entry: &E) -> u64 {
    let mut state = unordered_hasher();
    entry.hash_key(&mut state);
    state.finish()
}

/// Writes the number of entries, and the sum of their hashes.
fn hash_all<E: Key>(entries: impl ExactSizeIterator<Item = E>, state: &mut impl Hasher) {
    state.write_usize(entries.len());
    state.write_u64(entries.map(|entry| hash_of(&entry)).fold(0, u64::wrapping_add));
}

/// A bit for each entry, on the stack unless there are very many.
struct Marks {
    few: [u64; Self::WORDS],
    many: Box<[u64]>,
}

impl Marks {
    const WORDS: usize = 16;

    fn new(entries: usize) -> Self {
        let words = entries.div_ceil(64);
        Self { few: [0; _], many: if words > Self::WORDS { vec![0; words].into() } else { Box::default() } }
    }

    fn has(&self, index: usize) -> bool {
        let words: &[u64] = if self.many.is_empty() { &self.few } else { &self.many };
        words[index / 64] >> (index % 64) & 1 == 1
    }

    fn set(&mut self, index: usize) -> bool {
        let words: &mut [u64] = if self.many.is_empty() { &mut self.few } else { &mut self.many };
        words[index / 64] |= 1 << (index % 64);
        true
    }
}

impl<K: Key, V: Key, S> Key for HashMap<K, V, S> {
    type Stored = Unordered<(K::Stored, V::Stored)>;

    fn hash_key<H: Hasher>(&self, state: &mut H) {
        hash_all(self.iter(), state);
    }

    fn matches(&self, stored: &Self::Stored) -> bool {
        self.len() == stored.len() && stored.are(self.iter())
    }

    fn to_stored(&self) -> Self::Stored {
        Unordered::store(self.iter())
    }
}

impl<T: Key, S> Key for HashSet<T, S> {
    type Stored = Unordered<T::Stored>;

    fn hash_key<H: Hasher>(&self, state: &mut H) {
        hash_all(self.iter(), state);
    }

    fn matches(&self, stored: &Self::Stored) -> bool {
        self.len() == stored.len() && stored.are(self.iter())
    }

    fn to_stored(&self) -> Self::Stored {
        Unordered::store(self.iter())
    }
}
