//! Entries that left the store, for removal observers.

use crate::info::RemovalCause;

/// An entry that left the index, whose removal the observers have not been told of yet.
#[derive(Clone, Copy)]
pub(super) struct Removal {
    pub(super) slot: u32,
    pub(super) cause: RemovalCause,
}
