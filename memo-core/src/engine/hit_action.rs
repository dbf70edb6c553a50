//! What a hit writes into its entry, encoded in one word: the policy's [`OnHit`] and the time to
//! idle.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::policy::OnHit;

/// An [`OnHit`] in one word, with a bit for the time to idle.
pub(super) struct HitAction(AtomicU64);

pub(super) const NOTHING: u64 = 0;
pub(super) const STAMP: u64 = 1;
pub(super) const COUNT_THEN_STAMP: u64 = 2;
/// [`OnHit::Count`]: the word minus this is the maximum.
pub(super) const COUNT: u64 = 3;
/// The highest bit: the hit also moves the entry's idle deadline.
pub(super) const IDLE: u64 = 1 << 63;

impl HitAction {
    pub(super) fn new(on_hit: OnHit, idle: bool) -> Self {
        let action = Self(AtomicU64::new(if idle { IDLE } else { NOTHING }));
        action.set(on_hit);
        action
    }

    #[inline(always)]
    pub(super) fn load(&self) -> u64 {
        self.0.load(Relaxed)
    }

    pub(super) fn set(&self, on_hit: OnHit) {
        let word = match on_hit {
            OnHit::Nothing => NOTHING,
            OnHit::Stamp => STAMP,
            OnHit::CountThenStamp => COUNT_THEN_STAMP,
            OnHit::Count(most) => most + COUNT,
        };
        self.0.store(word | self.load() & IDLE, Relaxed);
    }
}
