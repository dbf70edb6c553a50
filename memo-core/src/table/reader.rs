//! The readers' half of the table: look-ups.

#![expect(clippy::unused_self, reason = "what is asked of a table is a method of the table")]

use super::index::{Index, IndexView};
use super::node::{Deadline, EntryRef, Head};
use super::short_hash::ShortHash;
use super::slab::{CellRef, EntryType, Slab, prefix_word};
use crate::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use crate::sync::atomic::{AtomicU64, fence};

/// Attempts of a look-up that finds nothing while the version changes, before it takes the lock.
const MAX_ATTEMPTS: u32 = 4;

/// What readers load: one cache line.
#[repr(C)]
pub(crate) struct Table {
    /// The stamp of the last insert, or more.
    version: AtomicU64,
    pub(super) index: Index,
    pub(super) slab: Slab,
}

/// Result of a [fast look-up](Table::find_fast).
pub(crate) enum FastLookup<'a> {
    /// This entry, live and not expired.
    Found(EntryRef<'a>),
    /// There is no such entry, if the version is still this one under the lock.
    Absent(u64),
    /// Only a full look-up can tell.
    Unknown,
}

/// Result of a [full look-up](Table::find_full).
pub(crate) enum FullLookup<'a> {
    /// This entry, live when its deadline was loaded.
    Found(EntryRef<'a>, Deadline),
    /// There is no such entry, if the version is still this one under the lock.
    Absent(u64),
    /// The version changed during every attempt.
    Unknown,
}

impl Table {
    /// For at most so many entries; `usize::MAX` if unknown.
    pub(super) fn empty(entries: usize) -> Self {
        Self { version: AtomicU64::new(1), index: Index::new(entries), slab: Slab::new() }
    }

    /// The stamp of the last insert, or more.
    #[inline(always)]
    pub(crate) fn version(&self) -> u64 {
        self.version.load(Relaxed)
    }

    /// Increments the version, to at least this stamp. Under the lock.
    #[inline(always)]
    pub(super) fn advance_version(&self, stamp: u64) {
        // Release: a reader that sees the new version sees what was stored before, such as a new
        // entry.
        self.version.store(stamp.max(self.version.load(Relaxed) + 1), Release);
    }

    /// Finds an entry with this hash and of this type where nearly all are: behind the first
    /// matching tag of the home bucket, or of its neighbour. `protect` announces it before its head
    /// is read. There is no loop, and the type is read late, so that a hit needs few registers. In
    /// a store of a single type (`sole_type`) it is not compared.
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
        let mut bucket = view.home(hash);
        let mut candidates = bucket.get().candidates(hash);
        if candidates.is_none() {
            if !candidates.overflowed {
                return if self.is_unchanged(version) { FastLookup::Absent(version) } else { FastLookup::Unknown };
            }
            bucket = bucket.neighbour();
            candidates = bucket.get().candidates(hash);
            if candidates.is_none() {
                let absent = !candidates.overflowed && self.is_unchanged(version);
                return if absent { FastLookup::Absent(version) } else { FastLookup::Unknown };
            }
        }
        let (candidate, chunks, entry_type) = (bucket.get().first(candidates), view.chunks(), *entry_type);
        // SAFETY: as in `verify`; that the type is the only one is the caller's word.
        let entry: Option<EntryRef<'a>> = unsafe { self.slab.cell(chunks, candidate).entry_of(entry_type, sole_type) };
        let Some(entry) = entry else { return FastLookup::Unknown };
        protect(entry.as_ptr());
        if entry.is_live(hash, is_fresh) { FastLookup::Found(entry) } else { FastLookup::Unknown }
    }

    /// Whether the version is still this one, after all loads before this call.
    #[inline(always)]
    fn is_unchanged(&self, version: u64) -> bool {
        fence(Acquire);
        self.version.load(Relaxed) == version
    }

    /// Finds an entry as [`find_fast`](Self::find_fast) does, wherever it is, or proves its
    /// absence. Looks again if the version changes meanwhile. `is_match` compares the key of a live
    /// entry.
    pub(crate) fn find_full<'a>(
        &self,
        hash: ShortHash,
        entry_type: EntryType,
        protect: &dyn Fn(*const Head),
        is_match: &dyn Fn(EntryRef<'_>) -> bool,
    ) -> FullLookup<'a> {
        for _ in 0..MAX_ATTEMPTS {
            let version = self.version.load(Acquire);
            let view = self.index.view();
            let mut found = None;
            view.find(hash, |slot| {
                found = self.verify(view, slot, hash, entry_type, &protect, &is_match);
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

    /// The entry in this slot and its deadline, if it is live and matches.
    #[inline]
    fn verify<'a>(
        &self,
        view: IndexView<'_>,
        slot: u32,
        hash: ShortHash,
        entry_type: EntryType,
        protect: &impl Fn(*const Head),
        is_match: &impl Fn(EntryRef<'_>) -> bool,
    ) -> Option<(EntryRef<'a>, Deadline)> {
        // SAFETY: the slot was found through this view, so its chunk is in the table that the view
        // leads to. Neither is freed while a reader is in the store. The type is one of this table.
        let entry: EntryRef<'a> = unsafe { self.slab.cell(view.chunks(), slot).entry_of(entry_type, false) }?;
        protect(entry.as_ptr());
        let deadline = entry.deadline_if(hash)?;
        is_match(entry).then_some((entry, deadline))
    }

    /// The cell of a slot that a writer has taken and that is in use.
    #[inline]
    fn cell_ref(&self, slot: u32) -> CellRef<'_> {
        // SAFETY: no chunk with cells in use is detached. Under the lock nothing is freed.
        unsafe { self.slab.cell(self.index.view().chunks(), slot) }
    }

    /// The cell of such a slot, and the number of its entry type.
    #[inline]
    pub(crate) fn node(&self, slot: u32) -> (*mut Head, u32) {
        let cell = self.cell_ref(slot);
        (cell.entry().as_ptr(), cell.entry_type())
    }

    /// The entry of such a slot, published or not.
    #[inline]
    pub(crate) fn entry(&self, slot: u32) -> EntryRef<'_> {
        self.cell_ref(slot).entry()
    }

    /// The same with its entry type.
    #[inline]
    pub(crate) fn typed_entry(&self, slot: u32) -> (EntryRef<'_>, u32) {
        let cell = self.cell_ref(slot);
        (cell.entry(), cell.entry_type())
    }

    /// The head of such a slot.
    #[inline]
    pub(crate) fn head(&self, slot: u32) -> &Head {
        self.entry(slot).head()
    }

    /// The head, the cell and the entry type of such a slot, with a single look into the chunk
    /// table.
    #[inline]
    pub(crate) fn cell(&self, slot: u32) -> (&Head, *mut Head, u32) {
        let (entry, entry_type) = self.typed_entry(slot);
        (entry.head(), entry.as_ptr(), entry_type)
    }

    /// One of the [prefix words](super::slab::PrefixWords) of an entry.
    pub(crate) fn prefix_word(&self, head: &Head, number: u8) -> &AtomicU64 {
        // SAFETY: all cells of this table have the words that were reserved.
        unsafe { &*prefix_word(head, number) }
    }
}
