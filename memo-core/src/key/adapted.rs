//! Arguments with their adapters: the components of a call's key.

use super::adapt::{Adapter, NoKey};
use super::key_trait::Key;
use crate::shareable::Shareable;
use std::fmt;
use std::hash::Hasher;
use std::marker::PhantomData;

/// An argument with its adapter: one component of a call's key.
pub struct Adapted<'a, A, T: ?Sized> {
    argument: &'a T,
    adapter: PhantomData<A>,
}

/// Gives an argument its adapter.
#[inline]
pub fn adapt<A: Adapter<T>, T: ?Sized>(_: A, argument: &T) -> Adapted<'_, A, T> {
    Adapted { argument, adapter: PhantomData }
}

impl<A: Adapter<T>, T: ?Sized> Key for Adapted<'_, A, T> {
    type Stored = A::Stored;

    #[inline]
    fn hash_key<H: Hasher>(&self, state: &mut H) {
        A::hash(self.argument, state);
    }

    #[inline]
    fn matches(&self, stored: &A::Stored) -> bool {
        A::matches(self.argument, stored)
    }

    #[inline]
    fn to_stored(&self) -> A::Stored {
        A::to_stored(self.argument)
    }
}

// Not derived: that would require `Clone` and `Debug` of the argument.
impl<A, T: ?Sized> Clone for Adapted<'_, A, T> {
    #[inline]
    fn clone(&self) -> Self {
        *self
    }
}

impl<A, T: ?Sized> Copy for Adapted<'_, A, T> {}

impl<A, T: ?Sized> fmt::Debug for Adapted<'_, A, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Adapted<{}>", std::any::type_name::<T>())
    }
}

/// First choice for an argument of a cache that threads share: its stored form can be shared.
///
/// `(&&adapt(adapter, &argument)).__memokit_shared()` checks each argument separately, so that the
/// error names the argument and not the whole key, and is printed once and not for each operation
/// of the handle.
pub trait AutoShare1<'a> {
    /// The adapter.
    type Adapter;
    /// The type of the argument.
    type Argument: ?Sized;

    /// The argument as it is.
    fn __memokit_shared(&self) -> Adapted<'a, Self::Adapter, Self::Argument>;
}

impl<'a, A: Adapter<T, Stored: Send + Sync>, T: ?Sized> AutoShare1<'a> for &Adapted<'a, A, T> {
    type Adapter = A;
    type Argument = T;

    #[inline]
    fn __memokit_shared(&self) -> Adapted<'a, A, T> {
        **self
    }
}

/// Last choice for an argument of a cache that threads share: the error.
pub trait AutoShare2<'a> {
    /// The stored form, named by the error.
    type Stored;
    /// The type of the argument.
    type Argument: ?Sized;

    /// The argument with an adapter that fits every cache, so that there is no second error. The
    /// bound is not satisfied: otherwise the first choice would apply.
    fn __memokit_shared(&self) -> Adapted<'a, NoKey, Self::Argument>
    where
        Self::Stored: Shareable;
}

impl<'a, A: Adapter<T>, T: ?Sized> AutoShare2<'a> for Adapted<'a, A, T> {
    type Stored = A::Stored;
    type Argument = T;

    fn __memokit_shared(&self) -> Adapted<'a, NoKey, T> {
        adapt(NoKey, self.argument)
    }
}
