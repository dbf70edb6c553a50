//! The table: which entries there are, found without a lock.
//!
//! Readers ask [`Table::find`]. Writers hold the store's lock, which guards the [`TableWriter`]. Nothing here knows keys and values,
//! so it is compiled once for all of them; policies, dates, flights and counts are the [engine](crate::engine)'s.
//!
//! This module and its children hold the lock-free part of the crate, and nearly all that is unsafe in it. The promise that the rest builds
//! on: *an entry that is found alive by a reader stays as it is until that reader is done*, for
//! 1. a reader announces the entry, then checks that it lives ([`hazard`], [`node`]);
//! 2. who takes an entry out first makes it dead, and reuses its place only after [`hazard::protected`] did not name it;
//! 3. the tables that readers look through on the way stay until nobody looks into this store ([`Detached`]).
//!
//! And: *a miss is a miss*. The clock moves with every entry that comes and whenever entries change their place, always before anything is
//! taken away. So who found nothing while the clock stood still has proved that nothing was there.

#![expect(clippy::unused_self, reason = "what is asked of a table or a writer is asked of the table or the writer")]

mod barrier;
mod bucket;
pub(crate) mod hazard;
mod index;
pub(crate) mod lock;
pub(crate) mod node;
mod short_hash;
mod slab;
pub(crate) mod thread_counters;

#[cfg(test)]
mod tests;

use std::alloc::Layout;
use std::ops::Range;

use index::IndexView;
use index::{Index, IndexWriter};
pub(crate) use node::{Deadline, EntryRef, EntryVtable, Head, Node};
pub(crate) use short_hash::ShortHash;
pub(crate) use slab::PrefixWords;
use slab::{Slab, SlabWriter};

use crate::sync::atomic::AtomicU64;
use crate::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use crate::sync::atomic::fence;
use crate::sync::prefetch;

/// How often a reader that found nothing looks again because the clock has moved, before it asks under the lock.
const LOOKS: u32 = 4;

/// What readers go by: one cache line.
#[repr(C)]
pub(crate) struct Table {
    /// The tick of the last entry that came.
    version: AtomicU64,
    index: Index,
    slab: Slab,
}

/// A kind of entries of a table: its number, and how far apart its places are.
#[derive(Clone, Copy, Debug, Default)]
pub struct EntryType {
    pub(crate) number: u32,
    stride: u32,
}

/// What a short look came to.
pub(crate) enum FastLookup<'a> {
    /// This entry, alive and in time.
    Found(EntryRef<'a>),
    /// Nothing, if the clock still says this under the lock.
    Absent(u64),
    /// That takes a longer look.
    Unknown,
}

/// What a reader came to.
pub(crate) enum FullLookup<'a> {
    /// This entry, alive when its due date was read.
    Found(EntryRef<'a>, Deadline),
    /// Nothing, if the clock still says this under the lock.
    Absent(u64),
    /// The clock does not stand still long enough to say.
    Unknown,
}

impl Table {
    /// For so many entries, `usize::MAX` for any number.
    pub(crate) fn new(entries: usize, prefix_words: PrefixWords) -> (Self, TableWriter) {
        let table = Self { version: AtomicU64::new(1), index: Index::new(entries), slab: Slab::new() };
        let writer = TableWriter { index: IndexWriter::default(), slab: SlabWriter::new(entries, prefix_words) };
        (table, writer)
    }

    /// The tick of the last entry that came.
    #[inline(always)]
    pub(crate) fn version(&self) -> u64 {
        self.version.load(Relaxed)
    }

