//! Which fields a getter may have: a trait each for the getters that block, that are `async`, and
//! that have dependencies. Apart, so that each can say what is wrong with a field.

use std::cell;
use std::convert::Infallible;
use std::ops::Deref;
use std::sync::OnceLock;

use super::depends::{DepsTuple, for_each_tuple};
use super::deps_cell::{DepsCell, KeyedCell, MatchesDeps, SharedValue};
use super::field::Lazy;
use super::init_cell::{InitCell, get_or_init};
use super::plain_cell::PlainCell;
use crate::key::Key;

/// A field in which a getter may store its value.
#[diagnostic::on_unimplemented(
    message = "a getter cannot store its value in a field of the type `{Self}`",
    label = "the field of this getter is a `{Self}`",
    note = "make it a `memokit::Lazy<T>`, a `OnceLock<T>`, or a `OnceCell<T>` of std or once_cell"
)]
pub trait GetterField {
    /// What it holds.
    type Value;
    /// The stored value, as callers get it.
    #[doc(hidden)]
    type Found<'f>: Deref<Target = Self::Value>
    where
        Self: 'f;

    /// The value, if there is one.
    #[doc(hidden)]
    fn find(&self) -> Option<Self::Found<'_>>;

    /// Computes the value of a field that was found empty.
    #[doc(hidden)]
    #[track_caller]
    fn fill(&self, compute: impl FnOnce() -> Self::Value) -> Self::Found<'_>;

    /// [`fill`](Self::fill) with a computation that may fail. Most cells let other callers wait for
    /// it. The stable cells of std cannot: of several computations that run at the same time, the
    /// first to end is stored.
    #[doc(hidden)]
    #[track_caller]
    fn try_fill<E>(&self, compute: impl FnOnce() -> Result<Self::Value, E>) -> Result<Self::Found<'_>, E> {
        let computed = compute()?;
        Ok(self.fill(|| computed))
    }
}

macro_rules! cells {
    ($($Cell:ty $(: $get_or_try_init:ident)?;)*) => { $(
        impl<T> GetterField for $Cell {
            type Value = T;
            type Found<'f>
                = &'f T
            where
                Self: 'f;

            #[inline]
            fn find(&self) -> Option<&T> {
                self.get()
            }

            #[inline]
            #[track_caller]
            fn fill(&self, compute: impl FnOnce() -> T) -> &T {
                self.get_or_init(compute)
            }

            $(#[inline]
            #[track_caller]
            fn try_fill<E>(&self, compute: impl FnOnce() -> Result<T, E>) -> Result<&T, E> {
                self.$get_or_try_init(compute)
            })?
        }
    )* };
}
cells! {
    Lazy<T>: get_or_try_init;
    once_cell::sync::OnceCell<T>: get_or_try_init;
    once_cell::unsync::OnceCell<T>: get_or_try_init;
    OnceLock<T>;
    cell::OnceCell<T>;
}

/// A field with dependencies, once its getter has said what they are now.
#[diagnostic::do_not_recommend]
impl<T, D: Key, K: MatchesDeps<D>> GetterField for KeyedCell<'_, T, D, K> {
    type Value = T;
    type Found<'f>
        = SharedValue<T, D>
    where
        Self: 'f;

    fn find(&self) -> Option<SharedValue<T, D>> {
        InitCell::find(self)
    }

    #[track_caller]
    fn fill(&self, compute: impl FnOnce() -> T) -> SharedValue<T, D> {
        let Ok(found) = get_or_init(self, || Ok::<_, Infallible>(compute()));
        found
    }

    #[track_caller]
    fn try_fill<E>(&self, compute: impl FnOnce() -> Result<T, E>) -> Result<SharedValue<T, D>, E> {
        get_or_init(self, compute)
    }
}

/// A field in which an async getter may store its value: tasks can wait for it.
#[diagnostic::on_unimplemented(
    message = "an async getter cannot store its value in a field of the type `{Self}`",
    label = "the field of this getter is a `{Self}`",
    note = "make it a `memokit::Lazy<T>`: the other cells can only block"
)]
pub trait AsyncGetterField {
    /// What it holds.
    type Value;

    /// The cell of the field.
    #[doc(hidden)]
    fn cell(&self) -> &PlainCell<Self::Value>;
}

impl<T> AsyncGetterField for Lazy<T> {
    type Value = T;

    #[inline]
    fn cell(&self) -> &PlainCell<T> {
        &self.cell
    }
}

/// A field in which a getter with dependencies may store its value.
#[diagnostic::on_unimplemented(
    message = "a getter with `deps` cannot store its value in a field of the type `{Self}`",
    label = "the field of this getter is a `{Self}`",
    note = "make it a `memokit::Lazy<T, (A, B)>` with the types of the dependencies, as a tuple also of one"
)]
pub trait DepsField {
    /// What it holds.
    type Value;
    /// What the value depends on.
    type Deps: DepsTuple<Self::Value>;

    /// The cell of the field.
    #[doc(hidden)]
    fn cell(&self) -> &DepsCell<Self::Value, Self::Deps>;
}

// One implementation per tuple: a blanket one would take a field without dependencies for one with
// the dependencies `()`, and report them as a second error.
macro_rules! deps_field {
    ($($D:ident)*) => {
        #[diagnostic::do_not_recommend]
        impl<T, $($D: Key),*> DepsField for Lazy<T, ($($D,)*)> {
            type Value = T;
            type Deps = ($($D,)*);

            fn cell(&self) -> &DepsCell<T, Self::Deps> {
                &self.cell
            }
        }
    };
}
for_each_tuple!(deps_field);
