//! How the policy of a function is chosen: by its return type, not by how that is spelled, so aliases (`io::Result<T>`) are seen through.
//!
//! `(&&&Returns::<R>::new()).__memokit_keep()` has three traits to find `keep` in, and method resolution tries the one with the most references
//! first: [`OkShared`] for a `Result` whose error can be handed to several callers, [`OkOnly`] for any other `Result`, [`Whole`] for
//! any other type.

use super::{OkOnly, OkShared, Whole};
use std::marker::PhantomData;

/// The return type of a function whose policy is to be chosen.
pub struct Returns<R>(PhantomData<fn() -> R>);

impl<R> Returns<R> {
    /// The return type `R`.
    #[inline]
    #[must_use]
    #[expect(clippy::new_without_default, reason = "an expansion's tool: it has one way to be made")]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

/// First choice: a `Result` whose error can be shared.
pub trait AutoKeep1 {
    /// The policy of this return type.
    #[inline]
    fn __memokit_keep(&self) -> OkShared {
        OkShared
    }
}
impl<T, E: Clone + Send + Sync + 'static> AutoKeep1 for &&Returns<Result<T, E>> {}

/// Second choice: any other `Result`.
pub trait AutoKeep2 {
    /// The policy of this return type.
    #[inline]
    fn __memokit_keep(&self) -> OkOnly {
        OkOnly
    }
}
impl<T, E> AutoKeep2 for &Returns<Result<T, E>> {}

/// Last choice: any other type.
pub trait AutoKeep3 {
    /// The policy of this return type.
    #[inline]
    fn __memokit_keep(&self) -> Whole {
        Whole
    }
}
impl<R> AutoKeep3 for Returns<R> {}
