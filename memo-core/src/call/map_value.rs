//! What an operation makes of the function's value.

/// An operation that makes its own result of the function's value.
pub trait MapValue<R> {
    /// The caller's result.
    type Mapped;

    /// Makes the result of the function's value.
    fn map(self, value: R) -> Self::Mapped;
}
