//! The interface of the caching rules.

use std::any::Any;

/// A rule for the return type `R`: which values are cached, in what form, and how a stored value
/// becomes an `R` again.
pub trait Cacheable<R>: Copy {
    /// The stored form of a value.
    type Stored;

    /// Whether waiters of a run may share a result that is not cached.
    const SHARES_FAILURES: bool = false;

    /// Whether this value is cached.
    fn admits(self, value: &R) -> bool;

    /// The stored form of this value, with a clone of it. `None` if it is not cached.
    fn stored(self, value: &R) -> Option<Self::Stored>;

    /// A clone of the stored value, for a caller.
    fn give(self, stored: &Self::Stored) -> R;

    /// Whether this value is an error, and is not cached for that reason.
    #[inline]
    fn failed(self, _value: &R) -> bool {
        false
    }

    /// What the waiters of this run share if its value is not cached. `None` if they share nothing.
    #[inline]
    fn shared_failure(self, _value: &R) -> Option<Box<dyn Any + Send + Sync>> {
        None
    }

    /// The value that a waiter returns, from a [shared failure](Self::shared_failure).
    #[expect(clippy::wrong_self_convention, reason = "the receiver is the rule, the value comes from the failure")]
    #[inline]
    fn from_failure(self, _failure: &(dyn Any + Send + Sync)) -> Option<R> {
        None
    }
}

/// A rule whose stored values can be looked at in place, as what the function returns.
pub trait CachedView<R>: Cacheable<R> {
    /// The stored value in place.
    fn view(stored: &Self::Stored) -> &R;

    /// The stored value in place, for code that does not know its type.
    fn as_any(stored: &Self::Stored) -> &dyn Any;
}

/// A value that hits can return: each returns a clone.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be cached: a hit returns a clone, and this type is not `Clone`",
    label = "must be `Clone` to be returned by a memoized function",
    note = "derive `Clone` on it, or return `Arc<{Self}>`: the callers then share one value"
)]
pub trait Reusable: Clone {}

// Without this attribute the compiler would name the missing `Clone` and not print the message
// above.
#[diagnostic::do_not_recommend]
impl<T: Clone> Reusable for T {}
