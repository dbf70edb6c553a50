//! Statics that each run has anew.

use std::ops::Deref;
use std::ptr;

use super::memory::step;

/// Declares statics.
macro_rules! process_static {
    ($($(#[$attribute:meta])* $visible:vis static $NAME:ident: $Type:ty = $value:expr;)*) => { $(
        $(#[$attribute])*
        $visible static $NAME: $crate::sync::RunStatic<$Type> = $crate::sync::RunStatic::new(|| $value);
    )* };
}
pub(crate) use process_static;

/// A static of a run, made when it is first used.
pub(crate) struct RunStatic<T> {
    new: fn() -> T,
}

impl<T> RunStatic<T> {
    pub(crate) const fn new(new: fn() -> T) -> Self {
        Self { new }
    }
}

impl<T: Sync + 'static> Deref for RunStatic<T> {
    type Target = T;

    fn deref(&self) -> &T {
        let make = || ptr::from_ref::<T>(Box::leak(Box::new((self.new)()))).expose_provenance();
        let address = step(|memory, _| *memory.statics.entry(ptr::from_ref(self).addr()).or_insert_with(make));
        // SAFETY: made as a `T`, and leaked.
        unsafe { &*ptr::with_exposed_provenance(address.expect("in a run")) }
    }
}
