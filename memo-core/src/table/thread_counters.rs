//! Counters of one thread in one store: only that thread writes them, with plain stores; every
//! thread may read them.
//!
//! One word serves two purposes: the stamp that orders this thread's hits also counts them, since
//! each hit adds one. Other steps of the stamp (to catch up with other threads, or for an insert)
//! are counted separately, and subtracted.

use crate::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use crate::sync::atomic::{AtomicBool, AtomicU64, fence};

/// The counters of one thread in one store. On a cache line of their own, so that threads do not
/// write to a shared one.
#[derive(Debug)]
#[repr(align(64))]
pub struct ThreadCounters {
    /// The thread's tag, 1 to 255.
    tag: u8,
    stamp: AtomicU64,
    /// Steps of the stamp that were not hits.
    skipped: AtomicU64,
    /// Misses of look-ups that load nothing.
    misses: AtomicU64,
    ended: AtomicBool,
}

impl ThreadCounters {
    pub(crate) fn new(tag: u8) -> Self {
        let zero = AtomicU64::default;
        Self { tag, stamp: zero(), skipped: zero(), misses: zero(), ended: AtomicBool::new(false) }
    }

    #[inline(always)]
    pub(crate) fn tag(&self) -> u64 {
        u64::from(self.tag)
    }

    /// Counts a hit and returns its stamp.
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

    /// Moves the stamp past its own value and `other`, and returns it. Not a hit.
    pub(crate) fn advance_past(&self, other: u64) -> u64 {
        let (stamp, skipped) = (self.stamp.load(Relaxed), self.skipped.load(Relaxed));
        let next = stamp.max(other) + 1;
        self.skipped.store(skipped + (next - stamp), Relaxed);
        // A thread that sees the new stamp, or that of any later hit, sees how many of its steps
        // were not hits. A fence and not a release store: the next hit stores the stamp relaxed,
        // which would end the release sequence, and a thread that reads that stamp would count the
        // skipped steps as hits.
        fence(Release);
        self.stamp.store(next, Relaxed);
        next
    }

    pub(crate) fn hits(&self) -> u64 {
        let stamp = self.stamp.load(Acquire);
        // Between the two stores of `advance_past`, a reader sees too few hits for a moment.
        stamp.saturating_sub(self.skipped.load(Relaxed))
    }

    pub(crate) fn misses(&self) -> u64 {
        self.misses.load(Relaxed)
    }

    /// The thread ends and counts nothing more.
    pub(crate) fn leave(&self) {
        // Release: the last counts were stored before.
        self.ended.store(true, Release);
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.ended.load(Acquire)
    }
}
