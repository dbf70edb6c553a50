//! Keys of several elements: slices and other types that are stored as a slice, arrays, `Option`
//! and `Result`.

use super::key_trait::Key;
use std::collections::{BTreeMap, BTreeSet, LinkedList, VecDeque};
use std::hash::Hasher;

impl<T: Key> Key for [T] {
    type Stored = Box<[T::Stored]>;

    #[inline]
    fn hash_key<H: Hasher>(&self, state: &mut H) {
        state.write_usize(self.len());
        T::hash_slice(self, state);
    }

    #[inline]
    fn matches(&self, stored: &Self::Stored) -> bool {
        self.len() == stored.len() && T::match_slice(self, stored)
    }

    #[inline]
    fn to_stored(&self) -> Self::Stored {
        T::store_slice(self)
    }
}

impl<T: Key> Key for Vec<T> {
    type Stored = Box<[T::Stored]>;

    #[inline]
    fn hash_key<H: Hasher>(&self, state: &mut H) {
        (**self).hash_key(state);
    }

    #[inline]
    fn matches(&self, stored: &Self::Stored) -> bool {
        (**self).matches(stored)
    }

    #[inline]
    fn to_stored(&self) -> Self::Stored {
        (**self).to_stored()
    }
}

/// Ordered collections: their stored form is that of a slice.
macro_rules! sequences {
    ($($Sequence:ident)*) => { $(
        impl<T: Key> Key for $Sequence<T> {
            type Stored = Box<[T::Stored]>;

            #[inline]
            fn hash_key<H: Hasher>(&self, state: &mut H) {
                state.write_usize(self.len());
                T::hash_items(self.iter(), state);
            }

            #[inline]
            fn matches(&self, stored: &Self::Stored) -> bool {
                self.len() == stored.len() && self.iter().zip(stored).all(|(item, stored)| item.matches(stored))
            }

            #[inline]
            fn to_stored(&self) -> Self::Stored {
                self.iter().map(Key::to_stored).collect()
            }
        }
    )* };
}
sequences! { VecDeque LinkedList BTreeSet }

/// The stored form of a sorted map is that of the slice of its pairs.
impl<K: Key, V: Key> Key for BTreeMap<K, V> {
    type Stored = Box<[(K::Stored, V::Stored)]>;

    #[inline]
    fn hash_key<H: Hasher>(&self, state: &mut H) {
        state.write_usize(self.len());
        for pair in self {
            pair.hash_key(state);
        }
    }

    #[inline]
    fn matches(&self, stored: &Self::Stored) -> bool {
        self.len() == stored.len() && self.iter().zip(stored).all(|(pair, stored)| pair.matches(stored))
    }

    #[inline]
    fn to_stored(&self) -> Self::Stored {
        self.iter().map(|pair| pair.to_stored()).collect()
    }
}

// The length is part of the type and is not hashed.
impl<T: Key, const N: usize> Key for [T; N] {
    type Stored = [T::Stored; N];

    #[inline]
    fn hash_key<H: Hasher>(&self, state: &mut H) {
        T::hash_slice(self, state);
    }

    #[inline]
    fn matches(&self, stored: &Self::Stored) -> bool {
        T::match_slice(self, stored)
    }

    #[inline]
    fn to_stored(&self) -> Self::Stored {
        self.each_ref().map(Key::to_stored)
    }
}

impl<T: Key> Key for Option<T> {
    type Stored = Option<T::Stored>;

    #[inline]
    fn hash_key<H: Hasher>(&self, state: &mut H) {
        state.write_u8(u8::from(self.is_some()));
        if let Some(value) = self {
            value.hash_key(state);
        }
    }

    #[inline]
    fn matches(&self, stored: &Self::Stored) -> bool {
        match (self, stored) {
            (Some(value), Some(stored)) => value.matches(stored),
            (None, None) => true,
            _ => false,
        }
    }

    #[inline]
    fn to_stored(&self) -> Self::Stored {
        self.as_ref().map(Key::to_stored)
    }
}

impl<T: Key, E: Key> Key for Result<T, E> {
    type Stored = Result<T::Stored, E::Stored>;

    #[inline]
    fn hash_key<H: Hasher>(&self, state: &mut H) {
        state.write_u8(u8::from(self.is_ok()));
        match self {
            Ok(value) => value.hash_key(state),
            Err(error) => error.hash_key(state),
        }
    }

    #[inline]
    fn matches(&self, stored: &Self::Stored) -> bool {
        match (self, stored) {
            (Ok(value), Ok(stored)) => value.matches(stored),
            (Err(error), Err(stored)) => error.matches(stored),
            _ => false,
        }
    }

    #[inline]
    fn to_stored(&self) -> Self::Stored {
        self.as_ref().map(Key::to_stored).map_err(Key::to_stored)
    }
}
