//! The answer that an operation makes of the function's value.

/// An operation that makes its answer of the function's value.
pub trait Answering<R> {
    /// The caller's answer.
    type Answer;

    /// Makes the answer of the function's value.
    fn answer(self, value: R) -> Self::Answer;
}
