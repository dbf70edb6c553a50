//! What an operation makes of the function's value.

/// An operation that answers with something made of the function's value.
pub trait Answering<R> {
    /// What the caller gets.
    type Answer;

    /// Makes the answer of the function's value.
    fn answer(self, value: R) -> Self::Answer;
}
