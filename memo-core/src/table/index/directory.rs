//! The directory in memory: a head, then 2^depth pointers to segments.
//!
//! Directories and buckets are aligned to 64 bytes, so the six lowest bits of a pointer are free:
//! for a directory's *shift* (32 - depth, the bits of a hash that do not choose the segment), for a
//! segment's [class](super::sizes::SegmentSizes).

#![expect(clippy::cast_ptr_alignment, reason = "memory is allocated with the layout of its type")]

use std::alloc::{Layout, handle_alloc_error};
use std::ptr::{self, null_mut};

use super::sizes::MIN_BUCKETS;
use crate::sync::atomic::AtomicPtr;
use crate::sync::{alloc, writes};
use crate::table::bucket::{Bucket, EmptyBuckets};
use crate::table::bucket_array::BucketArray;
use crate::table::slab::ChunkInfo;

/// The bits of a pointer that are free.
pub(super) const LOW_BITS: usize = 63;
/// The shift of a directory of depth 0.
pub(super) const DEPTH_0_SHIFT: usize = 32;

/// The head of a directory; its 2^depth entries follow.
///
/// It also leads to the [chunk table](crate::table::slab), so that a reader that uses an older
/// directory sees the chunks that belong to it: emptying a store replaces both at once.
#[repr(C)]
pub(super) struct Directory {
    pub(super) chunks: AtomicPtr<ChunkInfo>,
    /// If there is only one segment: its first bucket, and the number of its buckets, so that a
    /// reader can load them before the hash is computed. Never changes.
    pub(super) first: *const Bucket,
    pub(super) count: u32,
    entries: [DirectoryEntry; 0],
}

// SAFETY: the memory that `first` points to is shared, and lives as long as the directory.
unsafe impl Sync for Directory {}

/// A pointer to a segment's first bucket, with the segment's class in the lowest bits.
pub(super) type DirectoryEntry = AtomicPtr<Bucket>;

/// The directory of an empty store: one segment, empty, of class 1.
#[repr(C, align(64))]
struct EmptyDirectory {
    head: Directory,
    entry: DirectoryEntry,
}

static EMPTY_BUCKETS: EmptyBuckets = EmptyBuckets::new();
static EMPTY_DIRECTORY: EmptyDirectory = EmptyDirectory {
    head: Directory {
        chunks: AtomicPtr::new(null_mut()),
        first: ptr::from_ref(&EMPTY_BUCKETS).cast(),
        count: MIN_BUCKETS,
        entries: [],
    },
    entry: AtomicPtr::new(ptr::from_ref(&EMPTY_BUCKETS).cast::<Bucket>().wrapping_byte_add(1).cast_mut()),
};

/// The directory of an empty store, with its shift in the lowest bits.
pub(super) fn empty() -> *mut Directory {
    ptr::from_ref(&EMPTY_DIRECTORY).cast::<Directory>().cast_mut().wrapping_byte_add(DEPTH_0_SHIFT)
}

impl Directory {
    pub(super) fn layout(entries: usize) -> Layout {
        let entries = Layout::array::<DirectoryEntry>(entries).expect("at most 2^16 entries");
        let (layout, _) = Layout::new::<Self>().extend(entries).expect("at most 2^16 entries");
        layout.align_to(64).expect("64 is a power of two")
    }

    /// A directory with these entries, of which `first` is the first segment's. Not yet published.
    pub(super) fn allocate(
        chunks: *mut ChunkInfo,
        first: BucketArray,
        entries: impl ExactSizeIterator<Item = *mut Bucket>,
    ) -> *mut Self {
        let layout = Self::layout(entries.len());
        // SAFETY: the layout is not empty.
        let directory = unsafe { alloc(layout) }.cast::<Self>();
        if directory.is_null() {
            handle_alloc_error(layout);
        }
        // SAFETY: in bounds, and not shared before it is published.
        unsafe {
            writes(&raw const (*directory).first);
            (&raw mut (*directory).chunks).write(AtomicPtr::new(chunks));
            (&raw mut (*directory).first).write(first.first());
            (&raw mut (*directory).count).write(first.count());
            let start = (&raw mut (*directory).entries).cast::<DirectoryEntry>();
            for (at, entry) in entries.enumerate() {
                start.add(at).write(AtomicPtr::new(entry));
            }
        }
        directory
    }

    /// # Safety
    ///
    /// `directory` is one with more than `at` entries that lives for `'a`.
    #[inline(always)]
    pub(super) unsafe fn entry<'a>(directory: *const Self, at: usize) -> &'a DirectoryEntry {
        // SAFETY: by contract.
        unsafe { &*(&raw const (*directory).entries).cast::<DirectoryEntry>().add(at) }
    }
}
