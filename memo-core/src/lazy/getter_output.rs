//! What a getter returns, and what of it the field stores. Decided by types, so an alias of
//! `Result` is a `Result`.

use std::convert::Infallible;

use super::getter_field::GetterField;

/// What the computation of a field returns whose value is a `T`: `T` itself, or a `Result` of which
/// only the `Ok` is stored. A getter that returns by value has it as its return type.
#[diagnostic::on_unimplemented(
    message = "this getter returns `{Self}`, but its field holds `{T}`",
    label = "not what the field holds",
    note = "a getter returns its field's type `T` or `Result<T, E>`, or a reference: `&T`, `Option<&T>` or `Result<&T, E>`"
)]
pub trait GetterOutput<T>: Sized {
    /// The error of a failed computation.
    type Error;

    /// Computes the value of a field that was found empty.
    #[doc(hidden)]
    #[track_caller]
    fn fill<F: GetterField<Value = T>>(field: &F, compute: impl FnOnce() -> Self) -> Result<F::Found<'_>, Self::Error>;

    /// What was computed.
    #[doc(hidden)]
    fn into_result(self) -> Result<T, Self::Error>;

    /// The return value of the getter.
    #[doc(hidden)]
    fn from_result(result: Result<T, Self::Error>) -> Self;
}

impl<T> GetterOutput<T> for T {
    type Error = Infallible;

    #[inline]
    #[track_caller]
    fn fill<F: GetterField<Value = T>>(field: &F, compute: impl FnOnce() -> T) -> Result<F::Found<'_>, Infallible> {
        Ok(field.fill(compute))
    }

    fn into_result(self) -> Result<T, Infallible> {
        Ok(self)
    }

    #[inline]
    fn from_result(result: Result<T, Infallible>) -> T {
        let Ok(value) = result;
        value
    }
}

impl<T, E> GetterOutput<T> for Result<T, E> {
    type Error = E;

    #[inline]
    #[track_caller]
    fn fill<F: GetterField<Value = T>>(field: &F, compute: impl FnOnce() -> Self) -> Result<F::Found<'_>, E> {
        field.try_fill(compute)
    }

    fn into_result(self) -> Self {
        self
    }

    #[inline]
    fn from_result(result: Self) -> Self {
        result
    }
}

/// The value of a getter that returns it by value. The same as `Clone`, with a message that knows
/// the ways out.
#[diagnostic::on_unimplemented(
    message = "this getter returns a clone of its value, and `{Self}` is not `Clone`",
    label = "not `Clone`",
    note = "return a reference to the value: `&{Self}`",
    note = "or share the value: let the field hold and the getter return `Arc<{Self}>`"
)]
pub trait CloneOut {
    /// The clone that the getter returns.
    #[doc(hidden)]
    fn clone_out(&self) -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: Clone> CloneOut for T {
    #[inline]
    fn clone_out(&self) -> T {
        self.clone()
    }
}
