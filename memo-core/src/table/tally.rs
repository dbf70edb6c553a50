//! What one thread counts in one store: only the owner writes, with plain stores, anybody may read.
//!
//! One word serves two purposes: the tick that orders this thread's hits also counts them, since each hit adds one. What else moves the
//! tick on (to catch up with other threads, for an entry that comes) is kept apart, and taken off.

use crate::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use crate::sync::atomic::{AtomicBool, AtomicU64};

/// On a cache line of its own: threads must not write beside each other.
#[derive(Debug)]
#[repr(align(64))]
pub struct Tally {
    /// The store's serial number: numbers of stores that are gone are used again.
    store: u64,
    /// The thread's tag, 1 to 255.
    tag: u8,
    tick: AtomicU64,
    /// The steps of the tick that were no hits.
    jumped: AtomicU64,
    /// Look-ups that found nothing, and computed nothing.
    misses: AtomicU64,
    ended: AtomicBool,
}

impl Tally {
    pub(crate) fn new(store: u64, tag: u8) -> Self {
        let zero = AtomicU64::default;
        Self { store, tag, tick: zero(), jumped: zero(), misses: zero(), ended: AtomicBool::new(false) }
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
        let tick = self.tick.load(Relaxed) + 1;
        self.tick.store(tick, Relaxed);
        tick
    }

    pub(crate) fn miss(&self) {
        self.misses.store(self.misses.load(Relaxed) + 1, Relaxed);
    }

    #[inline(always)]
    pub(crate) fn tick(&self) -> u64 {
        self.tick.load(Relaxed)
    }

    /// The next tick after this one. No hit.
    pub(crate) fn jump_over(&self, other: u64) -> u64 {
        let (tick, jumped) = (self.tick.load(Relaxed), self.jumped.load(Relaxed));
        let next = tick.max(other) + 1;
        self.jumped.store(jumped + (next - tick), Relaxed);
        // Release: who sees the new tick sees how much of it is no hit.
        self.tick.store(next, Release);
        next
    }

    pub(crate) fn hits(&self) -> u64 {
        let tick = self.tick.load(Acquire);
        // Who comes between the two stores of a jump sees a few hits too few for a moment.
        tick.saturating_sub(self.jumped.load(Relaxed))
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
