//! The trait of a key.

use std::hash::Hasher;

/// Hashes and compares a cache key in borrowed form, and converts it to the owned form that a cache
/// stores.
///
/// An argument of a memoized function is hashed and compared where it is; only a miss makes a
/// stored form of it. Numbers, text, paths, slices, collections, pointers and tuples of keys are
/// keys. Derive `Key` for your own types if they contain floats or references; types that are
/// `Hash + Eq + Clone + 'static` can be arguments of a memoized function without it.
///
/// # Contract
/// - Equal values have equal hashes, and a value [matches](Key::matches) its own [stored
///   form](Key::to_stored).
/// - Types with the same [`Stored`](Key::Stored) form are forms of one key: `&str`, `String`,
///   `Cow<str>` and `Arc<str>` have equal hashes and match each other's stored form. So do
///   `Vec<T>`, `&[T]` and `VecDeque<T>`. A `HashMap` or `HashSet` is equal to another whatever
///   their order; a look-up hashes each entry with `SipHash`, and once more to compare it.
/// - Hashes are prefix-free: a type of variable length also hashes its length or an end mark, so
///   that `("a", "bc")` and `("ab", "c")` differ.
/// - A key is as fine as what a function can see of its argument, but for capacity, address, the
///   order of an unordered collection, and the payload of a NaN: all NaN are equal, and `-0.0` and
///   `0.0` are two keys, as are the paths `a/b` and `a//b`.
///
/// # Examples
/// ```
/// # extern crate memo_core as memokit;
/// use memokit::Key;
///
/// let stored = "tea".to_stored(); // a `Box<str>`
/// assert!(Key::matches("tea", &stored)); // `"tea".matches(..)` is a method of `str`
/// assert!(Key::matches(&String::from("tea"), &stored));
/// assert!(!Key::matches("coffee", &stored));
///
/// assert!(f64::NAN.matches(&f64::NAN.to_stored()));
/// assert!(!Some([0.0, 1.5]).matches(&Some([-0.0, 1.5]).to_stored()));
/// ```
///
/// A hand-written implementation, for a name that ignores case:
/// ```
/// # extern crate memo_core as memokit;
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
    note = "or leave it out of the key: an argument with `ignore(argument)`, a field with `#[key(skip)]`",
    note = "or compute the key from the arguments: `key = expression`"
)]
pub trait Key {
    /// The owned form that is stored with the value.
    type Stored: 'static;

    /// Feeds the key to a hasher.
    fn hash_key<H: Hasher>(&self, state: &mut H);

    /// Whether this key equals the stored one.
    fn matches(&self, stored: &Self::Stored) -> bool;

    /// Makes the stored form of this key.
    fn to_stored(&self) -> Self::Stored;

    // The methods below process slices of plain integers in bulk. Implementations outside this
    // crate have no reason to override them: `hash_slice` and `hash_items` must make the same
    // writes, or `[u8]` and `[&u8]` would be different keys.

    /// Hashes the elements of a slice, without its length.
    #[doc(hidden)]
    #[inline]
    fn hash_slice<H: Hasher>(items: &[Self], state: &mut H)
    where
        Self: Sized,
    {
        Self::hash_items(items.iter(), state);
    }

    /// Hashes elements that are not contiguous, exactly as `hash_slice` would.
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

    /// Makes the stored form of a slice.
    #[doc(hidden)]
    #[inline]
    fn store_slice(items: &[Self]) -> Box<[Self::Stored]>
    where
        Self: Sized,
    {
        items.iter().map(Key::to_stored).collect()
    }
}

/// Implements a key that is its own stored form, with the `Hash` and `Eq` of its type.
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
pub(super) use stored_as_itself;

/// A [`Key`] that threads can share: the bound of a type parameter of a memoized function, and of a
/// trait with a memoized default method.
///
/// Every `Key` whose stored form is `Send` and `Sync` is one; it is not implemented by hand. A
/// parameter that is `Hash + Eq + Clone + Send + Sync + 'static` needs no other bound, and with
/// `local` a `Key` is enough.
///
/// # Examples
/// ```
/// # extern crate memo_core as memokit;
/// use memokit::{Key, SharedKey};
///
/// fn stored<T: SharedKey>(argument: T) -> impl Send + Sync {
///     argument.to_stored()
/// }
///
/// stored("tea");
/// stored([1.5, 2.5]);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be part of the key of a cache that threads share",
    label = "not a key that threads can share",
    note = "a type parameter needs the bound `T: memokit::SharedKey`, and a trait with a memoized default method `trait Name: memokit::SharedKey`",
    note = "a type of your own derives `Key` (it may hold floats and references), or `Hash`, `Eq` and `Clone`; all that it holds must be `Send` and `Sync`",
    note = "or leave it out of the key with `ignore(..)`, give another key with `key = ..`, or use `local` for one cache per thread"
)]
pub trait SharedKey: Key<Stored: Send + Sync> {}

// Without this attribute the compiler would name `Key`, which is not enough.
#[diagnostic::do_not_recommend]
impl<T: Key<Stored: Send + Sync> + ?Sized> SharedKey for T {}
