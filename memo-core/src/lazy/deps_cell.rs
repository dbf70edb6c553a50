//! The cell of a `Lazy<T, D>`: its value is computed again when the dependencies have changed.

use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::init_cell::InitCell;
use super::init_lock::InitLock;
use crate::key::Key;

/// Dependencies, and the value that was computed from them.
type KeyedValue<T, D> = Arc<(<D as Key>::Stored, T)>;

/// The latest value, with the dependencies that it was computed from.
///
/// The mutex is held to copy or to exchange a pointer and for nothing else: values are compared,
/// cloned and dropped outside of it, while another caller may be replacing them.
pub struct DepsCell<T, D: Key> {
    latest: Mutex<Option<KeyedValue<T, D>>>,
    lock: InitLock,
}

/// A value as callers get it: another run may replace it in its cell while they use it.
pub struct SharedValue<T, D: Key>(KeyedValue<T, D>);

impl<T, D: Key> Deref for SharedValue<T, D> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0.1
    }
}

impl<T, D: Key> DepsCell<T, D> {
    pub(super) const fn new() -> Self {
        Self { latest: Mutex::new(None), lock: InitLock::new() }
    }

    fn latest(&self) -> MutexGuard<'_, Option<KeyedValue<T, D>>> {
        // No user code runs under the lock, so a panic cannot have left it half done.
        self.latest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The value, whatever it was computed from.
    pub(super) fn any(&self) -> Option<SharedValue<T, D>> {
        self.latest().clone().map(SharedValue)
    }

    /// The value, if it was computed from these dependencies.
    pub(super) fn fresh<K: Key<Stored = D::Stored>>(&self, deps: &K) -> Option<SharedValue<T, D>> {
        self.any().filter(|value| deps.matches(&value.0.0))
    }
}

/// The dependencies of a getter, borrowed.
#[diagnostic::on_unimplemented(
    message = "the dependencies of this getter, `{Self}`, are not those that its field declares, `{D}`",
    label = "the field declares other dependencies",
    note = "with `deps(a, b)` the field is a `memokit::Lazy<T, (A, B)>`, where `A` and `B` are the types of `a` and `b`",
    note = "each of them is a `Key`: derive it for types of your own"
)]
pub trait MatchesDeps<D: Key>: Key<Stored = D::Stored> {}

#[diagnostic::do_not_recommend]
impl<K: Key<Stored = D::Stored>, D: Key> MatchesDeps<D> for K {}

/// A cell, and its dependencies as they are now.
pub struct KeyedCell<'f, T, D: Key, K> {
    cell: &'f DepsCell<T, D>,
    deps: K,
}

impl<'f, T, D: Key, K> KeyedCell<'f, T, D, K> {
    pub(super) fn new(cell: &'f DepsCell<T, D>, deps: K) -> Self {
        Self { cell, deps }
    }
}

impl<T, D: Key, K: MatchesDeps<D>> InitCell for &KeyedCell<'_, T, D, K> {
    type Value = T;
    type Found = SharedValue<T, D>;

    fn lock<'l>(self) -> &'l InitLock
    where
        Self: 'l,
    {
        &self.cell.lock
    }

    fn find(self) -> Option<SharedValue<T, D>> {
        self.cell.fresh(&self.deps)
    }

    fn store(self, value: T) -> SharedValue<T, D> {
        let new = Arc::new((self.deps.to_stored(), value));
        let old = self.cell.latest().replace(Arc::clone(&new));
        drop(old);
        SharedValue(new)
    }
}

/// The clone shares the value until one of the two cells is computed again.
impl<T, D: Key> Clone for DepsCell<T, D> {
    fn clone(&self) -> Self {
        Self { latest: Mutex::new(self.latest().clone()), lock: InitLock::new() }
    }
}
