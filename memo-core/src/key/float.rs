//! Floats as keys.

use super::key_trait::{Key, stored_as_itself};
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;

/// Stores a float in a key, with total equality and order.
///
/// The conversion from a float replaces every NaN by one NaN. So a NaN equals itself and is greater
/// than every other value. `-0.0` and `0.0` are two values, the negative one the lesser, because a
/// function can tell them apart; otherwise equality and order are those of the float. Dereferences
/// to the float.
///
/// It has the size of the float. The conversion costs one comparison.
///
/// # Examples
/// ```
/// # extern crate memo_core as memokit;
/// use memokit::Float;
///
/// assert_eq!(Float::from(f64::NAN), Float::from(-f64::NAN));
/// assert_ne!(Float::from(-0.0), Float::from(0.0));
/// assert!(Float::from(f64::NAN) > Float::from(f64::INFINITY));
/// assert_eq!(Float::from(2.0_f64).sqrt(), 2.0_f64.sqrt());
/// ```
#[derive(Clone, Copy, Default)]
pub struct Float<T>(T);

impl<T> Deref for Float<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: fmt::Debug> fmt::Debug for Float<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<T: fmt::Display> fmt::Display for Float<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

macro_rules! floats {
    ($($Float:ty)*) => { $(
        impl From<$Float> for Float<$Float> {
            #[inline]
            fn from(float: $Float) -> Self {
                // Chosen as integers, which takes fewer instructions than a choice of floats.
                let bits = if float.is_nan() { <$Float>::NAN.to_bits() } else { float.to_bits() };
                Self(<$Float>::from_bits(bits))
            }
        }

        impl From<Float<$Float>> for $Float {
            #[inline]
            fn from(float: Float<$Float>) -> Self {
                float.0
            }
        }

        // After the conversion above there is one NaN.
        impl PartialEq for Float<$Float> {
            #[inline]
            fn eq(&self, other: &Self) -> bool {
                self.0.to_bits() == other.0.to_bits()
            }
        }

        impl Eq for Float<$Float> {}

        impl PartialEq<$Float> for Float<$Float> {
            #[inline]
            fn eq(&self, other: &$Float) -> bool {
                *self == Self::from(*other)
            }
        }

        impl Ord for Float<$Float> {
            #[inline]
            fn cmp(&self, other: &Self) -> Ordering {
                self.0.total_cmp(&other.0)
            }
        }

        impl PartialOrd for Float<$Float> {
            #[inline]
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                Some(self.cmp(other))
            }
        }

        impl Hash for Float<$Float> {
            #[inline]
            fn hash<H: Hasher>(&self, state: &mut H) {
                self.0.to_bits().hash(state);
            }
        }

        impl Key for Float<$Float> {
            stored_as_itself!();
        }

        impl Key for $Float {
            type Stored = Float<$Float>;

            #[inline]
            fn hash_key<H: Hasher>(&self, state: &mut H) {
                self.to_stored().hash(state);
            }

            #[inline]
            fn matches(&self, stored: &Self::Stored) -> bool {
                self.to_bits() == stored.to_bits() || (self.is_nan() && stored.is_nan())
            }

            #[inline]
            fn to_stored(&self) -> Self::Stored {
                Float::from(*self)
            }
        }
    )* };
}
floats! { f32 f64 }
