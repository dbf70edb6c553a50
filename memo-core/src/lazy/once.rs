//! A value that is computed once and then stays where it is.

use once_cell::sync::OnceCell;

use super::gate::Gate;
use super::run::Place;

/// The cell of a `Lazy<T>`.
///
/// `OnceCell` holds the value, but never waits: it does not know who waits for whom, and a computation that comes back to its own
/// cell would wait for ever. The gate knows.
pub struct Once<T> {
    value: OnceCell<T>,
    gate: Gate,
}

impl<T> Once<T> {
    #[expect(clippy::declare_interior_mutable_const, reason = "every use is meant to be another, empty cell")]
    pub(super) const EMPTY: Self = Self { value: OnceCell::new(), gate: Gate::new() };

    pub(super) const fn with_value(value: T) -> Self {
        Self { value: OnceCell::with_value(value), gate: Gate::new() }
    }

    #[inline]
    pub(super) fn get(&self) -> Option<&T> {
        self.value.get()
    }

    pub(super) fn get_mut(&mut self) -> Option<&mut T> {
        self.value.get_mut()
    }

    pub(super) fn set(&self, value: T) -> Result<(), T> {
        self.value.set(value)
    }

    pub(super) fn take(&mut self) -> Option<T> {
        self.gate.reset();
        self.value.take()
    }

    pub(super) fn into_inner(self) -> Option<T> {
        self.value.into_inner()
    }
}

impl<'f, T> Place for &'f Once<T> {
    type Computed = T;
    type Kept = &'f T;

    fn gate<'p>(self) -> &'p Gate
    where
        Self: 'p,
    {
        &self.gate
    }

    fn look(self) -> Option<&'f T> {
        self.get()
    }

    fn keep(self, computed: T) -> &'f T {
        self.value.try_insert(computed).unwrap_or_else(|(first, _second)| first)
    }
}

impl<T: Clone> Clone for Once<T> {
    fn clone(&self) -> Self {
        self.get().cloned().map_or(Self::EMPTY, Self::with_value)
    }
}
