//! Other forms of a key of a [`Cache`](crate::Cache): [`EquivalentKey`] and [`ToKey`].

use std::borrow::Borrow;
use std::hash::Hash;

/// Another form of the key `K` of a [`Cache`](crate::Cache), for [`Cache::by`](crate::Cache::by): a
/// tuple of borrowed parts in place of a tuple of owned ones.
///
/// Implemented for `&Q` where `K` is `Borrow<Q>` (`&str` for a `String`), for integers, `char` and
/// `bool`, and for tuples of up to twelve such forms and `Option`s of them.
///
/// # Contract
///
/// A form has the hash of each key that it equals.
///
/// # Examples
///
/// For a key of a type of your own:
/// ```
/// # use memo_core as memokit;
/// use memokit::{Cache, EquivalentKey};
///
/// #[derive(PartialEq, Eq, Hash)]
/// struct Place {
///     city: String,
///     street: String,
/// }
///
/// #[derive(Hash)] // the same fields in the same order
/// struct PlaceRef<'a> {
///     city: &'a str,
///     street: &'a str,
/// }
///
/// impl EquivalentKey<Place> for PlaceRef<'_> {
///     fn equals(&self, key: &Place) -> bool {
///         self.city == key.city && self.street == key.street
///     }
/// }
///
/// let cache = Cache::default();
/// cache.insert(Place { city: "Rome".into(), street: "Via Appia".into() }, 1);
/// assert_eq!(cache.by(PlaceRef { city: "Rome", street: "Via Appia" }).get(), Some(1));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no form of the key `{K}`",
    label = "expected a form of `{K}`",
    note = "give a tuple of borrowed parts, such as `(\"a\", \"b\")` for a `(String, String)`, or implement \
            `memokit::EquivalentKey` for a type of your own"
)]
pub trait EquivalentKey<K>: Hash {
    /// Whether this is a form of that key.
    fn equals(&self, key: &K) -> bool;
}

/// A form of a key that can be turned into the key, for loads by [`Cache::by`](crate::Cache::by).
///
/// # Examples
/// ```
/// # use memo_core as memokit;
/// use memokit::ToKey;
///
/// let key: (String, u32) = ("a", 7).to_key();
/// assert_eq!(key, ("a".to_owned(), 7));
/// ```
pub trait ToKey<K>: EquivalentKey<K> {
    /// Makes the key.
    fn to_key(&self) -> K;
}

impl<K: Borrow<Q>, Q: Hash + Eq + ?Sized> EquivalentKey<K> for &Q {
    #[inline]
    fn equals(&self, key: &K) -> bool {
        key.borrow() == *self
    }
}

impl<K: Borrow<Q>, Q: Hash + Eq + ToOwned<Owned = K> + ?Sized> ToKey<K> for &Q {
    #[inline]
    fn to_key(&self) -> K {
        (*self).to_owned()
    }
}

impl<K, Q: EquivalentKey<K>> EquivalentKey<Option<K>> for Option<Q> {
    #[inline]
    fn equals(&self, key: &Option<K>) -> bool {
        match (self, key) {
            (Some(form), Some(key)) => form.equals(key),
            (None, None) => true,
            _ => false,
        }
    }
}

impl<K, Q: ToKey<K>> ToKey<Option<K>> for Option<Q> {
    fn to_key(&self) -> Option<K> {
        self.as_ref().map(ToKey::to_key)
    }
}

macro_rules! by_value {
    ($($Type:ty)*) => { $(
        impl EquivalentKey<$Type> for $Type {
            #[inline]
            fn equals(&self, key: &$Type) -> bool {
                self == key
            }
        }

        impl ToKey<$Type> for $Type {
            #[inline]
            fn to_key(&self) -> $Type {
                *self
            }
        }
    )* };
}
by_value!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize char bool);

macro_rules! tuples {
    ($($K:ident $Q:ident $at:tt),+) => {
        impl<$($K, $Q: EquivalentKey<$K>),+> EquivalentKey<($($K,)+)> for ($($Q,)+) {
            #[inline]
            fn equals(&self, key: &($($K,)+)) -> bool {
                $(self.$at.equals(&key.$at))&&+
            }
        }

        impl<$($K, $Q: ToKey<$K>),+> ToKey<($($K,)+)> for ($($Q,)+) {
            #[inline]
            fn to_key(&self) -> ($($K,)+) {
                ($(self.$at.to_key(),)+)
            }
        }
    };
}
tuples!(K0 Q0 0);
tuples!(K0 Q0 0, K1 Q1 1);
tuples!(K0 Q0 0, K1 Q1 1, K2 Q2 2);
tuples!(K0 Q0 0, K1 Q1 1, K2 Q2 2, K3 Q3 3);
tuples!(K0 Q0 0, K1 Q1 1, K2 Q2 2, K3 Q3 3, K4 Q4 4);
tuples!(K0 Q0 0, K1 Q1 1, K2 Q2 2, K3 Q3 3, K4 Q4 4, K5 Q5 5);
tuples!(K0 Q0 0, K1 Q1 1, K2 Q2 2, K3 Q3 3, K4 Q4 4, K5 Q5 5, K6 Q6 6);
tuples!(K0 Q0 0, K1 Q1 1, K2 Q2 2, K3 Q3 3, K4 Q4 4, K5 Q5 5, K6 Q6 6, K7 Q7 7);
tuples!(K0 Q0 0, K1 Q1 1, K2 Q2 2, K3 Q3 3, K4 Q4 4, K5 Q5 5, K6 Q6 6, K7 Q7 7, K8 Q8 8);
tuples!(K0 Q0 0, K1 Q1 1, K2 Q2 2, K3 Q3 3, K4 Q4 4, K5 Q5 5, K6 Q6 6, K7 Q7 7, K8 Q8 8, K9 Q9 9);
tuples!(K0 Q0 0, K1 Q1 1, K2 Q2 2, K3 Q3 3, K4 Q4 4, K5 Q5 5, K6 Q6 6, K7 Q7 7, K8 Q8 8, K9 Q9 9, K10 Q10 10);
tuples!(
    K0 Q0 0, K1 Q1 1, K2 Q2 2, K3 Q3 3, K4 Q4 4, K5 Q5 5, K6 Q6 6, K7 Q7 7, K8 Q8 8, K9 Q9 9, K10 Q10 10, K11 Q11 11
);
