//! What of a result is kept, and how it is handed out again.
//!
//! Which of the policies a function has is [chosen](Returns) by its return type or said by a word of its attribute, and then
//! [checked](kept).

mod choose;
mod fit;

#[cfg(test)]
mod tests;

use std::any::Any;
use std::fmt;

pub use choose::{AutoCacheable1, AutoCacheable2, AutoCacheable3, Returns};
pub use fit::{
    AcrossThreads, Asks, AutoFit1, AutoFit2, Chosen, NotCacheable, OneThread, Optional, Repeatable, Shares,
    check_cacheable,
};

/// Keeps every value as it is.
#[derive(Clone, Copy, Debug)]
pub struct All;

/// Keeps an `Ok`. An `Err` goes to its caller alone.
#[derive(Clone, Copy, Debug)]
pub struct OkOnly;

/// Keeps an `Ok`. An `Err` is not kept either, but handed to those who waited for the run that it came from.
#[derive(Clone, Copy, Debug)]
pub struct OkSharedErr;

/// Keeps a `Some`. A `None` is handed to those who waited for the run that it came from, and not kept.
#[derive(Clone, Copy, Debug)]
pub struct SomeOnly;

/// What is kept of an `R`, and how a caller gets an `R` of it again.
pub trait Cacheable<R>: Copy {
    /// What is kept.
    type Stored;

    /// Whether those who waited may get something that is not kept.
    const SHARES_FAILURES: bool = false;

    /// Whether this value is one to keep.
    fn admits(self, value: &R) -> bool;

    /// What is kept of this value: a clone of it, or nothing.
    fn stored(self, value: &R) -> Option<Self::Stored>;

    /// A clone of the value for a caller.
    fn give(self, stored: &Self::Stored) -> R;

    /// Whether this value is an error, and for that reason not kept.
    #[inline]
    fn failed(self, _value: &R) -> bool {
        false
    }

    /// What those who waited for this value get of it, if it is not kept and they can.
    #[inline]
    fn shared_failure(self, _value: &R) -> Option<Box<dyn Any + Send + Sync>> {
        None
    }

    /// The value for one of those who waited.
    #[expect(
        clippy::wrong_self_convention,
        reason = "the policy is the receiver, the value is what comes from a failure"
    )]
    #[inline]
    fn from_failure(self, _failure: &(dyn Any + Send + Sync)) -> Option<R> {
        None
    }
}

/// A policy whose stored values can be looked at in place, as what the function returns.
pub trait CachedView<R>: Cacheable<R> {
    /// The value in place.
    fn view(stored: &Self::Stored) -> &R;

    /// The value in place, for code that does not know its type.
    fn as_any(stored: &Self::Stored) -> &dyn Any;
}

/// A value that is handed out as often as it is asked for.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be cached and handed out again: it is not `Clone`",
    label = "must be `Clone` to be returned by a memoized function",
    note = "derive `Clone` on it, or return `Arc<{Self}>`: the callers then share one value"
)]
pub trait Reusable: Clone {}

// Without this attribute the compiler would name the missing `Clone` and not show what is said above.
#[diagnostic::do_not_recommend]
impl<T: Clone> Reusable for T {}

/// A key or value that threads share.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be cached in a cache that all threads share: it is not `Send` and `Sync`",
    label = "must be `Send` and `Sync`",
    note = "use `local` for one cache per thread, or types that threads can share (`Arc` for `Rc`, `Mutex` for `RefCell`)"
)]
pub trait Shareable: Send + Sync {}

#[diagnostic::do_not_recommend]
impl<T: Send + Sync + ?Sized> Shareable for T {}

impl<R: Reusable + 'static> Cacheable<R> for All {
    type Stored = R;

    #[inline]
    fn admits(self, _: &R) -> bool {
        true
    }

    #[inline]
    fn stored(self, value: &R) -> Option<R> {
        Some(value.clone())
    }

    #[inline]
    fn give(self, stored: &R) -> R {
        stored.clone()
    }
}

impl<R: Reusable + 'static> CachedView<R> for All {
    #[inline]
    fn view(stored: &R) -> &R {
        stored
    }

    fn as_any(stored: &R) -> &dyn Any {
        stored
    }
}

/// A `Result` that is `Ok`: there is no `E` in it, and never will be.
///
/// It is kept whole and not as its `T` because a reader is shown `&Result<T, E>`, the type that the function was written with.
pub struct OkValue<T, E>(Result<T, E>);

