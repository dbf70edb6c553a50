//! Where entries live: chunks of equal places that never move, numbered through.
//!
//! A slot is a number; its chunk is `slot >> shift`, its place there the rest. One line of the chunk table tells where a chunk is, how far apart
//! its places are, and of what kind its entries are: a function that is generic has one store and several kinds. No allocation
//! per entry, and giving everything back costs one call per chunk.
//!
//! Before an entry's head there may be words that only some stores need: see [`PrefixWords`].

#![expect(clippy::cast_ptr_alignment, reason = "memory is allocated with the layout of what it is for")]

use std::alloc::{Layout, handle_alloc_error};
use std::ops::Range;
use std::ptr::{self, null_mut};

use super::node::{EntryVtable, Head};
use crate::sync::atomic::Ordering::Relaxed;
use crate::sync::atomic::{AtomicU32, AtomicU64};
use crate::sync::{alloc, alloc_zeroed, reads, writes};

/// A cache line: what chunks are aligned to, unless their entries ask for more.
const CHUNK_ALIGN: usize = 64;
/// Entries of a full chunk, as a power of two: enough to make the table of chunks small.
const MOST_SHIFT: u32 = 9;
const LEAST_SHIFT: u32 = 4;
/// Chunks of large entries hold fewer of them.
const CHUNK_BYTES: usize = 64 << 10;
/// Places in the first chunk of a store of so many entries, or any number: most functions are called with few different arguments, whatever their
/// bound. In smaller stores the numbers without a place would make it slower to list who has to leave.
const MANY: usize = 4096;
const FIRST: u32 = 16;

/// One line of the chunk table.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct ChunkInfo {
    /// Where the head of slot 0 would be, if chunks lay side by side: so a slot's place is found without its number in the chunk.
    origin: *mut u8,
    stride: u32,
    entry_type: u32,
}

/// What readers go by, besides the chunk table itself, to which the [index](super::index) leads.
pub(super) struct Slab {
    shift: AtomicU32,
}

impl ChunkInfo {
    fn new(first: *mut u8, start: u32, stride: u32, entry_type: u32) -> Self {
        Self { origin: first.wrapping_sub((start as usize).wrapping_mul(stride as usize)), stride, entry_type }
    }

    /// The place of one of its slots, told how far apart they are.
    #[inline(always)]
    fn cell(&self, slot: u32, stride: u32) -> *mut Head {
        self.origin.wrapping_add((slot as usize).wrapping_mul(stride as usize)).cast()
    }
}

/// What writers keep, under the lock.
pub(super) struct SlabWriter {
    types: Vec<TypeSlab>,
    chunks: Vec<Allocated>,
    /// The chunk table, and how many lines it has room for.
    table: *mut ChunkInfo,
    room: usize,
    /// Tables that readers may still look into.
    outgrown: Vec<(*mut u8, Layout)>,
    prefix_words: PrefixWords,
    /// Whether entries of any kind have something to drop.
    needs_drop: bool,
    /// Entries that there will be at most, as far as is known.
    entries: usize,
}

// SAFETY: the memory that it points to is the store's own.
unsafe impl Send for SlabWriter {}

fn table_layout(lines: usize) -> Layout {
    Layout::array::<ChunkInfo>(lines).expect("a table of chunks is small")
}

struct Allocated {
    memory: *mut u8,
    layout: Layout,
    cells: u32,
}

impl Allocated {
    fn range(&self) -> Range<usize> {
        self.memory.addr()..self.memory.addr() + self.layout.size()
    }
}

struct TypeSlab {
    vtable: &'static EntryVtable,
    stride: u32,
    /// Bytes before the first head.
    offset: usize,
    free: Vec<u32>,
    /// Slots that were never used: the rest of this kind's last chunk.
    unused: Range<u32>,
}

/// Words before each head, counted from it downwards.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct PrefixWords {
    pub(crate) words: u8,
}

impl PrefixWords {
    /// One more word; gives its number.
    pub(crate) fn reserve(&mut self) -> u8 {
        self.words += 1;
        self.words
    }
}

/// A word before this head.
///
/// # Safety
///
/// `head` is a place in a slab whose [`PrefixWords`] have a word of this number.
pub(super) unsafe fn prefix_word<'a>(head: *const Head, number: u8) -> &'a AtomicU64 {
    // SAFETY: by contract; words are as aligned as heads are, and written when the chunk is made.
    unsafe { &*head.cast::<AtomicU64>().sub(number as usize) }
}

