//! Pointers as keys: the key is the target.

use super::key_trait::Key;
use std::borrow::Cow;
use std::cmp::Reverse;
use std::hash::Hasher;
use std::marker::PhantomData;
use std::num::{Saturating, Wrapping};
use std::rc::Rc;
use std::sync::Arc;

macro_rules! transparent {
    ($([$($generics:tt)*] $Pointer:ty;)*) => { $(
        impl<$($generics)*> Key for $Pointer {
            type Stored = T::Stored;

            #[inline]
            fn hash_key<H: Hasher>(&self, state: &mut H) {
                T::hash_key(self, state);
            }

            #[inline]
            fn matches(&self, stored: &T::Stored) -> bool {
                T::matches(self, stored)
            }

            #[inline]
            fn to_stored(&self) -> T::Stored {
                T::to_stored(self)
            }

            #[inline]
            fn hash_items<'a, H: Hasher>(items: impl Iterator<Item = &'a Self>, state: &mut H)
            where
                Self: 'a,
            {
                T::hash_items(items.map(|item| &**item), state);
            }
        }
    )* };
}
transparent! {
    [T: Key + ?Sized] &T;
    [T: Key + ?Sized] &mut T;
    [T: Key + ?Sized] Box<T>;
    [T: Key + ?Sized] Rc<T>;
    [T: Key + ?Sized] Arc<T>;
    [T: Key + ToOwned + ?Sized] Cow<'_, T>;
}

/// Wrappers that give one value other arithmetic or another order: the stored form is a wrapper of
/// the value's stored form.
macro_rules! wrappers {
    ($($Wrapper:ident)*) => { $(
        impl<T: Key> Key for $Wrapper<T> {
            type Stored = $Wrapper<T::Stored>;

            #[inline]
            fn hash_key<H: Hasher>(&self, state: &mut H) {
                self.0.hash_key(state);
            }

            #[inline]
            fn matches(&self, stored: &Self::Stored) -> bool {
                self.0.matches(&stored.0)
            }

            #[inline]
            fn to_stored(&self) -> Self::Stored {
                $Wrapper(self.0.to_stored())
            }
        }
    )* };
}
wrappers! { Wrapping Saturating Reverse }

impl<T: ?Sized> Key for PhantomData<T> {
    type Stored = ();

    #[inline]
    fn hash_key<H: Hasher>(&self, _: &mut H) {}

    #[inline]
    fn matches(&self, (): &()) -> bool {
        true
    }

    #[inline]
    fn to_stored(&self) {}
}
