//! How each argument of a call becomes part of its key, chosen by the traits that its type
//! implements.
//!
//! A macro expansion sees tokens, not types. So it leaves the choice to the compiler: traits offer
//! the method of `(&&&&&Pick(Concrete, &argument)).__memokit_pick()`, and method resolution tries
//! the one with the most references first. The first whose bounds are satisfied wins:
//!
//! 1. [`ByKey`]: the type is a [`Key`].
//! 2. [`ByReference`]: `&T` of a `T: ToOwned + Hash + Eq` (`&Uuid`, `&[User]`).
//! 3. [`ByOptionalReference`]: `Option<&T>` of such a `T`.
//! 4. [`ByHash`]: the type is `Hash + Eq + Clone`.
//! 5. [`NoKey`]: otherwise, which reports the error of [`Key`], or of [`SharedKey`] for a type
//!    parameter, whose bound the compiler then names.
//!
//! This also works for type parameters, whose bounds decide then. A trait with a blanket
//! implementation could not do it: that would overlap with every implementation for a type that is
//! `Hash + Eq` as well.

use super::key_trait::{Key, SharedKey};
use std::any::Any;
use std::borrow::Borrow;
use std::hash::{Hash, Hasher};

/// An argument whose adapter is to be chosen, after what its type is made of.
pub struct Pick<'a, S, T: ?Sized>(pub S, pub &'a T);

/// The argument's type is concrete, or its cache is that of one thread.
pub struct Concrete;

/// The argument's type depends on a type parameter, and threads share the cache: each choice
/// requires what the cache does, so that one bound is missing and not one after the other.
pub trait Generic {}

/// The argument's type is a type parameter, or contains one.
pub struct Parameter;
impl Generic for Parameter {}

/// The argument's type is a reference to such a type, or to `Self`, which is a parameter in a
/// trait.
pub struct Referenced;
impl Generic for Referenced {}

/// Uses the argument's own [`Key`].
#[derive(Clone, Copy, Debug)]
pub struct ByKey;

/// Uses the `Hash` and `Eq` of the target of a reference; its owned form is stored.
#[derive(Clone, Copy, Debug)]
pub struct ByReference;

/// Uses the `Hash` and `Eq` of the target of an optional reference; its owned form is stored.
#[derive(Clone, Copy, Debug)]
pub struct ByOptionalReference;

/// Uses the `Hash` and `Eq` of the argument; a clone is stored.
#[derive(Clone, Copy, Debug)]
pub struct ByHash;

/// For an argument that cannot be part of a key. Its choice is already an error; it adapts every
/// type to prevent further ones.
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
impl<T: Key + ?Sized> AutoKey1 for &&&&Pick<'_, Concrete, T> {}
impl<S: Generic, T: SharedKey + ?Sized> AutoKey1 for &&&&Pick<'_, S, T> {}

/// Second choice of an adapter.
pub trait AutoKey2 {
    /// The adapter of this argument.
    #[inline]
    fn __memokit_pick(&self) -> ByReference {
        ByReference
    }
}
impl<T: ToOwned + Hash + Eq + ?Sized> AutoKey2 for &&&Pick<'_, Concrete, &T> {}
impl<S: Generic, T: ToOwned<Owned: Send + Sync> + Hash + Eq + ?Sized> AutoKey2 for &&&Pick<'_, S, &T> {}

/// Third choice of an adapter.
pub trait AutoKey3 {
    /// The adapter of this argument.
    #[inline]
    fn __memokit_pick(&self) -> ByOptionalReference {
        ByOptionalReference
    }
}
impl<T: ToOwned + Hash + Eq + ?Sized> AutoKey3 for &&Pick<'_, Concrete, Option<&T>> {}
impl<S: Generic, T: ToOwned<Owned: Send + Sync> + Hash + Eq + ?Sized> AutoKey3 for &&Pick<'_, S, Option<&T>> {}

/// Fourth choice of an adapter.
pub trait AutoKey4 {
    /// The adapter of this argument.
    #[inline]
    fn __memokit_pick(&self) -> ByHash {
        ByHash
    }
}
impl<T: Hash + Eq + Clone> AutoKey4 for &Pick<'_, Concrete, T> {}
impl<S: Generic, T: Hash + Eq + Clone + Send + Sync> AutoKey4 for &Pick<'_, S, T> {}

/// Last choice of an adapter: the error.
pub trait AutoKey5 {
    /// The type of the argument, named by the error.
    type Argument: ?Sized;

    /// The adapter of this argument. The bound is not satisfied: otherwise the first choice would
    /// apply.
    #[inline]
    fn __memokit_pick(&self) -> NoKey
    where
        Self::Argument: Key,
    {
        NoKey
    }
}
impl<T: ?Sized> AutoKey5 for Pick<'_, Concrete, T> {
    type Argument = T;
}

/// Last choice of an adapter for a generic type: the error.
pub trait AutoKey6 {
    /// The type of the argument, or what it refers to, named by the error.
    type Argument: ?Sized;

    /// The adapter of this argument. The bound is not satisfied, as that of [`AutoKey5`].
    #[inline]
    fn __memokit_pick(&self) -> NoKey
    where
        Self::Argument: SharedKey,
    {
        NoKey
    }
}
impl<T: ?Sized> AutoKey6 for Pick<'_, Parameter, T> {
    type Argument = T;
}
impl<T: ?Sized> AutoKey6 for Pick<'_, Referenced, &T> {
    type Argument = T;
}

/// Uses a `T` as a key.
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
