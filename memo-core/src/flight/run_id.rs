//! The id of a run, by which every list of runs names it.

use smallvec::SmallVec;

/// A run. A run of a cache has the address of its unpublished entry, which lives as long as the
/// run. A run of a lazy field has an odd number, which is no entry's address.
pub(crate) type RunId = usize;

/// A few runs. One type for all such lists: each type is compiled by itself.
pub(super) type RunIds = SmallVec<[RunId; 4]>;
