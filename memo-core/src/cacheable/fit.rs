//! Whether a rule fits its function: one error message if not.
//!
//! Every operation of a function's handle needs a rule that can cache its return type, and each of
//! them would report a misfit. So `(&&check_cacheable::<R, S, _>(rule)).__memokit_fit()` checks
//! first: it returns a rule that fits as it is. For any other it reports what is wrong, always in
//! the same words at the same place, which the compiler prints once, and returns [`NotCacheable`],
//! which fits every function.

use super::results::{OkOnly, OkSharedErr};
use super::rule::{Cacheable, CachedView};
use super::skip_none::OkSome;
use super::values::{All, SomeOnly};
use crate::shareable::Shares;
use std::any::Any;
use std::marker::PhantomData;

/// A rule to check against the return type `R` of a cache of the sharing `S`.
pub struct RuleCheck<K, R, S>(K, PhantomData<fn() -> (R, S)>);

/// Checks whether a rule fits the return type `R`, in a cache that all threads share (`S` is
/// [`AcrossThreads`](crate::shareable::AcrossThreads)) or one thread uses
/// ([`OneThread`](crate::shareable::OneThread)).
#[inline]
pub fn check_cacheable<R, S, K>(rule: K) -> RuleCheck<K, R, S> {
    RuleCheck(rule, PhantomData)
}

/// That hits can return a `T`: each returns a clone. The type is a parameter and not `Self`, or the
/// compiler would suggest to return a reference.
#[diagnostic::on_unimplemented(
    message = "`{T}` cannot be cached: a hit returns a clone, and this type is not `Clone`",
    label = "must be `Clone` to be returned by a memoized function",
    note = "derive `Clone` on it, or return `Arc<{T}>`: the callers then share one value"
)]
pub trait Reuses<T> {}

// Without this attribute the compiler would name the missing `Clone` and not print the message
// above.
#[diagnostic::do_not_recommend]
impl<T: Clone> Reuses<T> for NotCacheable {}

/// An `Option`.
#[diagnostic::on_unimplemented(
    message = "`skip_none` is for functions that return an `Option` or a `Result<Option<_>, _>`; this one returns `{Self}`",
    label = "has no `None`",
    note = "leave `skip_none` out, or use `keep_if = |value| ..`"
)]
pub trait Optional {}
impl<T> Optional for Option<T> {}

/// A `Result`.
#[diagnostic::on_unimplemented(
    message = "`cache_err` is for functions that return a `Result`; this one returns `{Self}`",
    label = "is not a `Result`",
    note = "leave `cache_err` out: every value of this type is cached"
)]
pub trait Fallible {}
impl<T, E> Fallible for Result<T, E> {}

/// The rule of `cache_err`: caches every value of a `Result`.
#[inline]
#[must_use]
pub const fn all_of_result<R: Fallible>() -> All {
    All
}

/// What a rule requires of the return type `R`.
pub trait Requirements<R> {
    /// The part of it that is cloned for each caller.
    type Value;
    /// What must be an `Option`.
    type Option;
}

impl<R> Requirements<R> for All {
    type Value = R;
    type Option = Option<()>;
}

impl<T, E> Requirements<Result<T, E>> for OkOnly {
    type Value = T;
    type Option = Option<()>;
}

impl<T, E> Requirements<Result<T, E>> for OkSharedErr {
    type Value = T;
    type Option = Option<()>;
}

impl<T, E, K> Requirements<Result<Option<T>, E>> for OkSome<K> {
    type Value = T;
    type Option = Option<T>;
}

impl<R> Requirements<R> for SomeOnly {
    type Value = R;
    type Option = R;
}

/// First choice: the rule fits.
pub trait AutoFit1 {
    /// The rule.
    type Rule;

    /// The rule as it is.
    fn __memokit_fit(&self) -> Self::Rule;
}

impl<K: CachedView<R>, R, S: Shares<K::Stored>> AutoFit1 for &RuleCheck<K, R, S> {
    type Rule = K;

    #[inline]
    fn __memokit_fit(&self) -> K {
        self.0
    }
}

/// Last choice: the error.
pub trait AutoFit2 {
    /// What cannot be cached.
    type Value;
    /// Whether threads would share it.
    type Sharing;
    /// What must be an `Option`.
    type Option;

    /// A rule that fits every type. One of the bounds is not satisfied: otherwise the first choice
    /// would apply.
    #[inline]
    fn __memokit_fit(&self) -> NotCacheable
    where
        NotCacheable: Reuses<Self::Value>,
        Self::Sharing: Shares<Self::Value>,
        Self::Option: Optional,
    {
        NotCacheable
    }
}

impl<K: Requirements<R>, R, S> AutoFit2 for RuleCheck<K, R, S> {
    type Value = K::Value;
    type Sharing = S;
    type Option = K::Option;
}

/// Fits every type and caches nothing. Its use is already an error; it prevents further ones.
#[derive(Clone, Copy, Debug)]
pub struct NotCacheable;

impl<R> Cacheable<R> for NotCacheable {
    type Stored = ();

    fn admits(self, _: &R) -> bool {
        false
    }

    fn stored(self, _: &R) -> Option<()> {
        None
    }

    fn give(self, (): &()) -> R {
        unreachable!("nothing is cached")
    }
}

impl<R> CachedView<R> for NotCacheable {
    fn view((): &()) -> &R {
        unreachable!("nothing is cached")
    }

    fn as_any(stored: &()) -> &dyn Any {
        stored
    }
}