    /// Looks for an entry with this hash and of this kind where nearly all are: in the first place with the right tag, in the home bucket or its
    /// neighbour. `protect` announces it before it is looked at. Without a loop, and with a kind that is read late: a hit needs few
    /// registers. Where the store has but one kind (`sole_type`), it is not compared.
    #[inline(always)]
    pub(crate) fn find_fast<'a>(
        &self,
        hash: ShortHash,
        entry_type: &EntryType,
        sole_type: bool,
        protect: impl FnOnce(*const Head),
        is_fresh: impl FnOnce(Deadline) -> bool,
    ) -> FastLookup<'a> {
        let version = self.version.load(Acquire);
        let view = self.index.view();
        let line = view.line(hash);
        let mut bucket = line.home();
        let mut candidates = bucket.candidates(hash);
        if candidates.is_none() {
            if !candidates.overflowed {
                return if self.is_unchanged(version) { FastLookup::Absent(version) } else { FastLookup::Unknown };
            }
            bucket = line.neighbour();
            candidates = bucket.candidates(hash);
            if candidates.is_none() {
                let nothing = !candidates.overflowed && self.is_unchanged(version);
                return if nothing { FastLookup::Absent(version) } else { FastLookup::Unknown };
            }
        }
        let (candidate, chunks, entry_type) = (bucket.first(candidates), view.chunks(), *entry_type);
        // SAFETY: as in `check`.
        let Some(head) =
            (unsafe { self.slab.node_of(chunks, candidate, entry_type.number, entry_type.stride, sole_type) })
        else {
            return FastLookup::Unknown;
        };
        protect(head);
        // SAFETY: as in `check`.
        let entry: EntryRef<'a> = unsafe { EntryRef::new(head) };
        if entry.is_live(hash, is_fresh) { FastLookup::Found(entry) } else { FastLookup::Unknown }
    }

    /// Whether the clock still says this, after everything that was loaded before.
    #[inline(always)]
    fn is_unchanged(&self, version: u64) -> bool {
        fence(Acquire);
        self.version.load(Relaxed) == version
    }

    /// As [`find_fast`](Self::find_near), everywhere, with proof, and again if entries come meanwhile.
    pub(crate) fn find_full<'a>(
        &self,
        hash: ShortHash,
        entry_type: EntryType,
        protect: &dyn Fn(*const Head),
        is: &dyn Fn(EntryRef<'_>) -> bool,
    ) -> FullLookup<'a> {
        for _ in 0..LOOKS {
            let version = self.version.load(Acquire);
            let view = self.index.view();
            let mut found = None;
            view.find(hash, |slot| {
                found = self.check(view, slot, hash, entry_type, &protect, &is);
                found.is_some()
            });
            if let Some((head, deadline)) = found {
                return FullLookup::Found(head, deadline);
            }
            if self.is_unchanged(version) {
                return FullLookup::Absent(version);
            }
        }
        FullLookup::Unknown
    }

    /// The entry in this slot, if it is the one.
    #[inline]
    fn check<'a>(
        &self,
        view: IndexView,
        slot: u32,
        hash: ShortHash,
        entry_type: EntryType,
        protect: &impl Fn(*const Head),
        is: &impl Fn(EntryRef<'_>) -> bool,
    ) -> Option<(EntryRef<'a>, Deadline)> {
        // SAFETY: the slot was found by this view, so its chunk is in the table that the view leads to.
        let head = unsafe { self.slab.node_of(view.chunks(), slot, entry_type.number, entry_type.stride, false) }?;
        protect(head);
        // SAFETY: places are never freed while somebody looks into the store, so this is a head, alive or not.
        let entry: EntryRef<'a> = unsafe { EntryRef::new(head) };
        let deadline = entry.deadline_if(hash)?;
        is(entry).then_some((entry, deadline))
    }

    /// The place of a slot that a book gave out and that is in use, and the kind of its entry.
    #[inline]
    pub(crate) fn node(&self, slot: u32) -> (*mut Head, u32) {
        // SAFETY: no table that has places in use is taken away.
        unsafe { self.slab.node(self.index.view().chunks(), slot) }
    }

    /// The entry of such a slot, published or not.
    #[inline]
    pub(crate) fn entry(&self, slot: u32) -> EntryRef<'_> {
        self.typed_entry(slot).0
    }

    /// The same with its entry type.
    #[inline]
    pub(crate) fn typed_entry(&self, slot: u32) -> (EntryRef<'_>, u32) {
        let (cell, entry_type) = self.node(slot);
        // SAFETY: cells that were given out begin with a head. Under the lock nothing is freed.
        (unsafe { EntryRef::new(cell) }, entry_type)
    }

    /// The head of such a slot.
    #[inline]
    pub(crate) fn head(&self, slot: u32) -> &Head {
        self.cell(slot).0
    }

    /// Both at the price of one.
    #[inline]
    pub(crate) fn cell(&self, slot: u32) -> (&Head, *mut Head, u32) {
        let (cell, entry_type) = self.node(slot);
        // SAFETY: places that were given out begin with a head. Under the lock nothing is freed.
        (unsafe { &*cell }, cell, entry_type)
    }

    /// One of the [extra](Extras) words of a slot.
    pub(crate) fn prefix_word(&self, head: &Head, number: u8) -> &AtomicU64 {
        // SAFETY: all places of this table have the words that were reserved.
        unsafe { slab::prefix_word(head, number) }
    }
}

