//! How the rule of a function is chosen: by its return type, not by how that is spelled, so it also
//! works for aliases (`io::Result<T>`).
//!
//! Three traits offer the method of `(&&&Returns::<R>::new()).__memokit_cacheable()`, and method
//! resolution tries the one with the most references first: [`OkSharedErr`] for a `Result` whose
//! error can be cloned for several callers, [`OkOnly`] for any other `Result`, [`All`] for any
//! other type.

use super::results::{OkOnly, OkSharedErr};
use super::values::All;
use std::marker::PhantomData;

/// The return type of a function whose rule is to be chosen.
pub struct Returns<R>(PhantomData<fn() -> R>);

impl<R> Returns<R> {
    /// The return type `R`.
    #[inline]
    #[must_use]
    #[expect(clippy::new_without_default, reason = "only macro expansions construct it")]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

/// First choice: a `Result` whose error can be shared.
pub trait AutoCacheable1 {
    /// The rule of this return type.
    #[inline]
    fn __memokit_cacheable(&self) -> OkSharedErr {
        OkSharedErr
    }
}
impl<T, E: Clone + Send + Sync + 'static> AutoCacheable1 for &&Returns<Result<T, E>> {}

/// Second choice: any other `Result`.
pub trait AutoCacheable2 {
    /// The rule of this return type.
    #[inline]
    fn __memokit_cacheable(&self) -> OkOnly {
        OkOnly
    }
}
impl<T, E> AutoCacheable2 for &Returns<Result<T, E>> {}

/// Last choice: any other type.
pub trait AutoCacheable3 {
    /// The rule of this return type.
    #[inline]
    fn __memokit_cacheable(&self) -> All {
        All
    }
}
impl<R> AutoCacheable3 for Returns<R> {}
