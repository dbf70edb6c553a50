//! Rules for values that are stored as they are.

use super::rule::{Cacheable, CachedView, Reusable};
use std::any::Any;

/// Caches every value.
#[derive(Clone, Copy, Debug)]
pub struct All;

/// Caches a `Some`. A `None` is not cached, but the waiters of its run return it too.
#[derive(Clone, Copy, Debug)]
pub struct SomeOnly;

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