/// What writers keep, under the lock.
pub(crate) struct TableWriter {
    index: IndexWriter,
    slab: SlabWriter,
}

impl TableWriter {
    /// A new kind of entries; gives its number.
    pub(crate) fn add_entry_type(&mut self, table: &Table, vtable: &'static EntryVtable) -> EntryType {
        let number = self.slab.add_entry_type(&table.slab, vtable);
        EntryType { number, stride: self.slab.stride(number) }
    }

    pub(crate) fn vtable(&self, entry_type: u32) -> &'static EntryVtable {
        self.slab.vtable(entry_type)
    }

    /// Whether entries have anything to drop.
    pub(crate) fn needs_drop(&self) -> bool {
        self.slab.needs_drop()
    }

    /// A place for an entry, which nobody else knows.
    #[inline]
    pub(crate) fn take(&mut self, table: &Table, entry_type: u32) -> u32 {
        table.index.prepare(&mut self.index);
        self.slab.take(&table.slab, entry_type, |chunks| Index::set_chunks(&self.index, chunks))
    }

    /// A place that nobody can reach any more, its entry dropped.
    pub(crate) fn give_back(&mut self, entry_type: u32, slot: u32) {
        self.slab.give_back(entry_type, slot);
    }

    /// The head of a slot, which may never have been given out, if an entry lives there.
    #[inline]
    pub(crate) fn live<'a>(&self, table: &'a Table, slot: u32) -> Option<&'a Head> {
        self.slab.knows(&table.slab, slot).then(|| table.head(slot)).filter(|head| head.is_alive())
    }

    /// The marks of these slots, [`u64::MAX`] where nothing lives, at the end of `ranks`.
    pub(crate) fn ranks(&self, table: &Table, slots: Range<u32>, ranks: &mut Vec<u64>) {
        self.slab.each_head(&table.slab, slots, ranks, |head| {
            // SAFETY: the head of a place, or nothing. Under the lock nothing is freed.
            unsafe { head.as_ref() }.map_or(u64::MAX, |head| {
                // Both at once: which places are empty nobody can guess.
                let (rank, alive) = (head.rank.load(Relaxed), head.is_alive());
                if alive { rank } else { u64::MAX }
            })
        });
    }

    /// Lets readers find the entry, whose key, value, mark and dates have been written.
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
        if !Index::link_at_once(&mut self.index, hash, slot) {
            let fragment = |slot: u32| table.head(slot).hash_fragment();
            // Whoever looked before a split must look again.
            let moved = || table.version.store(table.version.load(Relaxed) + 1, Release);
            table.index.link(&mut self.index, hash, slot, &fragment, &moved);
        }
        // Last: with the same clock nothing has come.
        table.version.store(stamp.max(table.version.load(Relaxed) + 1), Release);
    }

    /// Lets nobody find the entry any more. Who holds it may go on reading it. Gives its hash.
    #[inline]
    pub(crate) fn unlink(&mut self, head: &Head, slot: u32) -> ShortHash {
        let fragment = head.hash_fragment();
        head.retire();
        Index::unlink(&mut self.index, fragment, slot)
    }

    /// The entries in these slots will be taken out before long: where they are, and where the index leads to `near`, comes into the processor's caches
    /// meanwhile. `far` has more time, and was `near`'s place when that was asked for.
    #[inline]
    pub(crate) fn prefetch(&self, table: &Table, far: u32, near: u32) {
        prefetch(table.node(far).0);
        Index::prefetch(&self.index, table.head(near).hash_fragment());
    }

    /// The hash of a live entry.
    pub(crate) fn hash(&self, table: &Table, slot: u32) -> ShortHash {
        self.index.hash(table.head(slot).hash_fragment(), slot)
    }

    /// Calls `see` for each entry that may have this hash and is of this kind.
    pub(crate) fn each(&self, table: &Table, hash: ShortHash, entry_type: u32, mut see: impl FnMut(u32)) {
        table.index.view().find(hash, |slot| {
            if table.node(slot).1 == entry_type && table.head(slot).deadline_if(hash).is_some() {
                see(slot);
            }
            false
        });
    }

    /// The slots of all live entries, in order. A list and no iterator, whose adapters would be compiled for each that asks, and for each scope.
    pub(crate) fn alive(&self, table: &Table) -> Vec<u32> {
        self.slab.slots(&table.slab).filter(|&slot| table.head(slot).is_alive()).collect()
    }

    /// Above every slot that was ever given out.
    pub(crate) fn slot_end(&self, table: &Table) -> u32 {
        self.slab.slot_end(&table.slab)
    }

    /// Bytes of all places.
    pub(crate) fn bytes(&self) -> usize {
        self.slab.bytes()
    }

    /// Empties the table at once; its memory is handed out. No entry has anything to drop, and no place is in use but for live entries.
    pub(crate) fn detach(&mut self, table: &Table) -> Detached {
        let mut memory = table.index.detach(&mut self.index);
        let slab = self.slab.detach();
        let ranges = slab.ranges();
        memory.extend(slab.into_memory());
        // Who looked for something in what was taken away must look again.
        table.version.store(table.version.load(Relaxed) + 1, Release);
        Detached { memory, ranges }
    }

    /// Whether the address is that of a place here.
    pub(crate) fn contains(&self, address: usize) -> bool {
        self.slab.contains(address)
    }

    /// Every live slot, if all is well.
    #[cfg(any(test, feature = "validate"))]
    pub(crate) fn validate(&self, table: &Table) -> Vec<u32> {
        let live = self.alive(table);
        let linked = table.index.validate(&self.index, |slot| {
            let head = table.head(slot);
            assert!(head.is_alive(), "only live entries are in the index");
            head.hash_fragment()
        });
        assert_eq!(linked, live.len(), "every live entry is in the index once");
        live
    }
}

