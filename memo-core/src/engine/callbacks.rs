//! What the engine asks of the generic code above it: the caller's key, and its value.

use std::any::Any;

use super::run::Request;
use super::write_terms::WriteTerms;
use crate::table::EntryRef;

/// What a caller makes of a value.
pub(crate) trait Taker {
    /// Takes what it needs of the value.
    ///
    /// # Safety
    ///
    /// The entry is of the type that was asked for, it is protected, and its value is there.
    unsafe fn take(&mut self, entry: EntryRef<'_>);

    /// Takes what a run without a value left for its waiters. Says whether it could.
    fn take_failure(&mut self, failure: &(dyn Any + Send + Sync)) -> bool;
}

/// A caller that asks for a value: its key, and what it makes of the value.
pub(crate) trait Caller: Request + Taker {}

impl<C: Request + Taker> Caller for C {}

/// A value that was computed.
pub(crate) trait WriteValue {
    /// Writes what is to be cached of it into the unpublished entry, and on which terms into
    /// `terms`.
    ///
    /// # Safety
    ///
    /// It is an unpublished entry of this type, its key is there, and no other thread writes or
    /// reads its value.
    unsafe fn write(&mut self, entry: EntryRef<'_>, terms: &mut WriteTerms) -> Computed;

    /// What is to become of a run of which nothing is cached.
    fn failure(&mut self) -> RunFailure;
}

/// What is there of a computed value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Computed {
    /// It is written.
    Value,
    /// There is nothing to cache.
    Nothing,
}

/// A run of which nothing is cached.
pub(crate) struct RunFailure {
    /// What the waiters get; without it they look again.
    pub(crate) shared: Option<Box<dyn Any + Send + Sync>>,
    /// Whether the value is an error.
    pub(crate) is_error: bool,
}
