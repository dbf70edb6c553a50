//! The standard traits of a lazy field. Its value is derived from the other fields of its struct,
//! so any two lazy fields compare equal.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use once_cell::sync::OnceCell;

use super::depends::Depends;
use super::field::Lazy;
use super::plain_cell::PlainCell;

impl<T, D: Depends<T>> Default for Lazy<T, D> {
    fn default() -> Self {
        Self::new()
    }
}

/// Creates a field that has its value already.
impl<T> From<T> for Lazy<T> {
    fn from(value: T) -> Self {
        Self { cell: PlainCell::new(OnceCell::with_value(value)) }
    }
}

/// Without dependencies the clone is empty, as that of a [`Memo`](crate::Memo): it is part of
/// another struct, whose fields may be others, as in `Circle { radius: 10.0, ..small.clone() }`. To
/// keep the value there is [`clone_with_value`](Lazy::clone_with_value). With dependencies the
/// clone keeps the value, since it notices other ones.
impl<T, D: Depends<T>> Clone for Lazy<T, D> {
    fn clone(&self) -> Self {
        Self { cell: self.cell.clone() }
    }
}

impl<T: fmt::Debug, D: Depends<T>> fmt::Debug for Lazy<T, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        D::debug(&self.cell, f)
    }
}

/// Any two are equal: the value is derived from fields that are compared themselves.
impl<T, D: Depends<T>> PartialEq for Lazy<T, D> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl<T, D: Depends<T>> Eq for Lazy<T, D> {}

impl<T, D: Depends<T>> PartialOrd for Lazy<T, D> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T, D: Depends<T>> Ord for Lazy<T, D> {
    fn cmp(&self, _: &Self) -> Ordering {
        Ordering::Equal
    }
}

/// Hashes nothing: equal fields must have equal hashes.
impl<T, D: Depends<T>> Hash for Lazy<T, D> {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}