/// The memory of a table that was emptied, until nobody looks into it any more.
pub(crate) struct Detached {
    memory: Vec<(*mut u8, Layout)>,
    /// Where entries were.
    ranges: Vec<Range<usize>>,
}

// SAFETY: plain memory, owned by whoever detached it.
unsafe impl Send for Detached {}

impl Detached {
    /// Whether the address is that of a place here.
    pub(crate) fn contains(&self, address: usize) -> bool {
        self.ranges.iter().any(|range| range.contains(&address))
    }

    /// Frees the memory.
    ///
    /// # Safety
    ///
    /// Nobody looks into it any more.
    pub(crate) unsafe fn free(self) {
        // SAFETY: by contract.
        unsafe { index::free(self.memory) };
    }
}

/// Drops what is in these places, whose values may be there; all of them, also where one panics.
///
/// # Safety
///
/// See [`EntryVtable::drop`]: each place is of that kind, unreachable, and comes once.
pub(crate) unsafe fn drop_each(entries: &mut dyn Iterator<Item = (*mut Head, &'static EntryVtable, bool)>) {
    /// Goes on where a panic interrupted.
    struct Rest<'a, 'b>(&'a mut (dyn Iterator<Item = (*mut Head, &'static EntryVtable, bool)> + 'b));

    impl Drop for Rest<'_, '_> {
        fn drop(&mut self) {
            while let Some((head, vtable, full)) = self.0.next() {
                let rest = Rest(self.0);
                // SAFETY: by the contract of `drop_each`.
                unsafe { vtable.drop(head, full) };
                std::mem::forget(rest);
            }
        }
    }

    drop(Rest(entries));
}
