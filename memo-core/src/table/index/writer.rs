//! The writer's half of the index: which segments there are, and what they hold. Under the lock.

use super::directory::DirectoryMemory;
use super::reader::Index;
use super::sizes::{MIN_BUCKETS, SegmentSizes, buckets_in};
use crate::sync::atomic::Ordering::Release;
use crate::table::bucket::Bucket;
use crate::table::bucket_array::Buckets;
use crate::table::memory::Memory;
use crate::table::short_hash::ShortHash;
use crate::table::slab::ChunkInfo;

/// The writer's state of the index.
#[derive(Default)]
pub(crate) struct IndexWriter {
    pub(super) segments: Vec<Segment>,
    /// The segment of each directory entry, as an index into `segments`.
    pub(super) entries: Vec<u32>,
    /// Every directory since the store was empty, the newest last. Readers may use any of them.
    directories: Vec<DirectoryMemory>,
    /// Buckets that were replaced, and that readers may still use.
    pub(super) outgrown: Vec<Memory>,
    /// Buckets that a segment gets before it splits, if that is more than a full one has: since the
    /// store became larger than it was made for.
    pub(super) least_buckets: u32,
}

/// A cache line, so that a shift finds it in a list.
#[repr(align(64))]
pub(super) struct Segment {
    pub(super) buckets: Buckets,
    pub(super) class: u32,
    pub(super) len: u32,
    /// Entries that it takes before it must grow or split.
    pub(super) max_len: u32,
    /// How many leading bits of hash its entries have in common.
    pub(super) depth: u32,
}

impl Segment {
    /// What a directory entry that leads here holds.
    fn pointer(&self) -> *mut Bucket {
        self.buckets.array().first().cast_mut().map_addr(|address| address | self.class as usize)
    }
}

impl IndexWriter {
    /// The store may have so many entries from now on, `usize::MAX` if unknown.
    pub(crate) fn resized(&mut self, entries: usize) {
        self.least_buckets = SegmentSizes::new(entries).full;
    }

    /// Creates the first segment, if there is none. Before the first cell is taken.
    pub(crate) fn prepare(&mut self, index: &Index) {
        if self.segments.is_empty() {
            self.create_first(index);
        }
    }

    #[cold]
    fn create_first(&mut self, index: &Index) {
        let class = u32::from(index.sizes.full > MIN_BUCKETS);
        let count = buckets_in(class, index.sizes.full);
        let (buckets, max_len) = (Buckets::allocate(count), index.sizes.max_len(count, 0));
        self.segments = vec![Segment { buckets, class, len: 0, max_len, depth: 0 }];
        self.entries = vec![0];
        // Most stores need no more.
        self.directories.reserve_exact(1);
        self.publish_directory(index);
    }

    /// Publishes a new chunk table.
    pub(crate) fn set_chunks(&self, chunks: *mut ChunkInfo) {
        for directory in &self.directories {
            // Release: the table was filled before.
            directory.view().chunks().store(chunks, Release);
        }
    }

    /// Adds a slot, if its segment has room.
    #[inline(always)]
    pub(crate) fn link_fast(&mut self, hash: ShortHash, slot: u32) -> bool {
        let segment = self.segment(hash);
        let room = segment.len < segment.max_len;
        if room {
            segment.len += 1;
            segment.buckets.array().link(hash, slot);
        }
        room
    }

    /// Removes a slot, given the stored fragment of its hash, and returns the whole hash.
    #[inline(always)]
    pub(crate) fn unlink(&mut self, fragment: u32, slot: u32) -> ShortHash {
        // The tag does not choose the segment.
        let segment = self.segment(ShortHash::join(fragment, 0));
        segment.len -= 1;
        segment.buckets.array().unlink(fragment, slot).expect("a removed entry was in the index")
    }

    /// Fetches the bucket of an entry that will be removed soon into the processor's cache.
    #[inline]
    pub(crate) fn prefetch(&self, fragment: u32) {
        let at = self.segment_index(ShortHash::join(fragment, 0));
        self.segments[at].buckets.array().prefetch(fragment);
    }

    #[inline]
    fn segment(&mut self, hash: ShortHash) -> &mut Segment {
        let at = if self.segments.len() == 1 { 0 } else { self.segment_index(hash) };
        &mut self.segments[at]
    }

    /// The segment of this hash, as an index into `segments`.
    #[inline]
    pub(super) fn segment_index(&self, hash: ShortHash) -> usize {
        self.entries[hash.segment(u32::BITS - self.entries.len().trailing_zeros())] as usize
    }

    /// Makes the directory lead to the buckets of this segment, which are new.
    pub(super) fn publish_segment(&self, at: usize) {
        let directory = self.directories.last().expect("there is a segment").view();
        let pointer = self.segments[at].pointer();
        for (entry, _) in directory.entries().iter().zip(&self.entries).filter(|(_, to)| **to as usize == at) {
            // Release: the buckets were filled before.
            entry.store(pointer, Release);
        }
    }

    /// Publishes a new directory, complete.
    pub(super) fn publish_directory(&mut self, index: &Index) {
        let pointers = self.entries.iter().map(|&at| self.segments[at as usize].pointer());
        let chunks = index.view().chunks().cast_mut();
        let directory = DirectoryMemory::new(chunks, self.segments[0].buckets.array(), pointers);
        index.directory.store(directory.view());
        self.directories.push(directory);
    }

    /// Empties the index at once, and returns its memory, which readers may still use.
    pub(crate) fn detach(&mut self, index: &Index) -> Vec<Memory> {
        index.directory.store_empty();
        let empty = Self { least_buckets: self.least_buckets, ..Self::default() };
        let Self { segments, directories, mut outgrown, .. } = std::mem::replace(self, empty);
        outgrown.extend(directories.into_iter().map(DirectoryMemory::into_memory));
        outgrown.extend(segments.into_iter().map(|segment| segment.buckets.into_memory()));
        outgrown
    }

    /// The number of segments.
    #[cfg(test)]
    pub(crate) fn segments(&self) -> usize {
        self.segments.len()
    }

    /// Checks the index, and returns the number of linked slots.
    #[cfg(any(test, feature = "validate"))]
    pub(crate) fn validate(&self, index: &Index, fragment: impl Fn(u32) -> u32) -> usize {
        let mut all = 0;
        for (at, segment) in self.segments.iter().enumerate() {
            let mut len = 0;
            segment.buckets.array().each(|slot, tag| {
                let hash = ShortHash::join(fragment(slot), tag);
                assert_eq!(self.segment_index(hash), at, "in the segment that its hash leads to");
                assert!(index.view().find(hash, |other| other == slot), "found by its hash");
                len += 1;
            });
            assert_eq!(len, segment.len);
            all += len as usize;
        }
        all
    }
}
