//! The writer's half of the slab: chunks, free cells, and the growth of the chunk table. Under the
//! lock.

use std::alloc::Layout;
use std::ops::Range;
use std::ptr;

use super::chunk_table::{ChunkInfo, EntryType, Slab};
use super::chunk_vec::ChunkVec;
use super::prefix_words::PrefixWords;
use crate::sync::atomic::AtomicU64;
use crate::sync::atomic::Ordering::Relaxed;
use crate::table::memory::Memory;
use crate::table::node::{EntryVtable, Head};

/// A cache line: the alignment of chunks, unless their entries need more.
const CHUNK_ALIGN: usize = 64;
/// Cells of a full chunk, as a power of two: enough to keep the chunk table small.
const MAX_SHIFT: u32 = 9;
const MIN_SHIFT: u32 = 4;
/// Chunks of large entries have fewer cells.
const CHUNK_BYTES: usize = 64 << 10;
/// Cells of the first chunk of a store for at least `LARGE` entries: most functions are called with
/// few different arguments, whatever their capacity. In smaller stores the slot numbers without a
/// cell would make it slower to list victims.
const FIRST_CHUNK_CELLS: u32 = 16;
const LARGE: usize = 4096;

/// The writer's state of the slab.
pub(crate) struct SlabWriter {
    types: Vec<TypeSlab>,
    blocks: Vec<Block>,
    table: ChunkVec,
    /// Tables that were replaced, and that readers may still use.
    outgrown: Vec<Memory>,
    prefix_words: PrefixWords,
    /// Whether entries of any type have something to drop.
    needs_drop: bool,
    /// The capacity of the store in entries when it was made, `usize::MAX` if unknown.
    entries: usize,
    /// The capacity that it has now.
    resized: usize,
}

/// An allocation: the cells of one chunk. A store that became larger than it was made for has small
/// chunks, and several of them in one allocation.
struct Block {
    memory: Memory,
    slots: Range<u32>,
}

/// Cells of a chunk of such entries, as a power of two, in a store for at most so many.
fn chunk_shift(entries: usize, stride: u32) -> u32 {
    let by_capacity = usize::BITS - entries.leading_zeros();
    let by_size = (CHUNK_BYTES / stride as usize).max(1).ilog2();
    by_capacity.min(by_size).clamp(MIN_SHIFT, MAX_SHIFT)
}

/// The cells of one entry type.
struct TypeSlab {
    vtable: &'static EntryVtable,
    stride: u32,
    /// Bytes before the first head of a chunk.
    offset: usize,
    free: Vec<u32>,
    /// Slots that were never used: the rest of this type's last chunk.
    unused: Range<u32>,
}

impl SlabWriter {
    pub(crate) fn new(entries: usize, prefix_words: PrefixWords) -> Self {
        Self {
            types: Vec::new(),
            blocks: Vec::new(),
            table: ChunkVec::default(),
            outgrown: Vec::new(),
            prefix_words,
            needs_drop: false,
            entries,
            resized: entries,
        }
    }

    /// The store may have so many entries from now on.
    pub(crate) fn resized(&mut self, entries: usize) {
        self.resized = entries;
    }

    /// Adds an entry type.
    pub(crate) fn add_entry_type(&mut self, slab: &Slab, vtable: &'static EntryVtable) -> EntryType {
        let align = vtable.layout.align();
        let offset = (usize::from(self.prefix_words.words) * size_of::<AtomicU64>()).next_multiple_of(align);
        let stride = (offset + vtable.layout.size()).next_multiple_of(align);
        let stride = u32::try_from(stride).expect("entries are smaller than 4 GiB");
        if self.types.is_empty() {
            // Relaxed: no slot has been taken yet.
            slab.shift.store(chunk_shift(self.entries, stride), Relaxed);
        }
        self.needs_drop |= vtable.drop.is_some();
        // Nearly every store has one type.
        self.types.reserve_exact(1);
        self.types.push(TypeSlab { vtable, stride, offset, free: Vec::new(), unused: 0..0 });
        let number = u32::try_from(self.types.len() - 1).expect("fewer than 2^32 types");
        EntryType { number, stride }
    }

    pub(crate) fn needs_drop(&self) -> bool {
        self.needs_drop
    }