impl Slab {
    pub(super) fn new() -> Self {
        Self { shift: AtomicU32::new(0) }
    }

    /// Where the entry of this slot is, and its kind.
    ///
    /// # Safety
    ///
    /// The slot was given out for a chunk of this table, and that happened before.
    #[inline]
    pub(super) unsafe fn node(&self, chunks: *const ChunkInfo, slot: u32) -> (*mut Head, u32) {
        // SAFETY: by contract.
        let chunk = unsafe { &*self.chunk(chunks, slot) };
        reads(chunk);
        (chunk.cell(slot, chunk.stride), chunk.entry_type)
    }

    /// The same, if the entry is of this kind. What is known of the kind beforehand need not be waited for.
    ///
    /// # Safety
    ///
    /// As above; the stride is the kind's; with `sole_type` there is no other.
    #[inline(always)]
    pub(super) unsafe fn node_of(
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
        (sole_type || chunk.entry_type == entry_type).then(|| chunk.cell(slot, stride))
    }

    #[inline(always)]
    unsafe fn chunk(&self, chunks: *const ChunkInfo, slot: u32) -> *const ChunkInfo {
        // SAFETY: by the contract of those who call this, the chunk is in the table.
        unsafe { chunks.add((slot >> (self.shift.load(Relaxed) & 31)) as usize) }
    }
}

impl SlabWriter {
    pub(super) fn new(entries: usize, prefix_words: PrefixWords) -> Self {
        Self {
            types: Vec::new(),
            chunks: Vec::new(),
            table: null_mut(),
            room: 0,
            outgrown: Vec::new(),
            prefix_words,
            needs_drop: false,
            entries,
        }
    }

    /// A new kind of entries; gives its number.
    pub(super) fn add_entry_type(&mut self, slab: &Slab, vtable: &'static EntryVtable) -> u32 {
        let align = vtable.layout.align();
        let offset = (usize::from(self.prefix_words.words) * size_of::<AtomicU64>()).next_multiple_of(align);
        let stride = (offset + vtable.layout.size()).next_multiple_of(align);
        if self.types.is_empty() {
            let by_bound = usize::BITS - self.entries.leading_zeros();
            let by_size = (CHUNK_BYTES / stride).max(1).ilog2();
            // Relaxed: no slot has been given out.
            let shift = by_bound.min(by_size).clamp(LEAST_SHIFT, MOST_SHIFT);
            slab.shift.store(shift, Relaxed);
        }
        self.needs_drop |= vtable.needs_drop;
        let stride = u32::try_from(stride).expect("entries are smaller than 4 GiB");
        self.types.push(TypeSlab { vtable, stride, offset, free: Vec::new(), unused: 0..0 });
        u32::try_from(self.types.len() - 1).expect("fewer than 2^32 types")
    }

    pub(super) fn needs_drop(&self) -> bool {
        self.needs_drop
    }

    pub(super) fn stride(&self, entry_type: u32) -> u32 {
        self.types[entry_type as usize].stride
    }

