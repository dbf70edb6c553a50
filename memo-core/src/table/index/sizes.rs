//! How many buckets a segment has, and how many entries it takes.

use crate::table::bucket::WIDTH;

/// Buckets of the first segment of a store, and of the smallest class.
pub(super) const MIN_BUCKETS: u32 = 4;
/// Entries of a full segment, roughly.
const USUAL_ENTRIES: usize = 800;

/// The sizes of a store's segments.
///
/// A segment's *class* gives its number of buckets in the six lowest bits of a pointer: class 0 is
/// the usual full segment, the others are powers of two.
pub(super) struct SegmentSizes {
    /// Buckets of a segment of class 0.
    pub(super) full: u32,
    /// Percentage of its positions that a segment fills before it grows or splits.
    load: u32,
    /// The same for segments that have split.
    split_load: u32,
}

impl SegmentSizes {
    /// For a store of at most so many entries; `usize::MAX` if unknown.
    pub(super) fn new(entries: usize) -> Self {
        // Small tables can afford short probes.
        let load = if entries <= 1 << 15 { 60 } else { 82 };
        // Segments fill unevenly. Where the number of entries is known, the last tenth of each
        // segment evens that out. Otherwise a segment is half full after a split and fills until
        // the next one: if that comes sooner, it is on average as full as the segments of a known
        // number.
        let split_load = if entries == usize::MAX { 82 } else { 93 };
        Self { full: full_segment(entries, load), load, split_load }
    }

    /// Entries that a segment of so many buckets takes.
    pub(super) fn max_len(&self, buckets: u32, depth: u32) -> u32 {
        let load = if depth == 0 { self.load } else { self.split_load };
        u32::try_from(u64::from(buckets * WIDTH) * u64::from(load) / 100).expect("a part of a u32")
    }
}

/// Buckets of a segment of this class, where those of class 0 have `full`.
#[inline(always)]
pub(super) fn buckets_in(class: u32, full: u32) -> u32 {
    if class == 0 { full } else { (MIN_BUCKETS / 2) << class }
}

/// Buckets of a full segment. Where the number of entries is known: so many that segments that have
/// split as often as necessary are as full as they may be.
fn full_segment(entries: usize, load: u32) -> u32 {
    let mut per_segment = if entries == usize::MAX { USUAL_ENTRIES * 3 / 4 } else { entries };
    while per_segment > USUAL_ENTRIES + USUAL_ENTRIES / 2 {
        per_segment = per_segment.div_ceil(2);
    }
    let positions = u64::try_from(per_segment).unwrap_or(u64::MAX) * 100 / u64::from(load);
    let buckets = positions.div_ceil(u64::from(WIDTH)).max(2);
    u32::try_from(buckets.next_multiple_of(2)).expect("a segment is small")
}