    pub(crate) fn vtable(&self, entry_type: u32) -> &'static EntryVtable {
        self.types[entry_type as usize].vtable
    }

    /// Takes a free cell for an entry of this type. `publish` is called with a new chunk table.
    #[inline]
    pub(crate) fn take(&mut self, slab: &Slab, entry_type: u32, publish: impl Fn(*mut ChunkInfo)) -> u32 {
        match self.types[entry_type as usize].free.pop() {
            Some(slot) => slot,
            None => self.take_unused(slab, entry_type, publish),
        }
    }

    #[inline(never)]
    fn take_unused(&mut self, slab: &Slab, entry_type: u32, publish: impl Fn(*mut ChunkInfo)) -> u32 {
        if self.types[entry_type as usize].unused.is_empty() {
            self.add_block(slab, entry_type, publish);
        }
        self.types[entry_type as usize].unused.next().expect("a new chunk has cells")
    }

    pub(crate) fn give_back(&mut self, entry_type: u32, slot: u32) {
        self.types[entry_type as usize].free.push(slot);
    }

    #[cold]
    #[inline(never)]
    fn add_block(&mut self, slab: &Slab, entry_type: u32, publish: impl Fn(*mut ChunkInfo)) {
        let shift = slab.shift.load(Relaxed);
        let TypeSlab { stride, offset, vtable, .. } = self.types[entry_type as usize];
        let cells = match self.blocks.len() {
            0 if self.entries >= LARGE => FIRST_CHUNK_CELLS.min(1 << shift),
            0 => 1 << shift,
            _ => 1 << shift.max(chunk_shift(self.resized, stride)),
        };
        let align = CHUNK_ALIGN.max(vtable.layout.align());
        let layout = Layout::from_size_align(stride as usize * cells as usize, align).expect("a block is small");
        // Zeroed heads are those of empty cells.
        let memory = Memory::zeroed(layout);
        let first = memory.first::<u8>().wrapping_add(offset);
        let start = self.slot_end(slab);
        let slots = start..start.checked_add(cells).expect("slots are u32");
        for chunk in slots.clone().step_by(1 << shift) {
            let first = first.wrapping_add((chunk - start) as usize * stride as usize);
            self.push_chunk_info(ChunkInfo::new(first, chunk, stride, entry_type), &publish);
        }
        if self.blocks.is_empty() {
            // Most stores need no more.
            self.blocks.reserve_exact(1);
        }
        self.blocks.push(Block { memory, slots: slots.clone() });
        self.types[entry_type as usize].unused = slots;
    }

    fn push_chunk_info(&mut self, chunk: ChunkInfo, publish: &impl Fn(*mut ChunkInfo)) {
        if self.table.has_room() {
            return self.table.push(chunk);
        }
        let mut table = self.table.doubled();
        table.push(chunk);
        publish(table.first());
        self.outgrown.extend(std::mem::replace(&mut self.table, table).into_memory());
    }

    /// Above every slot that was ever taken.
    pub(crate) fn slot_end(&self, slab: &Slab) -> u32 {
        u32::try_from(self.table.as_slice().len() << slab.shift.load(Relaxed)).unwrap_or(u32::MAX)
    }

    /// Every slot that was ever used, in order.
    pub(crate) fn slots(&self) -> impl Iterator<Item = u32> + use<'_> {
        self.blocks.iter().flat_map(|Block { slots, .. }| {
            // An empty range says nothing: it may point at the start of another type's block.
            let rests = self.types.iter().map(|entry_type| &entry_type.unused).filter(|unused| !unused.is_empty());
            let unused = rests.map(|unused| unused.start).find(|unused| slots.contains(unused));
            slots.start..unused.unwrap_or(slots.end)
        })
    }

    /// The cells of the chunk with this number.
    #[inline]
    fn cells(&self, number: usize, shift: u32) -> u32 {
        match (number, self.blocks.first()) {
            (0, Some(first)) => first.slots.end.min(1 << shift),
            _ if number < self.table.as_slice().len() => 1 << shift,
            _ => 0,
        }
    }

    /// Appends to `seen` what `see` returns for the head of each of these slots, and for null where
    /// there is no cell.
    #[inline]
    pub(crate) fn each_head<T>(
        &self,
        slab: &Slab,
        slots: Range<u32>,
        seen: &mut Vec<T>,
        see: impl Fn(*const Head) -> T,
    ) {
        let shift = slab.shift.load(Relaxed);
        let mask = (1 << shift) - 1;
        let mut slot = slots.start;
        while slot < slots.end {
            let end = slots.end.min((slot | mask).saturating_add(1));
            let number = (slot >> shift) as usize;
            let (start, stop) = (slot & mask, (slot & mask) + (end - slot));
            let cells = self.cells(number, shift).clamp(start, stop);
            if cells > start {
                let chunk = self.table.as_slice()[number];
                let first = slot & !mask;
                // All at once and not one by one: the vector then reserves room once.
                seen.extend((start..cells).map(|cell| see(chunk.cell(first + cell))));
            }
            seen.extend((cells..stop).map(|_| see(ptr::null())));
            slot = end;
        }
    }

    /// Whether the slot has a cell.
    #[inline]
    pub(crate) fn has_cell(&self, slab: &Slab, slot: u32) -> bool {
        let shift = slab.shift.load(Relaxed);
        slot & ((1 << shift) - 1) < self.cells((slot >> shift) as usize, shift)
    }

    /// Bytes of all cells.
    pub(crate) fn bytes(&self) -> usize {
        self.blocks.iter().map(|block| block.memory.size()).sum()
    }

    /// The addresses of all cells.
    pub(crate) fn ranges(&self) -> impl Iterator<Item = Range<usize>> {
        self.blocks.iter().map(|block| block.memory.range())
    }

    /// Empties the slab at once, and returns what it had, which readers may still use.
    pub(crate) fn detach(&mut self) -> Self {
        let types =
            self.types.iter().map(|entry_type| TypeSlab { free: Vec::new(), unused: 0..0, ..*entry_type }).collect();
        let mut old = std::mem::replace(
            self,
            Self {
                types,
                needs_drop: self.needs_drop,
                resized: self.resized,
                ..Self::new(self.entries, self.prefix_words)
            },
        );
        old.outgrown.extend(std::mem::take(&mut old.table).into_memory());
        old
    }

    /// All memory of a detached slab.
    pub(crate) fn into_memory(self) -> Vec<Memory> {
        let mut memory = self.outgrown;
        memory.extend(self.blocks.into_iter().map(|block| block.memory));
        memory
    }
}