    pub(super) fn vtable(&self, entry_type: u32) -> &'static EntryVtable {
        self.types[entry_type as usize].vtable
    }

    /// A place for an entry of this kind. `publish` is told of a new chunk table.
    #[inline]
    pub(super) fn take(&mut self, slab: &Slab, entry_type: u32, publish: impl FnOnce(*mut ChunkInfo)) -> u32 {
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

    pub(super) fn give_back(&mut self, entry_type: u32, slot: u32) {
        self.types[entry_type as usize].free.push(slot);
    }

    #[cold]
    #[inline(never)]
    fn add_chunk(&mut self, slab: &Slab, entry_type: u32, publish: impl FnOnce(*mut ChunkInfo)) {
        let shift = slab.shift.load(Relaxed);
        let cells = match self.chunks.len() {
            0 if self.entries >= MANY => FIRST.min(1 << shift),
            _ => 1 << shift,
        };
        let TypeSlab { stride, offset, vtable, .. } = self.types[entry_type as usize];
        let align = CHUNK_ALIGN.max(vtable.layout.align());
        let layout = Layout::from_size_align(stride as usize * cells as usize, align).expect("a chunk is small");
        // SAFETY: the layout is not empty, for a stride holds a head; zeroed heads are heads of places where nothing lives.
        let memory = unsafe { alloc_zeroed(layout) };
        if memory.is_null() {
            handle_alloc_error(layout);
        }
        // SAFETY: inside the allocation.
        let first = unsafe { memory.add(offset) };
        let start = u32::try_from(self.chunks.len() << shift).expect("slots are u32");
        self.add_line(ChunkInfo::new(first, start, stride, entry_type), publish);
        self.chunks.push(Allocated { memory, layout, cells });
        self.types[entry_type as usize].unused = start..start + cells;
    }

    fn add_line(&mut self, chunk: ChunkInfo, publish: impl FnOnce(*mut ChunkInfo)) {
        let used = self.chunks.len();
        if used < self.room {
            // SAFETY: in bounds. No reader looks at this line before it gets a slot of this chunk, from an index that orders it after.
            unsafe {
                writes(self.table.add(used));
                self.table.add(used).write(chunk);
            }
            return;
        }
        let room = (self.room * 2).max(1);
        let layout = table_layout(room);
        // SAFETY: the layout is not empty.
        let table = unsafe { alloc(layout) }.cast::<ChunkInfo>();
        if table.is_null() {
            handle_alloc_error(layout);
        }
        // SAFETY: the old table has that many lines, the new one has more and is ours.
        unsafe {
            if used > 0 {
                ptr::copy_nonoverlapping(self.table, table, used);
            }
            table.add(used).write(chunk);
        }
        let old = std::mem::replace(&mut self.table, table);
        if self.room != 0 {
            self.outgrown.push((old.cast(), table_layout(self.room)));
        }
        self.room = room;
        publish(table);
    }

    /// Above every slot that was ever given out.
    pub(super) fn slot_end(&self, slab: &Slab) -> u32 {
        u32::try_from(self.chunks.len() << slab.shift.load(Relaxed)).unwrap_or(u32::MAX)
    }

    /// Every slot that was ever used, in order.
    pub(super) fn slots(&self, slab: &Slab) -> impl Iterator<Item = u32> + use<'_> {
        let shift = slab.shift.load(Relaxed);
        self.chunks.iter().zip(0u32..).flat_map(move |(chunk, number)| {
            let start = number << shift;
            let all = start..start + chunk.cells;
            // A kind that has used up its chunk, or has none, says nothing: where it stands another's chunk may begin.
            let rests = self.types.iter().map(|entry_type| &entry_type.unused).filter(|unused| !unused.is_empty());
            let unused = rests.map(|unused| unused.start).find(|unused| all.contains(unused));
            start..unused.unwrap_or(all.end)
        })
    }

    /// What `see` makes of the head of each of these slots, of null where there is no place, at the end of `seen`.
    #[inline]
    pub(super) fn each_head<T>(
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
                // SAFETY: the table has a line for each chunk.
                let chunk = unsafe { *self.table.add(number) };
                let first = slot & !mask;
                // In one go and not one by one: then it is not asked of each whether there is room for it.
                seen.extend((start..cells).map(|cell| see(chunk.cell(first + cell, chunk.stride))));
            }
            seen.extend((cells..stop).map(|_| see(ptr::null())));
            slot = end;
        }
    }

    /// Whether the slot is one of a chunk.
    #[inline]
    pub(super) fn knows(&self, slab: &Slab, slot: u32) -> bool {
        let shift = slab.shift.load(Relaxed);
        let chunk = self.chunks.get((slot >> shift) as usize);
        chunk.is_some_and(|chunk| slot & ((1 << shift) - 1) < chunk.cells)
    }

    /// Bytes of all chunks.
    pub(super) fn bytes(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.layout.size()).sum()
    }

    /// Where places are.
    pub(super) fn ranges(&self) -> Vec<Range<usize>> {
        self.chunks.iter().map(Allocated::range).collect()
    }

    /// Whether the address is in one of the chunks.
    pub(super) fn contains(&self, address: usize) -> bool {
        self.chunks.iter().any(|chunk| chunk.range().contains(&address))
    }

    /// Empties the slab at once. What it had is handed out: readers may still look into it.
    pub(super) fn detach(&mut self) -> Self {
        let types =
            self.types.iter().map(|entry_type| TypeSlab { free: Vec::new(), unused: 0..0, ..*entry_type }).collect();
        let mut old = std::mem::replace(
            self,
            Self { types, needs_drop: self.needs_drop, ..Self::new(self.entries, self.prefix_words) },
        );
        if old.room != 0 {
            old.outgrown.push((old.table.cast(), table_layout(old.room)));
        }
        old
    }

    /// All memory of a slab that was detached.
    pub(super) fn into_memory(self) -> Vec<(*mut u8, Layout)> {
        let mut memory = self.outgrown;
        memory.extend(self.chunks.into_iter().map(|chunk| (chunk.memory, chunk.layout)));
        memory
    }
}
