//! The readers' half of the slab: from a slot to its cell.

use crate::sync::atomic::AtomicU32;
use crate::sync::atomic::Ordering::Relaxed;
use crate::sync::reads;
use crate::table::node::{EntryRef, Head};

/// A type of entries in a table: its number, and the distance between its cells.
#[derive(Clone, Copy, Debug, Default)]
pub struct EntryType {
    pub(crate) number: u32,
    pub(super) stride: u32,
}

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

    /// The cell of this slot.
    ///
    /// # Safety
    ///
    /// The slot was taken from a chunk of this table, and that happened before. Neither is freed
    /// during `'a`.
    #[inline(always)]
    pub(crate) unsafe fn cell<'a>(&self, chunks: *const ChunkInfo, slot: u32) -> CellRef<'a> {
        let number = (slot >> (self.shift.load(Relaxed) & 31)) as usize;
        // SAFETY: by contract, the chunk is in the table.
        let chunk = unsafe { &*chunks.add(number) };
        reads(chunk);
        CellRef { chunk, slot }
    }
}

/// A cell: a slot beside its chunk, neither of which is freed during `'a`.
#[derive(Clone, Copy)]
pub(crate) struct CellRef<'a> {
    chunk: &'a ChunkInfo,
    slot: u32,
}

impl<'a> CellRef<'a> {
    /// The number of its entry type.
    #[inline]
    pub(crate) fn entry_type(self) -> u32 {
        self.chunk.entry_type
    }

    /// Its entry, published or not.
    #[inline]
    pub(crate) fn entry(self) -> EntryRef<'a> {
        // SAFETY: a cell, and so begins with a head. It is not freed during `'a`.
        unsafe { EntryRef::new(self.chunk.cell(self.slot)) }
    }

    /// Its entry, if that is of this type. What the caller knows about the type need not be loaded.
    ///
    /// # Safety
    ///
    /// The type is one of this slab; with `sole_type` there is no other.
    #[inline(always)]
    pub(crate) unsafe fn entry_of(self, entry_type: EntryType, sole_type: bool) -> Option<EntryRef<'a>> {
        let EntryType { number, stride } = entry_type;
        // SAFETY: as in `entry`, for the stride is the chunk's, as its type is.
        (sole_type || self.chunk.entry_type == number)
            .then(|| unsafe { EntryRef::new(self.chunk.cell_at(self.slot, stride)) })
    }
}
