//! The table without an engine: one writer, keys and values that check themselves.

mod slab;

use super::hazard;
use super::{
    Deadline, EntryRef, EntryType, EntryVtable, FastLookup, FullLookup, Node, PrefixWords, ShortHash, Table,
    TableWriter,
};
use crate::hash::DefaultHashBuilder;
use crate::random::Random;

/// A hash whose 31 bits are these.
pub(super) fn hash(bits: u32) -> ShortHash {
    ShortHash::join(bits >> 7, u64::from(bits & 0x7F) << 1)
}

/// Hashes that are spread over all bits.
pub(super) fn spread(number: u32) -> ShortHash {
    hash(number.wrapping_mul(0x9E37_79B1) >> 1)
}

/// A table, its book, and what is in it.
pub(super) struct Store {
    pub(super) table: Table,
    pub(super) writer: TableWriter,
    stamp: u64,
}

impl Store {
    pub(super) fn new(entries: usize, words: u8) -> Self {
        let mut prefix_words = PrefixWords::default();
        for _ in 0..words {
            prefix_words.reserve();
        }
        let (table, writer) = Table::new(entries, prefix_words);
        Self { table, writer, stamp: 0 }
    }

    /// A new kind of entries: a number and so many bytes.
    pub(super) fn entry_type<V: 'static>(&mut self) -> EntryType {
        self.writer.add_entry_type(&self.table, const { &EntryVtable::new::<u32, V>() })
    }

    /// Lets an entry come. Gives its slot.
    pub(super) fn insert<V: 'static>(&mut self, hash: ShortHash, entry_type: EntryType, key: u32, value: V) -> u32 {
        let slot = self.writer.take(&self.table, entry_type.number);
        let (cell, its_kind) = self.table.node(slot);
        assert_eq!(its_kind, entry_type.number);
        assert!(!self.table.head(slot).is_alive(), "a cell that was given out is free");
        // SAFETY: a place of this kind that nobody else knows.
        unsafe {
            Node::<u32, V>::write_key(cell, key);
            Node::<u32, V>::write_value(cell, value);
        }
        self.stamp += 1;
        self.writer.publish(&self.table, self.table.head(slot), hash, slot, Deadline::NEVER, self.stamp);
        slot
    }

    /// Takes an entry out, and its place back at once: nobody reads.
    pub(super) fn remove(&mut self, slot: u32) -> ShortHash {
        let hash = self.writer.unlink(self.table.head(slot), slot);
        let (_, entry_type) = self.table.node(slot);
        self.writer.give_back(entry_type, slot);
        hash
    }

    /// The value of this key, by the short way and the long one, which must agree.
    pub(super) fn get<V: Copy + PartialEq + std::fmt::Debug + 'static>(
        &self,
        hash: ShortHash,
        entry_type: EntryType,
        key: u32,
    ) -> Option<V> {
        let reading = hazard::read(hazard::scan_tag(&raw const self.table));
        // SAFETY: of this type, protected and alive.
        let is = |entry: EntryRef<'_>| unsafe { *entry.node::<u32, V>().key() == key };
        // SAFETY: as above.
        let value = |entry: EntryRef<'_>| unsafe { *entry.node::<u32, V>().value() };
        let far = match self.table.find_full(hash, entry_type, &|head| reading.protect(head), &is) {
            FullLookup::Found(head, _) => Some(value(head)),
            FullLookup::Absent(version) => {
                assert_eq!(version, self.table.version());
                None
            }
            FullLookup::Unknown => panic!("nobody writes"),
        };
        match self.table.find_fast(
            hash,
            &entry_type,
            false,
            |head| reading.protect(head),
            |deadline| deadline.is_after(0),
        ) {
            FastLookup::Found(head) if is(head) => assert_eq!(Some(value(head)), far),
            FastLookup::Absent(_) => assert_eq!(far, None),
            FastLookup::Found(_) | FastLookup::Unknown => {}
        }
        far
    }

    pub(super) fn live(&self) -> Vec<u32> {
        self.writer.validate(&self.table)
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // SAFETY: nobody reads.
        unsafe { self.writer.detach(&self.table).free() };
    }
}

/// How many of so many entries are not found by the short look, in a table for `bound`.
fn far(bound: usize, entries: u32) -> usize {
    let mut random = Random::new(0);
    let hashes: Vec<ShortHash> = (0..entries).map(|_| ShortHash::of::<DefaultHashBuilder>(random.next_u64())).collect();
    let mut store = Store::new(bound, 0);
    let entry_type = store.entry_type::<()>();
    for (number, &hash) in (0..).zip(&hashes) {
        store.insert(hash, entry_type, number, ());
    }
    let reading = hazard::read(hazard::scan_tag(&raw const store.table));
    let is_near = |(number, hash): (u32, &ShortHash)| {
        match store.table.find_fast(
            *hash,
            &entry_type,
            true,
            |head| reading.protect(head),
            |deadline| deadline.is_after(0),
        ) {
            // SAFETY: of this type, protected and alive.
            FastLookup::Found(entry) => unsafe { *entry.node::<u32, ()>().key() == number },
            FastLookup::Absent(_) => panic!("it is there"),
            FastLookup::Unknown => false,
        }
    };
    (0..).zip(&hashes).filter(|&entry| !is_near(entry)).count()
}

#[test]
fn nearly_all_entries_stand_where_a_hit_looks_first() {
    for (bound, entries, most) in [
        (100, 100, 10),
        (1000, 1000, 40),
        // Segments have split.
        (10_000, 10_000, 400),
        // Of a size that is not known beforehand: as full as segments get, and just split.
        (usize::MAX, 7_500, 750),
        (usize::MAX, 10_000, 400),
    ] {
        let far = far(bound, entries);
        assert!(far <= most, "{far} of {entries}");
    }
}
