//! The cell of a `Lazy<T>`: its value is computed once and never moves.

use once_cell::sync::OnceCell;

use super::init_cell::InitCell;
use super::init_lock::InitLock;

/// A value that is computed once.
///
/// The `OnceCell` stores the value, but no caller ever waits on it: it does not know which run
/// waits for which, so a computation that comes back to its own cell would wait for ever. The
/// [`InitLock`] knows.
pub struct PlainCell<T> {
    pub(super) value: OnceCell<T>,
    pub(super) lock: InitLock,
}

impl<T> PlainCell<T> {
    pub(super) const fn new(value: OnceCell<T>) -> Self {
        Self { value, lock: InitLock::new() }
    }
}

impl<'f, T> InitCell for &'f PlainCell<T> {
    type Value = T;
    type Found = &'f T;

    fn lock<'l>(self) -> &'l InitLock
    where
        Self: 'l,
    {
        &self.lock
    }

    #[inline]
    fn find(self) -> Option<&'f T> {
        self.value.get()
    }

    fn store(self, value: T) -> &'f T {
        self.value.try_insert(value).unwrap_or_else(|(first, _second)| first)
    }
}

/// The clone is empty: nothing would notice that its struct changes.
impl<T> Clone for PlainCell<T> {
    fn clone(&self) -> Self {
        Self::new(OnceCell::new())
    }
}
