//! Sweeps of expired entries.

use super::sharing::Sharing;
use super::store::Store;

/// Entries swept per holding of the lock.
const SWEEP_BATCH: usize = 256;

impl<S: Sharing> Store<S> {
    /// Whether [`sweep`](Self::sweep) would do nothing at that time.
    pub(super) fn is_quiet(&self, now: u64) -> bool {
        self.stripes().all(|stripe| stripe.lock().is_quiet(now))
    }

    /// Frees expired and retired entries.
    pub(super) fn sweep(&self) {
        for stripe in self.stripes() {
            loop {
                let now = self.common.now_if_dated();
                let mut writer = self.writer(stripe);
                let more = writer.state.is_due(now) && writer.expire(now, SWEEP_BATCH);
                if !more {
                    writer.give_back_memory();
                }
                writer.finish(true);
                if !more {
                    break;
                }
            }
        }
    }
}
