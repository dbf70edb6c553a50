//! A value that is computed again when what it was computed from has changed.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::gate::Gate;
use super::run::Place;
use crate::key::Key;

/// The cell of a `Lazy<T, D>`: the latest value, beside the dependencies that it was computed from.
///
/// The lock is held to copy or exchange a pointer and for nothing else: comparing, cloning and dropping happen outside of it, on a
/// value that somebody may be replacing meanwhile.
pub struct Latest<T, D: Key> {
    kept: Mutex<Option<Shared<T, D>>>,
    gate: Gate,
}

/// A value that somebody may be replacing while others use it.
pub(super) type Shared<T, D> = Arc<(<D as Key>::Stored, T)>;

impl<T, D: Key> Latest<T, D> {
    #[expect(clippy::declare_interior_mutable_const, reason = "every use is meant to be another, empty cell")]
    pub(super) const EMPTY: Self = Self { kept: Mutex::new(None), gate: Gate::new() };

    fn lock(&self) -> MutexGuard<'_, Option<Shared<T, D>>> {
        // Nothing of the user's runs under the lock, so nothing was left half done.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The value, whatever it was computed from.
    pub(super) fn any(&self) -> Option<Shared<T, D>> {
        self.lock().clone()
    }

    /// The value, if it was computed from these.
    pub(super) fn fresh<K: Key<Stored = D::Stored>>(&self, key: &K) -> Option<Shared<T, D>> {
        self.any().filter(|kept| key.matches(&kept.0))
    }

    /// The place for the value that goes with these.
    pub(super) fn with<'f, K>(&'f self, key: &'f K) -> With<'f, T, D, K> {
        With { cell: self, key }
    }
}

/// A cell and the dependencies as they are now.
pub(super) struct With<'f, T, D: Key, K> {
    cell: &'f Latest<T, D>,
    key: &'f K,
}

impl<T, D: Key, K> Clone for With<'_, T, D, K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, D: Key, K> Copy for With<'_, T, D, K> {}

impl<T, D: Key, K: Key<Stored = D::Stored>> Place for With<'_, T, D, K> {
    type Computed = T;
    type Kept = Shared<T, D>;

    fn gate<'p>(self) -> &'p Gate
    where
        Self: 'p,
    {
        &self.cell.gate
    }

    fn look(self) -> Option<Shared<T, D>> {
        self.cell.fresh(self.key)
    }

    fn keep(self, computed: T) -> Shared<T, D> {
        let new = Arc::new((self.key.to_stored(), computed));
        let old = self.cell.lock().replace(Arc::clone(&new));
        drop(old);
        new
    }
}

/// The clone shares the value until one of the two computes again; nobody can tell.
impl<T, D: Key> Clone for Latest<T, D> {
    fn clone(&self) -> Self {
        Self { kept: Mutex::new(self.any()), gate: Gate::new() }
    }
}
