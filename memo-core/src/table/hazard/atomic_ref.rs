//! Atomic references to what is never freed.

use std::ptr::{self, null_mut};

use crate::sync::atomic::AtomicPtr;
use crate::sync::atomic::Ordering::{Acquire, Release};

/// A reference to a value that is never freed, or none. Threads may replace it at any time.
pub(super) struct AtomicRef<T: 'static>(AtomicPtr<T>);

impl<T: Sync> AtomicRef<T> {
    pub(super) const fn none() -> Self {
        Self(AtomicPtr::new(null_mut()))
    }

    pub(super) fn load(&self) -> Option<&'static T> {
        // SAFETY: null, or one of the references that were stored, which live for ever. `T` is
        // `Sync`, so other threads may have them. Acquire: the value was written before its
        // reference was stored.
        unsafe { self.0.load(Acquire).as_ref() }
    }

    pub(super) fn store(&self, value: Option<&'static T>) {
        self.0.store(as_ptr(value), Release);
    }

    /// The value; if there is none, one that is made now. While no other thread stores one.
    pub(super) fn load_or_make(&self, make: impl FnOnce() -> T) -> &'static T {
        self.load().unwrap_or_else(|| {
            let made: &'static T = Box::leak(Box::new(make()));
            self.store(Some(made));
            made
        })
    }
}

fn as_ptr<T>(value: Option<&'static T>) -> *mut T {
    value.map_or(null_mut(), |value| ptr::from_ref(value).cast_mut())
}
