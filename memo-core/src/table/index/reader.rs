//! The readers' half of the index: from a hash to its buckets.

#![expect(clippy::cast_possible_truncation, reason = "a class is six bits")]

use super::directory::{AtomicDirectory, DirectoryRef, LOW_BITS};
use super::sizes::{SegmentSizes, buckets_in};
use crate::sync::atomic::Ordering::Acquire;
use crate::table::bucket_array::{BucketArray, BucketPtr};
use crate::table::short_hash::ShortHash;
use crate::table::slab::ChunkInfo;

/// What readers load of the index.
pub(crate) struct Index {
    pub(super) directory: AtomicDirectory,
    pub(super) sizes: SegmentSizes,
}

impl Index {
    /// For a store of at most so many entries; `usize::MAX` if unknown.
    pub(crate) fn new(entries: usize) -> Self {
        Self { directory: AtomicDirectory::empty(), sizes: SegmentSizes::new(entries) }
    }

    #[inline(always)]
    pub(crate) fn view(&self) -> IndexView<'_> {
        IndexView { directory: self.directory.load(), full: self.sizes.full }
    }
}

/// The index as one read sees it, and the chunk table that its slots lead to.
#[derive(Clone, Copy)]
pub(crate) struct IndexView<'a> {
    directory: DirectoryRef<'a>,
    full: u32,
}

impl IndexView<'_> {
    #[inline(always)]
    fn buckets(self, hash: ShortHash) -> BucketArray {
        if let Some(buckets) = self.directory.single() {
            return buckets;
        }
        let first = self.directory.entry(hash).load(Acquire);
        let count = buckets_in((first.addr() & LOW_BITS) as u32, self.full);
        // SAFETY: an entry points to buckets in the number of their class, which live as long as
        // the directory.
        unsafe { BucketArray::at(first.map_addr(|address| address & !LOW_BITS), count) }
    }

    /// Calls `is_match` with each slot that may have this hash, until it returns true. Returns
    /// whether it did.
    #[inline(always)]
    pub(crate) fn find(self, hash: ShortHash, is_match: impl FnMut(u32) -> bool) -> bool {
        self.buckets(hash).find(hash, is_match)
    }

    /// The home bucket of this hash.
    #[inline(always)]
    pub(crate) fn home(self, hash: ShortHash) -> BucketPtr {
        self.buckets(hash).home(hash)
    }

    /// The chunk table, with the chunks of all slots found so far.
    #[inline(always)]
    pub(crate) fn chunks(self) -> *const ChunkInfo {
        // Acquire: the table's content was written before.
        self.directory.chunks().load(Acquire)
    }
}
