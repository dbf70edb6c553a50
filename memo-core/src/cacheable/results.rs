//! Rules for results, of which only an `Ok` is cached.

use super::rule::{Cacheable, CachedView, Reusable};
use std::any::Any;
use std::fmt;

/// Caches an `Ok`. An `Err` is returned to its caller only.
#[derive(Clone, Copy, Debug)]
pub struct OkOnly;

/// Caches an `Ok`. An `Err` is not cached, but the waiters of its run return a clone of it.
#[derive(Clone, Copy, Debug)]
pub struct OkSharedErr;

/// A `Result` that is `Ok`: it contains no `E`, and never will.
///
/// It is stored whole and not as its `T`, because closures of the attribute get a `&Result<T, E>`,
/// the type that the function was written with.
pub struct OkValue<T, E>(Result<T, E>);

// SAFETY: the only constructor is `OkValue::new`, which stores an `Ok`, and nothing returns a
// `&mut` to it. So an `OkValue` owns a `T` and no `E`: sending it sends a `T`, sharing it shares a
// `T`, dropping it drops a `T`. The `&Result<T, E>` that `view` returns does not lead to an `E`
// either, so it does not matter what an `E` could do on other threads.
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

/// What both rules for results have in common.
macro_rules! caches_ok {
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
    caches_ok!();
}

impl<T: Reusable + 'static, E: Clone + Send + Sync + 'static> Cacheable<Result<T, E>> for OkSharedErr {
    const SHARES_FAILURES: bool = true;

    caches_ok!();

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
    ($($Rule:ty: [$($bounds:tt)*];)*) => { $(
        impl<T: Reusable + 'static, E: $($bounds)* 'static> CachedView<Result<T, E>> for $Rule {
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
