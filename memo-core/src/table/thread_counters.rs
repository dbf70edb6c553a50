//! What one thread counts in one store: only the owner writes, with plain stores, anybody may read.
//!
//! One word serves two purposes: the tick that orders this thread's hits also counts them, since each hit adds one. What else moves the
//! tick on (to catch up with other threads, for an entry that comes) is kept apart, and taken off.

use crate::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use crate::sync::atomic::{AtomicBool, AtomicU64, fence};

/// On a cache line of its own: threads must not write beside each other.
#[derive(Debug)]
#[repr(align(64))]
pub struct ThreadCounters {
    /// The store's serial number: numbers of stores that are gone are used again.
    store: u64,
    /// The thread's tag, 1 to 255.
    tag: u8,
    stamp: AtomicU64,
    /// The steps of the tick that were no hits.
    skipped: AtomicU64,
    /// Look-ups that found nothing, and computed nothing.
    misses: AtomicU64,
    ended: AtomicBool,
}

impl ThreadCounters {
    pub(crate) fn new(store: u64, tag: u8) -> Self {
        let zero = AtomicU64::default;
        Self { store, tag, stamp: zero(), skipped: zero(), misses: zero(), ended: AtomicBool::new(false) }
    }

    #[inline(always)]
    pub(crate) fn belongs_to(&self, store: u64) -> bool {
        self.store == store
    }

    #[inline(always)]
    pub(crate) fn tag(&self) -> u64 {
        u64::from(self.tag)
    }

    /// One more hit. Gives its tick.
    #[inline(always)]
    pub(crate) fn hit(&self) -> u64 {
        let stamp = self.stamp.load(Relaxed) + 1;
        self.stamp.store(stamp, Relaxed);
        stamp
    }

    pub(crate) fn miss(&self) {
        self.misses.store(self.misses.load(Relaxed) + 1, Relaxed);
    }

    #[inline(always)]
    pub(crate) fn stamp(&self) -> u64 {
        self.stamp.load(Relaxed)
    }

    /// The next tick after this one. No hit.
    pub(crate) fn advance_past(&self, other: u64) -> u64 {
        let (stamp, skipped) = (self.stamp.load(Relaxed), self.skipped.load(Relaxed));
        let next = stamp.max(other) + 1;
        self.skipped.store(skipped + (next - stamp), Relaxed);
        // A thread that sees the new stamp, or that of any later hit, sees how much of it is no hit.
        // A fence and no release store: the next hit stores the stamp relaxed, which would end the
        // release sequence, and a thread that reads that stamp would count the skipped ones as hits.
        fence(Release);
        self.stamp.store(next, Relaxed);
        next
    }

    pub(crate) fn hits(&self) -> u64 {
        let stamp = self.stamp.load(Acquire);
        // Who comes between the two stores of a jump sees a few hits too few for a moment.
        stamp.saturating_sub(self.skipped.load(Relaxed))
    }

    pub(crate) fn misses(&self) -> u64 {
        self.misses.load(Relaxed)
    }

    /// The thread ends: nothing more will be counted.
    pub(crate) fn leave(&self) {
        // Release: the last counts were written before.
        self.ended.store(true, Release);
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.ended.load(Acquire)
    }
}
