//! The typed callbacks of a caller, and the adapter that shows them to the engine, which knows no
//! types.
//!
//! [`Match`], [`Take`], [`Ask`] and [`Produce`] are the typed forms of the engine's
//! [callbacks](super::callbacks); [`Erased`] turns each into its untyped form.

use std::any::Any;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ptr;

use super::callbacks::{Computed, Matcher, Request, Taker, WriteValue};
use super::write_terms::{RunFailure, WriteTerms};
use crate::table::{EntryRef, Head, Node};

/// A caller that recognises its key.
pub(crate) trait Match<K> {
    /// Whether this is the key.
    fn matches(&self, key: &K) -> bool;
}

impl<K, F: Fn(&K) -> bool> Match<K> for F {
    fn matches(&self, key: &K) -> bool {
        self(key)
    }
}

/// A caller that takes what it needs of a value.
pub(crate) trait Take<V> {
    /// Takes what it needs of the value.
    fn take(&mut self, value: &V);
    /// Takes the failure that a run without a value shares with its waiters. Returns whether it
    /// could.
    fn take_failure(&mut self, failure: &(dyn Any + Send + Sync)) -> bool {
        let _ = failure;
        false
    }
}

/// A caller that asks for a key, has the key to be stored, and takes what it needs of the value.
pub(crate) trait Ask<K, V>: Match<K> + Take<V> {
    fn is_owned(&self) -> bool;
    /// Clones the key into an owned one. At most once, if it is not owned.
    fn own(&mut self);
    /// Gives up the owned key. At most once.
    fn take_key(&mut self) -> Option<K>;
    /// Gives up the value that comes with the key, if there is one.
    fn take_value(&mut self) -> Option<V> {
        None
    }
}

/// A computed value, in its own types.
pub(crate) trait Produce<K, V> {
    /// Returns the value to be cached, if there is one, and sets its terms.
    fn produce(&mut self, key: &K, terms: &mut WriteTerms) -> Option<V>;

    /// Returns how a run of which nothing is cached ends.
    fn failure(&mut self) -> RunFailure;
}

/// A caller as the engine sees it: by reference only, so a user's crate needs no destructor for its
/// trait objects.
#[repr(transparent)]
pub(super) struct Erased<C, K, V> {
    caller: ManuallyDrop<C>,
    _node: PhantomData<fn() -> (K, V)>,
}

impl<C, K, V> Erased<C, K, V> {
    #[inline(always)]
    pub(super) fn new(caller: &mut C) -> &mut Self {
        // SAFETY: transparent, so it has the layout of the caller; both borrow it mutably, one
        // after the other.
        unsafe { &mut *ptr::from_mut(caller).cast() }
    }
}

impl<C: Match<K>, K, V> Matcher for Erased<C, K, V> {
    #[inline]
    fn is(&self, entry: EntryRef<'_>) -> bool {
        // SAFETY: the engine shows entries of the type that it was asked for; their keys are there.
        self.caller.matches(unsafe { entry.node::<K, V>() }.key())
    }
}

impl<C: Ask<K, V>, K, V> Request for Erased<C, K, V> {
    #[inline]
    fn is_owned(&self) -> bool {
        self.caller.is_owned()
    }

    #[inline]
    fn own(&mut self) {
        self.caller.own();
    }

    #[inline]
    unsafe fn write(&mut self, cell: *mut Head) {
        let (key, value) = (self.caller.take_key(), self.caller.take_value());
        // SAFETY: by contract.
        unsafe {
            if let Some(key) = key {
                Node::<K, V>::write_key(cell, key);
            }
            if let Some(value) = value {
                Node::<K, V>::write_value(cell, value);
            }
        }
    }
}

impl<C: Take<V>, K, V> Taker for Erased<C, K, V> {
    #[inline]
    unsafe fn take(&mut self, entry: EntryRef<'_>) {
        // SAFETY: by contract.
        self.caller.take(unsafe { entry.node::<K, V>().value() });
    }

    #[inline]
    fn take_failure(&mut self, failure: &(dyn Any + Send + Sync)) -> bool {
        self.caller.take_failure(failure)
    }
}

impl<P: Produce<K, V>, K, V> WriteValue for Erased<P, K, V> {
    #[inline]
    unsafe fn write(&mut self, entry: EntryRef<'_>, terms: &mut WriteTerms) -> Computed {
        // SAFETY: by contract.
        let key = unsafe { entry.node::<K, V>() }.key();
        let Some(value) = self.caller.produce(key, terms) else { return Computed::Nothing };
        // SAFETY: by contract.
        Computed::Value(unsafe { Node::<K, V>::write_value(entry.as_ptr(), value) })
    }

    fn failure(&mut self) -> RunFailure {
        self.caller.failure()
    }
}
