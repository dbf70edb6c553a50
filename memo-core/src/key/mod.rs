//! What a call is looked up by.
//!
//! A key exists in two spellings: the *borrowed* one, made of the arguments where they lie, and the *stored* one, made once when
//! an answer is kept. A look-up hashes the borrowed spelling and compares it with stored ones in place; nothing is allocated or
//! cloned before a miss.
//!
//! - [`Key`] says how a type is hashed, compared and stored; most types of the standard library have it.
//! - [`Probe`] chooses for each argument of a call between [`Key`] and what the type offers instead, by autoref.
//! - [`query()`] joins the arguments of a call into one key; [`KeyRef`] looks into a stored one.

mod adapt;
mod bound;
mod collections;
mod float;
mod instance;
mod key_ref;
mod pointers;
mod query;
mod scalars;
mod shape;
mod text;
mod tuples;
mod untyped;

#[cfg(test)]
mod tests;

pub use adapt::{
    Adapter, AutoKey1, AutoKey2, AutoKey3, AutoKey4, AutoKey5, ByHash, ByKey, ByOptionalReference, ByReference, NoKey,
    Probe,
};
pub use bound::{AutoShare1, AutoShare2, Bound, bind};
pub use float::Float;
pub use instance::{Instance, instance, instance_of};
pub use key_ref::{Component, KeyRef};
pub use query::{Components, Lookup, Query, StoredArgs, StoredKey, query};
pub use shape::{Chunk, Many, Shape, Single};
pub use untyped::{Untyped, UntypedKey};

use std::hash::Hasher;

/// How a type is used as a cache key: hashed and compared where it lies, stored only when an answer is kept.
///
/// Numbers, text, paths, slices, collections, pointers and tuples of keys are keys. Derive it for your own types where they hold
/// floats or references; types that are `Hash + Eq + Clone + 'static` serve as arguments of a memoized function without it.
///
/// # The contract
/// - Equal values have equal hashes, and a value [matches](Key::matches) what it is [stored](Key::to_stored) as.
/// - Types with the same [`Stored`](Key::Stored) form are spellings of one key: `&str`, `String`, `Cow<str>` and `Arc<str>` hash
///   alike and match each other's stored form. So do `Vec<T>`, `&[T]` and `VecDeque<T>`.
/// - Hashes are prefix-free: a type of variable length also hashes its length or an end mark, so that `("a", "bc")` and
///   `("ab", "c")` differ.
/// - Floats are keys: all NaN are equal, and so are `-0.0` and `0.0`.
///
/// # Examples
/// ```
/// # use memo_core as memokit;
/// use memokit::Key;
///
/// let stored = "tea".to_stored(); // a `Box<str>`
/// assert!(Key::matches("tea", &stored)); // written so because `str` has a `matches` of its own
/// assert!(Key::matches(&String::from("tea"), &stored));
/// assert!(!Key::matches("coffee", &stored));
///
/// assert!(f64::NAN.matches(&f64::NAN.to_stored()));
/// assert!(Some([0.0, 1.5]).matches(&Some([-0.0, 1.5]).to_stored()));
/// ```
///
/// By hand, for a name that ignores case:
/// ```
/// # use memo_core as memokit;
/// use memokit::Key;
/// use std::hash::{Hash, Hasher};
///
/// struct Header<'a>(&'a str);
///
/// impl Key for Header<'_> {
///     type Stored = Box<str>;
///
///     fn hash_key<H: Hasher>(&self, state: &mut H) {
///         self.0.bytes().for_each(|byte| byte.to_ascii_lowercase().hash(state));
///         0xff_u8.hash(state);
///     }
///
///     fn matches(&self, stored: &Box<str>) -> bool {
///         self.0.eq_ignore_ascii_case(stored)
///     }
///
///     fn to_stored(&self) -> Box<str> {
///         self.0.into()
///     }
/// }
///
/// assert!(Header("ETag").matches(&Header("etag").to_stored()));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be part of a cache key",
    label = "cannot be hashed and compared as a key",
    note = "derive `Key` on the type (it may hold floats and references), or `Hash`, `Eq` and `Clone`",
    note = "or leave the argument out of the key: `ignore(argument)`",
    note = "or say what the key is: `key = expression`"
)]
pub trait Key {
    /// What is kept of the key with the answer.
    type Stored: 'static;

    /// Feeds the key to a hasher.
    fn hash_key<H: Hasher>(&self, state: &mut H);

    /// Whether this is the key that was stored.
    fn matches(&self, stored: &Self::Stored) -> bool;

    /// The key as it is kept.
    fn to_stored(&self) -> Self::Stored;

    // What follows lets plain integers pass through slices in bulk. Implementations outside of this crate have no reason to
    // override it: `hash_slice` and `hash_items` must feed the same writes, or `[u8]` and `[&u8]` would be different keys.

    /// Hashes the elements of a slice, without its length.
    #[doc(hidden)]
    #[inline]
    fn hash_slice<H: Hasher>(items: &[Self], state: &mut H)
    where
        Self: Sized,
    {
        Self::hash_items(items.iter(), state);
    }

    /// Hashes elements that do not lie side by side, exactly as `hash_slice` would.
    #[doc(hidden)]
    #[inline]
    fn hash_items<'a, H: Hasher>(items: impl Iterator<Item = &'a Self>, state: &mut H)
    where
        Self: 'a,
    {
        items.for_each(|item| item.hash_key(state));
    }

    /// Compares slices of equal length.
    #[doc(hidden)]
    #[inline]
    fn match_slice(items: &[Self], stored: &[Self::Stored]) -> bool
    where
        Self: Sized,
    {
        items.iter().zip(stored).all(|(item, stored)| item.matches(stored))
    }

    /// Stores a slice.
    #[doc(hidden)]
    #[inline]
    fn store_slice(items: &[Self]) -> Box<[Self::Stored]>
    where
        Self: Sized,
    {
        items.iter().map(Key::to_stored).collect()
    }
}

/// The implementation of a key that is stored as itself and has the `Hash` and `Eq` of its type.
macro_rules! stored_as_itself {
    () => {
        type Stored = Self;

        #[inline]
        fn hash_key<H: Hasher>(&self, state: &mut H) {
            Hash::hash(self, state);
        }

        #[inline]
        fn matches(&self, stored: &Self) -> bool {
            self == stored
        }

        #[inline]
        fn to_stored(&self) -> Self {
            Clone::clone(self)
        }
    };
}
use stored_as_itself;
