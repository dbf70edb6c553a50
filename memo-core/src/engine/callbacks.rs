//! The engine's callbacks into the generic code above it, for the caller's key and its value.

use std::any::Any;

use super::write_terms::{RunFailure, WriteTerms};
use crate::table::{EntryRef, Head, Written};

/// A caller that recognises its key.
pub(crate) trait Matcher {
    /// Whether this entry, published or not, has the key.
    fn is(&self, entry: EntryRef<'_>) -> bool;
}

/// A caller that may start a run, or brings a value: it has the key to be stored.
pub(crate) trait Request: Matcher {
    fn is_owned(&self) -> bool;
    /// Clones the key into an owned one. At most once, if it is not owned.
    fn own(&mut self);

    /// Moves the owned key, and the value if there is one, into a cell. At most once.
    ///
    /// # Safety
    ///
    /// The cell is for entries of the requested type, and no other thread knows it.
    unsafe fn write(&mut self, cell: *mut Head);
}

/// A caller that takes what it needs of a value.
pub(crate) trait Taker {
    /// Takes what it needs of the value.
    ///
    /// # Safety
    ///
    /// The entry is of the type that was asked for, it is protected, and it has its value.
    unsafe fn take(&mut self, entry: EntryRef<'_>);

    /// Takes the failure that a run without a value shares with its waiters. Returns whether it
    /// could.
    fn take_failure(&mut self, failure: &(dyn Any + Send + Sync)) -> bool;
}

/// A caller that looks a key up, and takes what it needs of the value.
pub(crate) trait Finder: Matcher + Taker {}

impl<C: Matcher + Taker> Finder for C {}

/// The same for a caller that starts a run if there is no value.
pub(crate) trait Caller: Request + Taker {}

impl<C: Request + Taker> Caller for C {}

/// A value that was computed.
pub(crate) trait WriteValue {
    /// Writes what is to be cached of it into the unpublished entry, and the terms into `terms`.
    ///
    /// # Safety
    ///
    /// It is an unpublished entry of this type that has its key, and no other thread writes or
    /// reads its value.
    unsafe fn write(&mut self, entry: EntryRef<'_>, terms: &mut WriteTerms) -> Computed;

    /// Returns how a run of which nothing is cached ends.
    fn failure(&mut self) -> RunFailure;
}

/// What of a computed value is to be cached.
pub(crate) enum Computed {
    /// The value has been written.
    Value(Written),
    /// There is nothing to cache.
    Nothing,
}
