//! Sweeps of expired entries.

use super::expiry::NEVER;
use super::run::SWEEP_WITH_A_MISS;
use super::sharing::Sharing;
use super::store::Store;
use super::stripe::Stripe;
use crate::table::ShortHash;

/// Entries swept per holding of the lock.
const SWEEP_BATCH: usize = 256;

impl<S: Sharing> Store<S> {
    /// Returns when [`sweep`](Self::sweep) will have something to do: `now` if there is something
    /// already, the greatest number if no entry can expire.
    pub(super) fn next_sweep(&self, now: u64) -> u64 {
        let next = |stripe: &Stripe<S>| stripe.lock().next_sweep(now);
        self.stripes().map(next).min().unwrap_or(NEVER)
    }

    /// Frees a few expired entries with a miss that starts no run. With the system's clock the
    /// timer thread does it.
    pub(super) fn sweep_with_a_miss(&self, hash: ShortHash) {
        if !self.common.config.time.is_system() {
            let now = self.common.now_if_dated();
            let mut writer = self.writer(self.stripe(hash));
            writer.expire(now, SWEEP_WITH_A_MISS);
            writer.finish(false);
        }
    }

    /// Frees expired and retired entries. Returns how many had expired.
    pub(super) fn sweep(&self) -> usize {
        self.common.looks_again_now();
        let mut expired = 0;
        for stripe in self.stripes() {
            loop {
                let now = self.common.now_if_dated();
                let mut writer = self.writer(stripe);
                let before = writer.state.live;
                let more = writer.state.is_due(now) && writer.expire(now, SWEEP_BATCH);
                expired += before - writer.state.live;
                if !more {
                    writer.give_back_memory();
                    // Looks at everything that waits, whatever the last scan cost.
                    writer.state.scanned = 0;
                }
                writer.finish(true);
                if !more {
                    break;
                }
                stripe.give_way();
            }
        }
        expired
    }
}
