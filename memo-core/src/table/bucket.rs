//! A bucket: six slot numbers with one byte of hash each, and an overflow count. Half a cache line,
//! so a bucket and its neighbour cost one.
//!
//! `ctrl` holds six tags (0 for an empty position, else seven bits of hash and a one) and, in its
//! upper 16 bits, the number of entries whose home this is and that are stored in a later bucket of
//! the probe sequence. It is a count and not a flag: it goes down again when they leave, so probes
//! stay short however long a table lives.
//!
//! Readers take no lock. Writers, under the store's lock, store a slot before its tag, and clear
//! the tag only of an entry that was removed or can be found elsewhere.

use super::short_hash::ShortHash;
use crate::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use crate::sync::atomic::{AtomicU32, AtomicU64};

/// Entries in a bucket.
pub(super) const WIDTH: u32 = 6;
/// The highest bit of each tag.
const HIGHEST: u64 = 0x0000_8080_8080_8080;
/// The lowest bit of each tag: whether the position is occupied.
const LOWEST: u64 = 0x0000_0101_0101_0101;
const OVERFLOW_SHIFT: u32 = 48;
const MAX_OVERFLOW: u64 = 0xFFFF;

#[repr(C, align(32))]
pub(super) struct Bucket {
    ctrl: AtomicU64,
    slots: [AtomicU32; WIDTH as usize],
}

/// The positions of a bucket that may hold a hash, as the highest bits of their tags, and whether
/// entries whose home is this bucket have overflowed into later ones.
#[derive(Clone, Copy)]
pub(super) struct Candidates {
    /// Only the first of these is surely a match.
    matching: u64,
    occupied: u64,
    pub(super) overflowed: bool,
}

impl Candidates {
    #[inline(always)]
    pub(super) fn is_none(self) -> bool {
        self.matching == 0
    }

    /// Without the first one.
    #[inline(always)]
    pub(super) fn rest(self) -> Self {
        Self { matching: self.matching & self.matching.wrapping_sub(1) & self.occupied, ..self }
    }
}

impl Bucket {
    pub(super) const fn empty() -> Self {
        Self { ctrl: AtomicU64::new(0), slots: [const { AtomicU32::new(0) }; WIDTH as usize] }
    }

    #[inline(always)]
    pub(super) fn candidates(&self, hash: ShortHash) -> Candidates {
        let ctrl = self.ctrl.load(Acquire);
        let differs = ctrl ^ (hash.tag() * LOWEST);
        // A byte of zero borrows from the next higher byte, which then looks like zero if it is
        // one: two tags never differ in their lowest bit alone, but a tag and an empty position
        // may.
        Candidates {
            matching: differs.wrapping_sub(LOWEST) & !differs & HIGHEST,
            occupied: (ctrl & LOWEST) << 7,
            overflowed: ctrl >> OVERFLOW_SHIFT != 0,
        }
    }

    /// The slot in the first of these positions. There is one.
    #[inline(always)]
    pub(super) fn first(&self, candidates: Candidates) -> u32 {
        debug_assert!(!candidates.is_none());
        let position = candidates.matching.trailing_zeros() as usize / 8;
        // SAFETY: the highest bits of six tags, so one of six positions. Acquire: a writer may have
        // reused the position for another entry since the tag was loaded. Then no acquire load of
        // this thread has seen that entry's tag, and the chunk that this slot leads to must be
        // visible all the same.
        unsafe { self.slots.get_unchecked(position) }.load(Acquire)
    }

    /// Calls `see` with each slot, its tag and its position. Under the lock.
    pub(super) fn each(&self, mut see: impl FnMut(u32, u64, u32)) {
        let ctrl = self.ctrl.load(Relaxed);
        for position in 0..WIDTH {
            let tag = ctrl >> (8 * position) & 0xFF;
            if tag != 0 {
                see(self.slots[position as usize].load(Relaxed), tag, position);
            }
        }
    }

    /// Adds a slot, if there is room. Under the lock, or before the bucket is published.
    #[inline]
    pub(super) fn link(&self, hash: ShortHash, slot: u32) -> bool {
        let ctrl = self.ctrl.load(Relaxed);
        let free = !ctrl & LOWEST;
        if free == 0 {
            return false;
        }
        let position = free.trailing_zeros() / 8;
        // Release: a reader that loaded an older tag of this position, and sees this slot, sees the
        // chunk and the entry that it leads to.
        self.slots[position as usize].store(slot, Release);
        // Release: a reader that sees the tag sees the slot, and the entry that it leads to.
        self.ctrl.store(ctrl | hash.tag() << (8 * position), Release);
        true
    }

    /// Removes the slot in this position, and returns its tag in the lowest byte. Under the lock.
    #[inline(always)]
    pub(super) fn unlink(&self, position: u32) -> u64 {
        let ctrl = self.ctrl.load(Relaxed);
        // Release: a reader that sees it gone sees what was done before, such as the new version.
        self.ctrl.store(ctrl & !(0xFF << (8 * position)), Release);
        ctrl >> (8 * position)
    }

    /// The position of this slot, if the bucket holds it. Under the lock.
    #[inline]
    pub(super) fn position_of(&self, slot: u32) -> Option<u32> {
        // All six at once, as the lowest bits of their tags; an empty position may still hold a
        // slot that was removed.
        let same = |position: usize| u64::from(self.slots[position].load(Relaxed) == slot) << (8 * position);
        let equal = (0..WIDTH as usize).fold(0, |all, position| all | same(position));
        let found = equal & self.ctrl.load(Relaxed) & LOWEST;
        (found != 0).then(|| found.trailing_zeros() / 8)
    }

    /// Whether entries whose home is this bucket have overflowed into later ones. Under the lock.
    #[inline]
    pub(super) fn has_overflowed(&self) -> bool {
        self.ctrl.load(Relaxed) >> OVERFLOW_SHIFT != 0
    }

    /// Counts an entry that passes this bucket on its probe sequence. Under the lock, or before the
    /// bucket is published.
    #[inline]
    pub(super) fn add_overflow(&self) {
        let ctrl = self.ctrl.load(Relaxed);
        // A saturated count never changes again: probes get longer, and no key is ever lost.
        if ctrl >> OVERFLOW_SHIFT != MAX_OVERFLOW {
            // Release, though this count reveals nothing new: a reader takes all it knows of this
            // bucket from the one store that it reads, and after a relaxed one it would know
            // nothing. It would see tags without the slots and chunks behind them, which the stores
            // of the tags have released. And it would see that an entry has left without the new
            // version that came before, and take an entry for absent that only moved.
            self.ctrl.store(ctrl + (1 << OVERFLOW_SHIFT), Release);
        }
    }

    /// Reverts [`add_overflow`](Self::add_overflow). Under the lock.
    #[inline]
    pub(super) fn release_overflow(&self) {
        let ctrl = self.ctrl.load(Relaxed);
        if ctrl >> OVERFLOW_SHIFT != MAX_OVERFLOW {
            // Release: as in `unlink`. A reader that stops probing because of this must see the new
            // version.
            self.ctrl.store(ctrl - (1 << OVERFLOW_SHIFT), Release);
        }
    }
}
