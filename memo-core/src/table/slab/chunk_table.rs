//! The readers' half of the slab: from a slot to its cell.

use crate::sync::atomic::AtomicU32;
use crate::sync::atomic::Ordering::Relaxed;
use crate::sync::reads;
use crate::table::node::Head;

/// A chunk, as the chunk table describes it.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct ChunkInfo {
    /// Where the head of slot 0 would be if chunks were contiguous: so a cell is found without its
    /// number in the chunk.
    origin: *mut u8,
    stride: u32,
    entry_type: u32,
}

impl ChunkInfo {
    /// The chunk whose first head is at `first`, and whose first slot is `start`.
    pub(super) fn new(first: *mut u8, start: u32, stride: u32, entry_type: u32) -> Self {
        Self { origin: first.wrapping_sub((start as usize).wrapping_mul(stride as usize)), stride, entry_type }
    }

    /// The cell of one of its slots, given its stride.
    #[inline(always)]
    fn cell_at(&self, slot: u32, stride: u32) -> *mut Head {
        self.origin.wrapping_add((slot as usize).wrapping_mul(stride as usize)).cast()
    }

    /// The cell of one of its slots.
    #[inline(always)]
    pub(super) fn cell(&self, slot: u32) -> *mut Head {
        self.cell_at(slot, self.stride)
    }
}

/// What readers load of the slab, besides the chunk table, to which the index leads.
pub(crate) struct Slab {
    pub(super) shift: AtomicU32,
}

impl Slab {
    pub(crate) fn new() -> Self {
        Self { shift: AtomicU32::new(0) }
    }

    /// The cell of this slot, and the type of its entry.
    ///
    /// # Safety
    ///
    /// The slot was taken from a chunk of this table, and that happened before.
    #[inline]
    pub(crate) unsafe fn node(&self, chunks: *const ChunkInfo, slot: u32) -> (*mut Head, u32) {
        // SAFETY: by contract.
        let chunk = unsafe { &*self.chunk(chunks, slot) };
        reads(chunk);
        (chunk.cell(slot), chunk.entry_type)
    }

    /// The cell of this slot, if its entry is of this type. What the caller knows about the type
    /// need not be loaded.
    ///
    /// # Safety
    ///
    /// As for [`node`](Self::node); the stride is that of the type; with `sole_type` there is no
    /// other type.
    #[inline(always)]
    pub(crate) unsafe fn node_of(
        &self,
        chunks: *const ChunkInfo,
        slot: u32,
        entry_type: u32,
        stride: u32,
        sole_type: bool,
    ) -> Option<*mut Head> {
        // SAFETY: by contract.
        let chunk = unsafe { &*self.chunk(chunks, slot) };
        reads(chunk);
        (sole_type || chunk.entry_type == entry_type).then(|| chunk.cell_at(slot, stride))
    }

    #[inline(always)]
    unsafe fn chunk(&self, chunks: *const ChunkInfo, slot: u32) -> *const ChunkInfo {
        // SAFETY: by the contract of the callers, the chunk is in the table.
        unsafe { chunks.add((slot >> (self.shift.load(Relaxed) & 31)) as usize) }
    }
}
