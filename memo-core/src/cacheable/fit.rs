//! Whether a policy fits its function, said once.
//!
//! Every operation of a function's handle needs a policy that can keep its return type; were a misfit left to them, each would report
//! it. So `(&&check_cacheable::<R, S, _>(policy)).__memokit_fit()` asks first: a policy that fits comes back as it is; for any other it reports what is
//! wrong, always in the same words at the same place, which the compiler prints once, and gives [`NotCacheable`], which fits everywhere.

use super::{All, Cacheable, CachedView, OkOnly, OkSharedErr, Shareable, SomeOnly};
use std::any::Any;
use std::marker::PhantomData;

/// A policy for the return type `R`, whose values are shared by `S`.
pub struct Chosen<K, R, S>(K, PhantomData<fn() -> (R, S)>);

/// Asks whether a policy fits the return type `R` where its values are shared by `S`: [`AcrossThreads`], or nobody ([`OneThread`]).
#[inline]
pub fn check_cacheable<R, S, K>(policy: K) -> Chosen<K, R, S> {
    Chosen(policy, PhantomData)
}

/// Values are shared by all threads.
pub struct AcrossThreads;

/// Values stay on their thread: `local`.
pub struct OneThread;

/// That a `T` may be kept where those who share it are `Self`.
#[diagnostic::on_unimplemented(
    message = "`{T}` cannot be cached in a cache that all threads share: it is not `Send` and `Sync`",
    label = "must be `Send` and `Sync`",
    note = "use `local` for one cache per thread, or types that threads can share: `Arc` for `Rc`, `Mutex` for `RefCell`, `T: Send + Sync` for `T`"
)]
pub trait Shares<T> {}
impl<T> Shares<T> for OneThread {}

// Without this attribute the compiler would explain `Send` and not show what is said above.
#[diagnostic::do_not_recommend]
impl<T: Shareable> Shares<T> for AcrossThreads {}

/// That a `T` can be handed out as often as it is asked for. The type is a parameter and not `Self`, or the compiler would advise to
/// return a reference.
#[diagnostic::on_unimplemented(
    message = "`{T}` cannot be cached and handed out again: it is not `Clone`",
    label = "must be `Clone` to be returned by a memoized function",
    note = "derive `Clone` on it, or return `Arc<{T}>`: the callers then share one value"
)]
pub trait Repeatable<T> {}

#[diagnostic::do_not_recommend]
impl<T: Clone> Repeatable<T> for NotCacheable {}

/// An `Option`.
#[diagnostic::on_unimplemented(
    message = "`skip_none` is for functions that return an `Option`, this one returns `{Self}`",
    label = "is not an `Option`",
    note = "leave `skip_none` out, or use `keep_if = |value| ..`"
)]
pub trait Optional {}
impl<T> Optional for Option<T> {}

/// What a policy asks of the return type `R`.
pub trait Asks<R> {
    /// The part of it that is kept and handed out.
    type Value;
    /// What is to be an `Option`.
    type Option;
}

impl<R> Asks<R> for All {
    type Value = R;
    type Option = Option<()>;
}

impl<T, E> Asks<Result<T, E>> for OkOnly {
    type Value = T;
    type Option = Option<()>;
}

impl<T, E> Asks<Result<T, E>> for OkSharedErr {
    type Value = T;
    type Option = Option<()>;
}

impl<R> Asks<R> for SomeOnly {
    type Value = R;
    type Option = R;
}

/// First choice: the policy fits.
pub trait AutoFit1 {
    /// The policy.
    type Policy;

    /// The policy as it is.
    fn __memokit_fit(&self) -> Self::Policy;
}

impl<K: CachedView<R>, R, S: Shares<K::Stored>> AutoFit1 for &Chosen<K, R, S> {
    type Policy = K;

    #[inline]
    fn __memokit_fit(&self) -> K {
        self.0
    }
}

/// Last choice: the error.
pub trait AutoFit2 {
    /// What cannot be kept.
    type Value;
    /// Who would share it.
    type Scope;
    /// What should be an `Option`.
    type Option;

    /// A policy that fits everywhere. One of the bounds does not hold: where all do, the first choice is made.
    #[inline]
    fn __memokit_fit(&self) -> NotCacheable
    where
        NotCacheable: Repeatable<Self::Value>,
        Self::Scope: Shares<Self::Value>,
        Self::Option: Optional,
    {
        NotCacheable
    }
}

impl<K: Asks<R>, R, S> AutoFit2 for Chosen<K, R, S> {
    type Value = K::Value;
    type Scope = S;
    type Option = K::Option;
}

/// Fits every type and keeps nothing. Choosing it is an error already; it exists so that there is no second one.
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
