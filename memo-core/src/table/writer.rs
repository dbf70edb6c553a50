//! The writer's half of the table: inserts, removals, and everything that goes over all entries.
//! Under the lock.

#![expect(clippy::unused_self, reason = "what is asked of a writer is a method of the writer")]

use std::ops::Range;

use super::index::IndexWriter;
use super::memory::Detached;
use super::node::{Deadline, EntryVtable, Head};
use super::reader::Table;
use super::short_hash::ShortHash;
use super::slab::{EntryType, PrefixWords, SlabWriter};
use crate::sync::atomic::Ordering::Relaxed;
use crate::sync::prefetch;

/// The writer's state of a table.
pub(crate) struct TableWriter {
    index: IndexWriter,
    slab: SlabWriter,
}

impl Table {
    /// A table for at most so many entries, `usize::MAX` if unknown, and its writer.
    pub(crate) fn new(entries: usize, prefix_words: PrefixWords) -> (Self, TableWriter) {
        let writer = TableWriter { index: IndexWriter::default(), slab: SlabWriter::new(entries, prefix_words) };
        (Self::empty(entries), writer)
    }
}

impl TableWriter {
    /// Adds an entry type.
    pub(crate) fn add_entry_type(&mut self, table: &Table, vtable: &'static EntryVtable) -> EntryType {
        self.slab.add_entry_type(&table.slab, vtable)
    }

    pub(crate) fn vtable(&self, entry_type: u32) -> &'static EntryVtable {
        self.slab.vtable(entry_type)
    }

    /// Whether entries have anything to drop.
    pub(crate) fn needs_drop(&self) -> bool {
        self.slab.needs_drop()
    }

    /// The store may have so many entries from now on, `usize::MAX` if unknown.
    pub(crate) fn resized(&mut self, entries: usize) {
        self.index.resized(entries);
        self.slab.resized(entries);
    }

    /// Takes a free cell, to which the caller has exclusive access until the entry is published.
    #[inline]
    pub(crate) fn take(&mut self, table: &Table, entry_type: u32) -> u32 {
        self.index.prepare(&table.index);
        self.slab.take(&table.slab, entry_type, |chunks| self.index.set_chunks(chunks))
    }

    /// Frees a cell that is unreachable, and whose entry was dropped.
    pub(crate) fn give_back(&mut self, entry_type: u32, slot: u32) {
        self.slab.give_back(entry_type, slot);
    }

    /// The head of a slot, if it has a cell with a live entry.
    #[inline]
    pub(crate) fn live<'a>(&self, table: &'a Table, slot: u32) -> Option<&'a Head> {
        self.slab.has_cell(&table.slab, slot).then(|| table.head(slot)).filter(|head| head.is_alive())
    }

    /// Appends the ranks of these slots to `ranks`: [`u64::MAX`] where there is no live entry.
    pub(crate) fn ranks(&self, table: &Table, slots: Range<u32>, ranks: &mut Vec<u64>) {
        self.slab.each_head(&table.slab, slots, ranks, |head| {
            // SAFETY: the head of a cell, or null. Under the lock nothing is freed.
            unsafe { head.as_ref() }.map_or(u64::MAX, |head| {
                // Both loads without a branch in between: which cells are empty is unpredictable.
                let (rank, alive) = (head.rank.load(Relaxed), head.is_alive());
                if alive { rank } else { u64::MAX }
            })
        });
    }

    /// Makes an entry visible to readers, whose key, value, rank and deadline have been written.
    #[inline(always)]
    pub(crate) fn publish(
        &mut self,
        table: &Table,
        head: &Head,
        hash: ShortHash,
        slot: u32,
        deadline: Deadline,
        stamp: u64,
    ) {
        debug_assert!(std::ptr::eq(head, table.head(slot)));
        head.publish(hash, deadline);
        if !self.index.link_fast(hash, slot) {
            let fragment = |slot: u32| table.head(slot).hash_fragment();
            // A reader that began before a split must look again.
            let moved = || table.advance_version(0);
            self.index.link(&table.index, hash, slot, &fragment, &moved);
        }
        // Last: as long as the version is the same, no entry was inserted.
        table.advance_version(stamp);
    }

    /// Marks the entry dead, removes it from the index and returns its hash. A reader that protects
    /// it may go on reading it.
    #[inline]
    pub(crate) fn unlink(&mut self, head: &Head, slot: u32) -> ShortHash {
        let fragment = head.hash_fragment();
        head.retire();
        self.index.unlink(fragment, slot)
    }

    /// Fetches entries that will be removed soon into the processor's cache: the cell of `far`, and
    /// the bucket of `near`, which was `far` in an earlier call, so that its head is there by now.
    #[inline]
    pub(crate) fn prefetch(&self, table: &Table, far: u32, near: u32) {
        prefetch(table.node(far).0);
        self.index.prefetch(table.head(near).hash_fragment());
    }

    /// Calls `see` with each entry that may have this hash and is of this type.
    pub(crate) fn each(&self, table: &Table, hash: ShortHash, entry_type: u32, mut see: impl FnMut(u32)) {
        table.index.view().find(hash, |slot| {
            if table.node(slot).1 == entry_type && table.head(slot).deadline_if(hash).is_some() {
                see(slot);
            }
            false
        });
    }

    /// The slots of all live entries, in order. A list and not an iterator, whose adapters would be
    /// compiled for each caller and each sharing.
    pub(crate) fn alive(&self, table: &Table) -> Vec<u32> {
        self.slab.slots().filter(|&slot| table.head(slot).is_alive()).collect()
    }

    /// Above every slot that was ever taken.
    pub(crate) fn slot_end(&self, table: &Table) -> u32 {
        self.slab.slot_end(&table.slab)
    }

    /// Bytes of all cells.
    pub(crate) fn bytes(&self) -> usize {
        self.slab.bytes()
    }

    /// Empties the table at once, and returns its memory. Entries must have nothing to drop, and
    /// only live ones may use cells.
    pub(crate) fn detach(&mut self, table: &Table) -> Detached {
        let mut memory = self.index.detach(&table.index);
        let slab = self.slab.detach();
        let ranges = slab.ranges().collect();
        memory.extend(slab.into_memory());
        // A reader that used the detached memory must look again.
        table.advance_version(0);
        Detached::new(memory, ranges)
    }

    /// The addresses of its chunks.
    pub(crate) fn ranges(&self) -> impl Iterator<Item = Range<usize>> {
        self.slab.ranges()
    }

    /// The numbers of segments of the index, and of allocations of cells.
    #[cfg(test)]
    pub(crate) fn parts(&self) -> (usize, usize) {
        (self.index.segments(), self.slab.ranges().count())
    }

    /// Checks the table, and returns every live slot.
    #[cfg(any(test, feature = "validate"))]
    pub(crate) fn validate(&self, table: &Table) -> Vec<u32> {
        let live = self.alive(table);
        let linked = self.index.validate(&table.index, |slot| {
            let head = table.head(slot);
            assert!(head.is_alive(), "only live entries are in the index");
            head.hash_fragment()
        });
        assert_eq!(linked, live.len(), "every live entry is in the index once");
        live
    }
}
