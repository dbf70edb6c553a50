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
    chunks: Vec<ChunkMemory>,
    table: ChunkVec,
    /// Tables that were replaced, and that readers may still use.
    outgrown: Vec<Memory>,
    prefix_words: PrefixWords,
    /// Whether entries of any type have something to drop.
    needs_drop: bool,
    /// The capacity of the store in entries, `usize::MAX` if unknown.
    entries: usize,
}

/// The allocation of a chunk.
struct ChunkMemory {
    memory: Memory,
    cells: u32,
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
            chunks: Vec::new(),
            table: ChunkVec::default(),
            outgrown: Vec::new(),
            prefix_words,
            needs_drop: false,
            entries,
        }
    }

    /// Adds an entry type.
    pub(crate) fn add_entry_type(&mut self, slab: &Slab, vtable: &'static EntryVtable) -> EntryType {
        let align = vtable.layout.align();
        let offset = (usize::from(self.prefix_words.words) * size_of::<AtomicU64>()).next_multiple_of(align);
        let stride = (offset + vtable.layout.size()).next_multiple_of(align);
        if self.types.is_empty() {
            let by_capacity = usize::BITS - self.entries.leading_zeros();
            let by_size = (CHUNK_BYTES / stride).max(1).ilog2();
            // Relaxed: no slot has been taken yet.
            let shift = by_capacity.min(by_size).clamp(MIN_SHIFT, MAX_SHIFT);
            slab.shift.store(shift, Relaxed);
        }
        self.needs_drop |= vtable.drop.is_some();
        let stride = u32::try_from(stride).expect("entries are smaller than 4 GiB");
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
    pub(crate) fn take(&mut self, slab: &Slab, entry_type: u32, publish: impl FnOnce(*mut ChunkInfo)) -> u32 {
        match self.types[entry_type as usize].free.pop() {
            Some(slot) => slot,
            None => self.take_unused(slab, entry_type, publish),
        }
    }

    #[inline(never)]
    fn take_unused(&mut self, slab: &Slab, entry_type: u32, publish: impl FnOnce(*mut ChunkInfo)) -> u32 {
        if self.types[entry_type as usize].unused.is_empty() {
            self.add_chunk(slab, entry_type, publish);
        }
        self.types[entry_type as usize].unused.next().expect("a new chunk has cells")
    }

    pub(crate) fn give_back(&mut self, entry_type: u32, slot: u32) {
        self.types[entry_type as usize].free.push(slot);
    }

    #[cold]
    #[inline(never)]
    fn add_chunk(&mut self, slab: &Slab, entry_type: u32, publish: impl FnOnce(*mut ChunkInfo)) {
        let shift = slab.shift.load(Relaxed);
        let cells = match self.chunks.len() {
            0 if self.entries >= LARGE => FIRST_CHUNK_CELLS.min(1 << shift),
            _ => 1 << shift,
        };
        let TypeSlab { stride, offset, vtable, .. } = self.types[entry_type as usize];
        let align = CHUNK_ALIGN.max(vtable.layout.align());
        let layout = Layout::from_size_align(stride as usize * cells as usize, align).expect("a chunk is small");
        // Zeroed heads are those of empty cells.
        let memory = Memory::zeroed(layout);
        let first = memory.first::<u8>().wrapping_add(offset);
        let start = u32::try_from(self.chunks.len() << shift).expect("slots are u32");
        self.push_chunk_info(ChunkInfo::new(first, start, stride, entry_type), publish);
        self.chunks.push(ChunkMemory { memory, cells });
        self.types[entry_type as usize].unused = start..start + cells;
    }

    fn push_chunk_info(&mut self, chunk: ChunkInfo, publish: impl FnOnce(*mut ChunkInfo)) {
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
        u32::try_from(self.chunks.len() << slab.shift.load(Relaxed)).unwrap_or(u32::MAX)
    }

    /// Every slot that was ever used, in order.
    pub(crate) fn slots(&self, slab: &Slab) -> impl Iterator<Item = u32> + use<'_> {
        let shift = slab.shift.load(Relaxed);
        self.chunks.iter().zip(0u32..).flat_map(move |(chunk, number)| {
            let start = number << shift;
            let all = start..start + chunk.cells;
            // An empty range says nothing: it may point at the start of another type's chunk.
            let rests = self.types.iter().map(|entry_type| &entry_type.unused).filter(|unused| !unused.is_empty());
            let unused = rests.map(|unused| unused.start).find(|unused| all.contains(unused));
            start..unused.unwrap_or(all.end)
        })
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
            let cells = self.chunks.get(number).map_or(0, |chunk| chunk.cells).clamp(start, stop);
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
        let chunk = self.chunks.get((slot >> shift) as usize);
        chunk.is_some_and(|chunk| slot & ((1 << shift) - 1) < chunk.cells)
    }

    /// Bytes of all chunks.
    pub(crate) fn bytes(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.memory.size()).sum()
    }

    /// The addresses of all chunks.
    pub(crate) fn ranges(&self) -> impl Iterator<Item = Range<usize>> {
        self.chunks.iter().map(|chunk| chunk.memory.range())
    }

    /// Empties the slab at once, and returns what it had, which readers may still use.
    pub(crate) fn detach(&mut self) -> Self {
        let types =
            self.types.iter().map(|entry_type| TypeSlab { free: Vec::new(), unused: 0..0, ..*entry_type }).collect();
        let mut old = std::mem::replace(
            self,
            Self { types, needs_drop: self.needs_drop, ..Self::new(self.entries, self.prefix_words) },
        );
        old.outgrown.extend(std::mem::take(&mut old.table).into_memory());
        old
    }

    /// All memory of a detached slab.
    pub(crate) fn into_memory(self) -> Vec<Memory> {
        let mut memory = self.outgrown;
        memory.extend(self.chunks.into_iter().map(|chunk| chunk.memory));
        memory
    }
}
