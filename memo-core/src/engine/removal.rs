//! Removed entries that have still to be reported to the removal observers.

use crate::info::RemovalCause;

/// An entry that left the index, and whose removal has not been reported to the observers yet.
#[derive(Clone, Copy)]
pub(super) struct Removal {
    pub(super) slot: u32,
    pub(super) cause: RemovalCause,
}
