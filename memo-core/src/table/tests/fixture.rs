//! A table without an engine: one writer, and look-ups of both kinds that must agree.

use crate::table::hazard;
use crate::table::node::{Deadline, EntryRef, EntryVtable, Node};
use crate::table::reader::{FastLookup, FullLookup, Table};
use crate::table::short_hash::ShortHash;
use crate::table::slab::{EntryType, PrefixWords};
use crate::table::writer::TableWriter;

/// The hash with these 31 bits.
pub(super) fn hash(bits: u32) -> ShortHash {
    ShortHash::join(bits >> 7, u64::from(bits & 0x7F) << 1)
}

/// A hash that differs from those of other numbers in all bits.
pub(super) fn spread(number: u32) -> ShortHash {
    hash(number.wrapping_mul(0x9E37_79B1) >> 1)
}

/// A table and its writer.
pub(super) struct TestTable {
    pub(super) table: Table,
    pub(super) writer: TableWriter,
    stamp: u64,
}

impl TestTable {
    pub(super) fn new(entries: usize, words: u8) -> Self {
        let mut prefix_words = PrefixWords::default();
        for _ in 0..words {
            prefix_words.reserve();
        }
        let (table, writer) = Table::new(entries, prefix_words);
        Self { table, writer, stamp: 0 }
    }

    /// Adds an entry type: a number as key, a `V` as value.
    pub(super) fn entry_type<V: 'static>(&mut self) -> EntryType {
        self.writer.add_entry_type(&self.table, const { &EntryVtable::new::<u32, V>() })
    }

    /// Inserts an entry, and returns its slot.
    pub(super) fn insert<V: 'static>(&mut self, hash: ShortHash, entry_type: EntryType, key: u32, value: V) -> u32 {
        let slot = self.writer.take(&self.table, entry_type.number);
        let (cell, its_type) = self.table.node(slot);
        assert_eq!(its_type, entry_type.number);
        assert!(!self.table.head(slot).is_alive(), "a cell that is taken was free");
        // SAFETY: a cell of this type, taken and not yet published.
        unsafe {
            Node::<u32, V>::write_key(cell, key);
            Node::<u32, V>::write_value(cell, value);
        }
        self.stamp += 1;
        self.writer.publish(&self.table, self.table.head(slot), hash, slot, Deadline::NEVER, self.stamp);
        slot
    }

    /// Removes an entry, and reuses its cell at once: no thread reads.
    pub(super) fn remove(&mut self, slot: u32) -> ShortHash {
        let hash = self.writer.unlink(self.table.head(slot), slot);
        let (_, entry_type) = self.table.node(slot);
        self.writer.give_back(entry_type, slot);
        hash
    }

    /// The value of this key by the fast look-up and by the full one, which must agree.
    pub(super) fn get<V: Copy + PartialEq + std::fmt::Debug + 'static>(
        &self,
        hash: ShortHash,
        entry_type: EntryType,
        key: u32,
    ) -> Option<V> {
        let guard = hazard::read(hazard::scan_tag(&raw const self.table));
        // SAFETY: of this type, protected and live.
        let is_match = |entry: EntryRef<'_>| unsafe { *entry.node::<u32, V>().key() == key };
        // SAFETY: as above.
        let value = |entry: EntryRef<'_>| unsafe { *entry.key_and_value::<u32, V>().1 };
        let full = match self.table.find_full(hash, entry_type, &|head| guard.protect(head), &is_match) {
            FullLookup::Found(head, _) => Some(value(head)),
            FullLookup::Absent(version) => {
                assert_eq!(version, self.table.version());
                None
            }
            FullLookup::Unknown => panic!("no thread writes"),
        };
        match self.table.find_fast(
            hash,
            &entry_type,
            false,
            |head| guard.protect(head),
            |deadline| deadline.is_after(0),
        ) {
            FastLookup::Found(head) if is_match(head) => assert_eq!(Some(value(head)), full),
            FastLookup::Absent(_) => assert_eq!(full, None),
            FastLookup::Found(_) | FastLookup::Unknown => {}
        }
        full
    }

    pub(super) fn live(&self) -> Vec<u32> {
        self.writer.validate(&self.table)
    }
}

impl Drop for TestTable {
    fn drop(&mut self) {
        // SAFETY: no thread reads.
        unsafe { self.writer.detach(&self.table).free() };
    }
}
