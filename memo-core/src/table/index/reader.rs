//! The readers' half of the index: from a hash to its buckets.

#![expect(clippy::cast_possible_truncation, reason = "shifts and classes are six bits")]

use super::directory::{self, DEPTH_0_SHIFT, Directory, LOW_BITS};
use super::sizes::{SegmentSizes, buckets_in};
use crate::sync::atomic::AtomicPtr;
use crate::sync::atomic::Ordering::{Acquire, Release};
use crate::sync::reads;
use crate::table::bucket::BucketPair;
use crate::table::bucket_array::BucketArray;
use crate::table::short_hash::ShortHash;
use crate::table::slab::ChunkInfo;

/// What readers load of the index.
pub(crate) struct Index {
    /// With its shift in the lowest bits.
    directory: AtomicPtr<Directory>,
    pub(super) sizes: SegmentSizes,
}

impl Index {
    /// For a store of at most so many entries; `usize::MAX` if unknown.
    pub(crate) fn new(entries: usize) -> Self {
        Self { directory: AtomicPtr::new(directory::empty()), sizes: SegmentSizes::new(entries) }
    }

    #[inline(always)]
    pub(crate) fn view(&self) -> IndexView {
        let directory = self.directory.load(Acquire);
        let shift = (directory.addr() & LOW_BITS) as u32;
        IndexView { directory: directory.map_addr(|address| address & !LOW_BITS), shift, full: self.sizes.full }
    }

    /// Publishes a directory of 2^depth entries.
    pub(super) fn publish(&self, directory: *mut Directory, entries: usize) {
        let shift = DEPTH_0_SHIFT - entries.trailing_zeros() as usize;
        // Release: the directory was written before.
        self.directory.store(directory.map_addr(|address| address | shift), Release);
    }

    /// Publishes the directory of an empty store.
    pub(super) fn publish_empty(&self) {
        self.directory.store(directory::empty(), Release);
    }
}

/// The index as one read sees it, and the chunk table that its slots lead to.
#[derive(Clone, Copy)]
pub(crate) struct IndexView {
    directory: *const Directory,
    shift: u32,
    full: u32,
}

impl IndexView {
    #[inline(always)]
    fn buckets(self, hash: ShortHash) -> BucketArray {
        // SAFETY: a directory with this shift has 2^depth entries and outlives its readers. So do
        // the buckets that each entry points to, in the number of their class, and those of
        // `first`, in the number beside it.
        unsafe {
            if self.shift as usize == DEPTH_0_SHIFT {
                reads(&raw const (*self.directory).first);
                return BucketArray::at((*self.directory).first, (*self.directory).count);
            }
            let first = Directory::entry(self.directory, hash.segment(self.shift)).load(Acquire);
            let count = buckets_in((first.addr() & LOW_BITS) as u32, self.full);
            BucketArray::at(first.map_addr(|address| address & !LOW_BITS), count)
        }
    }

    /// Calls `is_match` with each slot that may have this hash, until it returns true. Returns
    /// whether it did.
    pub(crate) fn find(self, hash: ShortHash, is_match: impl FnMut(u32) -> bool) -> bool {
        self.buckets(hash).find(hash, is_match)
    }

    /// The home bucket of this hash, and its neighbour.
    #[inline(always)]
    pub(crate) fn pair<'a>(self, hash: ShortHash) -> BucketPair<'a> {
        self.buckets(hash).pair(hash)
    }

    /// The chunk table, with the chunks of all slots found so far.
    #[inline(always)]
    pub(crate) fn chunks(self) -> *const ChunkInfo {
        // SAFETY: directories outlive their readers. Acquire: the table's content was written
        // before.
        unsafe { (*self.directory).chunks.load(Acquire) }
    }
}
