//! What a getter that answers by value does with its field's value: decided by types, so an alias of `Result` is a `Result`.

use std::convert::Infallible;

use super::getter::{Field, lent, lent_ok};
use super::tally::Tally;

/// The return type of a getter whose field holds a `T`: `T` itself, or a `Result` of which only the `Ok` is kept.
#[diagnostic::on_unimplemented(
    message = "this getter returns `{Self}`, but its field holds `{T}`",
    label = "not what the field holds",
    note = "a getter returns its field's type `T`, or `Result<T, E>`; to lend it `&T`, `Option<&T>` or `Result<&T, E>`"
)]
pub trait Outcome<T>: Sized {
    /// What it fails with.
    type Error;

    /// The field's value, computed if need be.
    #[doc(hidden)]
    #[track_caller]
    fn fill<'f>(
        field: &'f impl Field<Value = T>,
        tally: &impl Tally,
        compute: impl FnOnce() -> Self,
    ) -> Result<&'f T, Self::Error>;

    /// What was computed, as a `Result`.
    #[doc(hidden)]
    fn settle(self) -> Result<T, Self::Error>;

    /// The answer of the getter.
    #[doc(hidden)]
    fn answer(settled: Result<T, Self::Error>) -> Self;
}

impl<T> Outcome<T> for T {
    type Error = Infallible;

    #[inline]
    #[track_caller]
    fn fill<'f>(
        field: &'f impl Field<Value = T>,
        tally: &impl Tally,
        compute: impl FnOnce() -> T,
    ) -> Result<&'f T, Infallible> {
        Ok(lent(field, tally, compute))
    }

    fn settle(self) -> Result<T, Infallible> {
        Ok(self)
    }

    #[inline]
    fn answer(settled: Result<T, Infallible>) -> Self {
        match settled {
            Ok(value) => value,
            Err(never) => match never {},
        }
    }
}

impl<T, E> Outcome<T> for Result<T, E> {
    type Error = E;

    #[inline]
    #[track_caller]
    fn fill<'f>(
        field: &'f impl Field<Value = T>,
        tally: &impl Tally,
        compute: impl FnOnce() -> Self,
    ) -> Result<&'f T, E> {
        lent_ok(field, tally, compute)
    }

    fn settle(self) -> Self {
        self
    }

    #[inline]
    fn answer(settled: Self) -> Self {
        settled
    }
}

/// What a getter may give out by value. As `Clone`, with a message that knows the ways out.
#[diagnostic::on_unimplemented(
    message = "this getter gives out a copy of its value, and `{Self}` is not `Clone`",
    label = "not `Clone`",
    note = "lend the value: let the getter return `&{Self}`",
    note = "or share it: let the field and the getter have `Arc<{Self}>`"
)]
pub trait GivenByValue {
    /// The copy that is given out.
    #[doc(hidden)]
    fn give(&self) -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: Clone> GivenByValue for T {
    #[inline]
    fn give(&self) -> T {
        self.clone()
    }
}