// SAFETY: the only constructor is `OkValue::new`, which puts an `Ok` there, and nothing gives out a `&mut` to it. So a `OkValue` owns a
// `T` and no `E`: sending it sends a `T`, sharing it shares a `T`, dropping it drops a `T`. The `&Result<T, E>` that `view` gives
// leads to no `E` either, whatever `E` could have done with threads.
unsafe impl<T: Send, E> Send for OkValue<T, E> {}
// SAFETY: as above.
unsafe impl<T: Sync, E> Sync for OkValue<T, E> {}

impl<T: Clone, E> OkValue<T, E> {
    #[inline]
    fn new(result: &Result<T, E>) -> Option<Self> {
        result.as_ref().ok().map(|value| Self(Ok(value.clone())))
    }

    #[inline]
    fn value(&self) -> T {
        match &self.0 {
            Ok(value) => value.clone(),
            Err(_) => unreachable!("only an `Ok` is cached"),
        }
    }
}

impl<T: fmt::Debug, E> fmt::Debug for OkValue<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("OkValue").field(&self.0.as_ref().ok()).finish()
    }
}

/// What both policies for results have in common.
macro_rules! keeps_ok {
    () => {
        type Stored = OkValue<T, E>;

        #[inline]
        fn admits(self, value: &Result<T, E>) -> bool {
            value.is_ok()
        }

        #[inline]
        fn stored(self, value: &Result<T, E>) -> Option<OkValue<T, E>> {
            OkValue::new(value)
        }

        #[inline]
        fn give(self, stored: &OkValue<T, E>) -> Result<T, E> {
            Ok(stored.value())
        }

        #[inline]
        fn failed(self, value: &Result<T, E>) -> bool {
            value.is_err()
        }
    };
}

impl<T: Reusable + 'static, E: 'static> Cacheable<Result<T, E>> for OkOnly {
    keeps_ok!();
}

impl<T: Reusable + 'static, E: Clone + Send + Sync + 'static> Cacheable<Result<T, E>> for OkSharedErr {
    const SHARES_FAILURES: bool = true;

    keeps_ok!();

    fn shared_failure(self, value: &Result<T, E>) -> Option<Box<dyn Any + Send + Sync>> {
        match value {
            Ok(_) => None,
            Err(error) => Some(Box::new(error.clone())),
        }
    }

    fn from_failure(self, failure: &(dyn Any + Send + Sync)) -> Option<Result<T, E>> {
        failure.downcast_ref::<E>().map(|error| Err(error.clone()))
    }
}

macro_rules! views_ok {
    ($($Policy:ty: [$($error:tt)*];)*) => { $(
        impl<T: Reusable + 'static, E: $($error)* 'static> CachedView<Result<T, E>> for $Policy {
            #[inline]
            fn view(stored: &OkValue<T, E>) -> &Result<T, E> {
                &stored.0
            }

            fn as_any(stored: &OkValue<T, E>) -> &dyn Any {
                &stored.0
            }
        }
    )* };
}
views_ok! {
    OkOnly: [];
    OkSharedErr: [Clone + Send + Sync +];
}

impl<T: Reusable + 'static> Cacheable<Option<T>> for SomeOnly {
    type Stored = Option<T>;

    const SHARES_FAILURES: bool = true;

    #[inline]
    fn admits(self, value: &Option<T>) -> bool {
        value.is_some()
    }

    #[inline]
    fn stored(self, value: &Option<T>) -> Option<Option<T>> {
        value.is_some().then(|| value.clone())
    }

    #[inline]
    fn give(self, stored: &Option<T>) -> Option<T> {
        stored.clone()
    }

    fn shared_failure(self, value: &Option<T>) -> Option<Box<dyn Any + Send + Sync>> {
        value.is_none().then(|| Box::new(()) as _)
    }

    fn from_failure(self, failure: &(dyn Any + Send + Sync)) -> Option<Option<T>> {
        failure.is::<()>().then_some(None)
    }
}

impl<T: Reusable + 'static> CachedView<Option<T>> for SomeOnly {
    #[inline]
    fn view(stored: &Option<T>) -> &Option<T> {
        stored
    }

    fn as_any(stored: &Option<T>) -> &dyn Any {
        stored
    }
}
