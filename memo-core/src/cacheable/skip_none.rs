//! `skip_none`: the rule of a function that returns an `Option`, or a `Result` of one.
//!
//! Chosen by the return type, as the rules [without](super::choose) the option.

use super::results::{OkOnly, OkSharedErr};
use super::rule::{Cacheable, CachedView, Reusable};
use super::values::SomeOnly;
use std::any::Any;
use std::marker::PhantomData;

/// The return type of a function with `skip_none`, whose rule is to be chosen.
pub struct ReturnsOption<R>(PhantomData<fn() -> R>);

impl<R> ReturnsOption<R> {
    /// The return type `R`.
    #[inline]
    #[must_use]
    #[expect(clippy::new_without_default, reason = "only macro expansions construct it")]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

/// First choice: a `Result` of an `Option` whose error can be shared.
pub trait AutoSkipNone1 {
    /// The rule of this return type.
    #[inline]
    fn __memokit_cacheable(&self) -> OkSome<OkSharedErr> {
        OkSome(OkSharedErr)
    }
}
impl<T, E: Clone + Send + Sync + 'static> AutoSkipNone1 for &&ReturnsOption<Result<Option<T>, E>> {}

/// Second choice: any other `Result` of an `Option`.
pub trait AutoSkipNone2 {
    /// The rule of this return type.
    #[inline]
    fn __memokit_cacheable(&self) -> OkSome<OkOnly> {
        OkSome(OkOnly)
    }
}
impl<T, E> AutoSkipNone2 for &ReturnsOption<Result<Option<T>, E>> {}

/// Last choice: an `Option`, or an error.
pub trait AutoSkipNone3 {
    /// The rule of this return type.
    #[inline]
    fn __memokit_cacheable(&self) -> SomeOnly {
        SomeOnly
    }
}
impl<R> AutoSkipNone3 for ReturnsOption<R> {}

/// Caches an `Ok(Some)`. An `Ok(None)` is not cached, but the waiters of its run return it too; an
/// `Err` is treated by the rule `K` for results.
#[derive(Clone, Copy, Debug)]
pub struct OkSome<K>(pub K);

/// What the waiters of a run share if it ended with `Ok(None)`.
struct FoundNone;

impl<T: Reusable + 'static, E: 'static, K: Cacheable<Result<Option<T>, E>>> Cacheable<Result<Option<T>, E>>
    for OkSome<K>
{
    type Stored = K::Stored;

    const SHARES_FAILURES: bool = true;

    #[inline]
    fn admits(self, value: &Result<Option<T>, E>) -> bool {
        matches!(value, Ok(Some(_)))
    }

    #[inline]
    fn stored(self, value: &Result<Option<T>, E>) -> Option<K::Stored> {
        if self.admits(value) { self.0.stored(value) } else { None }
    }

    #[inline]
    fn give(self, stored: &K::Stored) -> Result<Option<T>, E> {
        self.0.give(stored)
    }

    #[inline]
    fn failed(self, value: &Result<Option<T>, E>) -> bool {
        self.0.failed(value)
    }

    fn shared_failure(self, value: &Result<Option<T>, E>) -> Option<Box<dyn Any + Send + Sync>> {
        match value {
            Ok(None) => Some(Box::new(FoundNone)),
            _ => self.0.shared_failure(value),
        }
    }

    fn from_failure(self, failure: &(dyn Any + Send + Sync)) -> Option<Result<Option<T>, E>> {
        if failure.is::<FoundNone>() { Some(Ok(None)) } else { self.0.from_failure(failure) }
    }
}

impl<T: Reusable + 'static, E: 'static, K: CachedView<Result<Option<T>, E>>> CachedView<Result<Option<T>, E>>
    for OkSome<K>
{
    #[inline]
    fn view(stored: &K::Stored) -> &Result<Option<T>, E> {
        K::view(stored)
    }

    fn as_any(stored: &K::Stored) -> &dyn Any {
        K::as_any(stored)
    }
}
