//! How each argument of a call takes part in its key, chosen by what its type can do.
//!
//! The expansion of an attribute sees tokens, not types. So it asks the compiler: `(&&&&&Probe(&argument)).__memokit_pick()` has five traits
//! to find `pick` in, and method resolution tries the one with the most references first. The first whose bounds hold wins:
//!
//! 1. [`ByKey`]: the type is a [`Key`].
//! 2. [`ByReference`]: `&T` of a `T: ToOwned + Hash + Eq` (`&Uuid`, `&[User]`).
//! 3. [`ByOptionalReference`]: `Option<&T>` of such a `T`.
//! 4. [`ByHash`]: the type is `Hash + Eq + Clone`.
//! 5. [`NoKey`]: nothing helps, which is the one error of [`Key`].
//!
//! This works with type parameters too: then their bounds decide. A trait with a blanket implementation could not do it, for it would
//! overlap with every implementation for a type that is `Hash + Eq` as well.

use super::Key;
use std::any::Any;
use std::borrow::Borrow;
use std::hash::{Hash, Hasher};

/// An argument whose adapter is to be chosen.
pub struct Probe<'a, T: ?Sized>(pub &'a T);

/// The argument's own [`Key`].
#[derive(Clone, Copy, Debug)]
pub struct ByKey;

/// What a reference points to, kept owned.
#[derive(Clone, Copy, Debug)]
pub struct ByReference;

/// What an optional reference points to, kept owned.
#[derive(Clone, Copy, Debug)]
pub struct ByOptionalReference;

/// The argument itself, by `Hash` and `Eq`, kept as a clone.
#[derive(Clone, Copy, Debug)]
pub struct ByHash;

/// The argument cannot be part of a key. Choosing it is an error already; it adapts everything so that there is no second one.
#[derive(Clone, Copy, Debug)]
pub struct NoKey;

/// First choice of an adapter.
pub trait AutoKey1 {
    /// The adapter of this argument.
    #[inline]
    fn __memokit_pick(&self) -> ByKey {
        ByKey
    }
}
impl<T: Key + ?Sized> AutoKey1 for &&&&Probe<'_, T> {}

/// Second choice of an adapter.
pub trait AutoKey2 {
    /// The adapter of this argument.
    #[inline]
    fn __memokit_pick(&self) -> ByReference {
        ByReference
    }
}
impl<T: ToOwned + Hash + Eq + ?Sized> AutoKey2 for &&&Probe<'_, &T> {}

/// Third choice of an adapter.
pub trait AutoKey3 {
    /// The adapter of this argument.
    #[inline]
    fn __memokit_pick(&self) -> ByOptionalReference {
        ByOptionalReference
    }
}
impl<T: ToOwned + Hash + Eq + ?Sized> AutoKey3 for &&Probe<'_, Option<&T>> {}

/// Fourth choice of an adapter.
pub trait AutoKey4 {
    /// The adapter of this argument.
    #[inline]
    fn __memokit_pick(&self) -> ByHash {
        ByHash
    }
}
impl<T: Hash + Eq + Clone> AutoKey4 for &Probe<'_, T> {}

/// Last choice of an adapter: the error.
pub trait AutoKey5 {
    /// The type of the argument, named by the error.
    type Argument: ?Sized;

    /// The adapter of this argument. The bound does not hold: an argument for which it does is the first choice's.
    #[inline]
    fn __memokit_pick(&self) -> NoKey
    where
        Self::Argument: Key,
    {
        NoKey
    }
}
impl<T: ?Sized> AutoKey5 for Probe<'_, T> {
    type Argument = T;
}

/// A way to use a `T` as a key.
pub trait Adapter<T: ?Sized> {
    /// As [`Key::Stored`].
    type Stored: 'static;

    /// As [`Key::hash_key`].
    fn hash<H: Hasher>(argument: &T, state: &mut H);

    /// As [`Key::matches`].
    fn matches(argument: &T, stored: &Self::Stored) -> bool;

    /// As [`Key::to_stored`].
    fn to_stored(argument: &T) -> Self::Stored;

    /// The argument itself, where it is its own stored form.
    #[inline]
    #[must_use]
    fn as_any(_: &T) -> Option<&dyn Any> {
        None
    }
}

impl<T: Key + ?Sized> Adapter<T> for ByKey {
    type Stored = T::Stored;

    #[inline]
    fn hash<H: Hasher>(argument: &T, state: &mut H) {
        argument.hash_key(state);
    }

    #[inline]
    fn matches(argument: &T, stored: &T::Stored) -> bool {
        argument.matches(stored)
    }

    #[inline]
    fn to_stored(argument: &T) -> T::Stored {
        argument.to_stored()
    }
}

impl<T: ToOwned<Owned: 'static> + Hash + Eq + ?Sized> Adapter<&T> for ByReference {
    type Stored = T::Owned;

    #[inline]
    fn hash<H: Hasher>(argument: &&T, state: &mut H) {
        T::hash(argument, state);
    }

    #[inline]
    fn matches(argument: &&T, stored: &T::Owned) -> bool {
        **argument == *stored.borrow()
    }

    #[inline]
    fn to_stored(argument: &&T) -> T::Owned {
        T::to_owned(argument)
    }
}

#[expect(clippy::ref_option_ref, reason = "the argument's type is `Option<&T>`, and adapters borrow arguments")]
impl<T: ToOwned<Owned: 'static> + Hash + Eq + ?Sized> Adapter<Option<&T>> for ByOptionalReference {
    type Stored = Option<T::Owned>;

    #[inline]
    fn hash<H: Hasher>(argument: &Option<&T>, state: &mut H) {
        argument.hash(state);
    }

    #[inline]
    fn matches(argument: &Option<&T>, stored: &Self::Stored) -> bool {
        *argument == stored.as_ref().map(Borrow::borrow)
    }

    #[inline]
    fn to_stored(argument: &Option<&T>) -> Self::Stored {
        argument.map(T::to_owned)
    }
}

impl<T: Hash + Eq + Clone + 'static> Adapter<T> for ByHash {
    type Stored = T;

    #[inline]
    fn hash<H: Hasher>(argument: &T, state: &mut H) {
        argument.hash(state);
    }

    #[inline]
    fn matches(argument: &T, stored: &T) -> bool {
        argument == stored
    }

    #[inline]
    fn to_stored(argument: &T) -> T {
        argument.clone()
    }

    #[inline]
    fn as_any(argument: &T) -> Option<&dyn Any> {
        Some(argument)
    }
}

impl<T: ?Sized> Adapter<T> for NoKey {
    type Stored = ();

    fn hash<H: Hasher>(_: &T, _: &mut H) {}

    fn matches(_: &T, (): &()) -> bool {
        false
    }

    fn to_stored(_: &T) {}
}
