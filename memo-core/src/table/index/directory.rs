//! The directory in memory: a head, then 2^depth pointers to segments.
//!
//! Directories and buckets are aligned to 64 bytes, so the six lowest bits of a pointer are free:
//! for a directory's *shift* (32 - depth, the bits of a hash that do not choose the segment), for a
//! segment's [class](super::sizes::SegmentSizes).

#![expect(clippy::cast_possible_truncation, reason = "a shift is six bits")]

use std::alloc::Layout;
use std::marker::PhantomData;
use std::ptr::{self, null_mut};
use std::slice;

use crate::sync::atomic::AtomicPtr;
use crate::sync::atomic::Ordering::{Acquire, Release};
use crate::sync::{reads, writes};
use crate::table::bucket::Bucket;
use crate::table::bucket_array::{BucketArray, EmptyBuckets};
use crate::table::memory::Memory;
use crate::table::short_hash::ShortHash;
use crate::table::slab::ChunkInfo;

/// The bits of a pointer that are free.
pub(super) const LOW_BITS: usize = 63;
/// The shift of a directory of depth 0.
const DEPTH_0_SHIFT: u32 = 32;

/// The head of a directory; its 2^depth entries follow.
///
/// It also leads to the [chunk table](crate::table::slab), so that a reader that uses an older
/// directory sees the chunks that belong to it: emptying a store replaces both at once.
#[repr(C)]
struct Directory {
    chunks: AtomicPtr<ChunkInfo>,
    /// If there is only one segment: its buckets, so that a reader can load where they are before
    /// the hash is computed. Never changes.
    single: BucketArray,
    entries: [DirectoryEntry; 0],
}

// SAFETY: the memory that `single` points to is shared, and lives as long as the directory.
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
    head: Directory { chunks: AtomicPtr::new(null_mut()), single: EMPTY_BUCKETS.array(), entries: [] },
    entry: AtomicPtr::new(EMPTY_BUCKETS.array().first().wrapping_byte_add(1).cast_mut()),
};

/// A directory, as its writer has it.
pub(super) struct DirectoryMemory {
    memory: Memory,
    shift: u32,
}

impl DirectoryMemory {
    /// A directory with these 2^depth entries, of which the first leads to these buckets. Not yet
    /// published.
    pub(super) fn new(
        chunks: *mut ChunkInfo,
        single: BucketArray,
        entries: impl ExactSizeIterator<Item = *mut Bucket>,
    ) -> Self {
        let len = entries.len();
        assert!(len.is_power_of_two());
        let entries_layout = Layout::array::<DirectoryEntry>(len).expect("at most 2^16 entries");
        let (layout, _) = Layout::new::<Directory>().extend(entries_layout).expect("at most 2^16 entries");
        let memory = Memory::uninit(layout.align_to(64).expect("64 is a power of two"));
        let directory = memory.first::<Directory>();
        // SAFETY: in bounds, and not shared before it is published.
        unsafe {
            writes(&raw const (*directory).single);
            directory.write(Directory { chunks: AtomicPtr::new(chunks), single, entries: [] });
            let start = (&raw mut (*directory).entries).cast::<DirectoryEntry>();
            for (at, entry) in entries.take(len).enumerate() {
                start.add(at).write(AtomicPtr::new(entry));
            }
        }
        Self { memory, shift: DEPTH_0_SHIFT - len.trailing_zeros() }
    }

    pub(super) fn view(&self) -> DirectoryRef<'_> {
        DirectoryRef { directory: self.memory.first(), shift: self.shift, _directory: PhantomData }
    }

    pub(super) fn into_memory(self) -> Memory {
        self.memory
    }
}

/// A directory, and its shift.
///
/// Its memory, and that of its buckets, is freed only when nothing uses it: see
/// [`Detached::free`](crate::table::Detached::free).
#[derive(Clone, Copy)]
pub(super) struct DirectoryRef<'a> {
    /// A pointer to all of it. A reference would cover the head only.
    directory: *const Directory,
    shift: u32,
    _directory: PhantomData<&'a Directory>,
}

impl<'a> DirectoryRef<'a> {
    /// The directory of an empty store.
    fn empty() -> Self {
        let directory = ptr::from_ref(&EMPTY_DIRECTORY).cast();
        Self { directory, shift: DEPTH_0_SHIFT, _directory: PhantomData }
    }

    #[inline(always)]
    fn head(self) -> &'a Directory {
        // SAFETY: a directory, which is not freed as long as this is used.
        unsafe { &*self.directory }
    }

    /// The chunk table that the slots of this directory's segments lead to.
    #[inline(always)]
    pub(super) fn chunks(self) -> &'a AtomicPtr<ChunkInfo> {
        &self.head().chunks
    }

    /// The buckets of its segment, if there is only one.
    #[inline(always)]
    pub(super) fn single(self) -> Option<BucketArray> {
        let single = &self.head().single;
        (self.shift == DEPTH_0_SHIFT).then(|| {
            reads(single);
            *single
        })
    }

    #[inline(always)]
    pub(super) fn entries(self) -> &'a [DirectoryEntry] {
        // SAFETY: a directory with this shift has 2^depth entries.
        unsafe {
            let first = (&raw const (*self.directory).entries).cast();
            slice::from_raw_parts(first, 1 << (DEPTH_0_SHIFT - self.shift))
        }
    }

    /// The entry that leads to the segment of this hash.
    #[inline(always)]
    pub(super) fn entry(self, hash: ShortHash) -> &'a DirectoryEntry {
        // SAFETY: so many of the 32 bits of the hash are left as there are bits in the depth.
        unsafe { self.entries().get_unchecked(hash.segment(self.shift)) }
    }
}

/// Where readers find the directory: a pointer, with the shift in its lowest bits.
pub(super) struct AtomicDirectory(AtomicPtr<Directory>);

impl AtomicDirectory {
    pub(super) fn empty() -> Self {
        Self(AtomicPtr::new(tagged(DirectoryRef::empty())))
    }

    #[inline(always)]
    pub(super) fn load(&self) -> DirectoryRef<'_> {
        let directory = self.0.load(Acquire);
        let shift = (directory.addr() & LOW_BITS) as u32;
        DirectoryRef { directory: directory.map_addr(|address| address & !LOW_BITS), shift, _directory: PhantomData }
    }

    /// Publishes a directory.
    pub(super) fn store(&self, directory: DirectoryRef<'_>) {
        // Release: the directory was written before.
        self.0.store(tagged(directory), Release);
    }

    pub(super) fn store_empty(&self) {
        self.store(DirectoryRef::empty());
    }
}

fn tagged(directory: DirectoryRef<'_>) -> *mut Directory {
    directory.directory.map_addr(|address| address | directory.shift as usize).cast_mut()
}
