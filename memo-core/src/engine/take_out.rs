//! Removals that hand the entry to the caller: the next victim, and what has expired.

use super::sharing::{Reader, Sharing};
use super::store::Store;
use super::stripe::Stripe;
use super::writer::MAX_VISITS;
use crate::info::RemovalCause;
use crate::table::EntryRef;
use crate::table::hazard::PinnedEntry;

/// Entries per holding of the lock.
const BATCH: usize = 64;

impl<S: Sharing> Store<S> {
    /// Removes the entry that the policy would evict next, and shows it to `see` before it is
    /// dropped. Returns whether there was one. Expired entries on the way are removed as such.
    pub(super) fn pop(&self, see: &mut dyn FnMut(EntryRef<'_>)) -> bool {
        self.stripes().any(|stripe| self.pop_from(stripe, see))
    }

    fn pop_from(&self, stripe: &Stripe<S>, see: &mut dyn FnMut(EntryRef<'_>)) -> bool {
        loop {
            let now = self.common.now_if_dated();
            let reading = self.common.read();
            let mut writer = self.writer(stripe);
            if writer.expire(now, BATCH) {
                writer.finish(false);
                continue;
            }
            let Some(slot) = writer.next_victim() else {
                writer.finish(true);
                return false;
            };
            let entry = stripe.table.entry(slot);
            // Protected under the lock, while the entry is alive.
            reading.protect(entry.as_ptr());
            writer.remove(slot, RemovalCause::Removed);
            let flush = Flush(self, stripe);
            // A scan would find the entry protected.
            writer.release();
            see(entry);
            drop(reading);
            drop(flush);
            return true;
        }
    }

    /// Removes all expired entries, and shows each to `see` before it is dropped.
    pub(super) fn expire(&self, see: &mut dyn FnMut(EntryRef<'_>)) {
        for stripe in self.stripes() {
            let _flush = Flush(self, stripe);
            loop {
                let now = self.common.now_if_dated();
                let mut writer = self.writer(stripe);
                let (mut expired, mut visits) = (Vec::with_capacity(BATCH), MAX_VISITS);
                while expired.len() < BATCH
                    && let Some(slot) = writer.next_expired(now, &mut visits)
                {
                    let entry = stripe.table.entry(slot);
                    // Pinned while the entry is alive, so the cell stays this entry's.
                    expired.push((entry, PinnedEntry::new(entry.as_ptr())));
                    writer.remove(slot, RemovalCause::Expired);
                }
                let more = writer.state.is_due(now);
                // A scan would find the entries pinned.
                writer.release();
                for (entry, _) in &expired {
                    see(*entry);
                }
                if !more {
                    break;
                }
                stripe.give_way();
            }
        }
    }
}

/// Reclaims the removed entries, also when user code panics.
pub(super) struct Flush<'a, S: Sharing>(pub(super) &'a Store<S>, pub(super) &'a Stripe<S>);

impl<S: Sharing> Drop for Flush<'_, S> {
    fn drop(&mut self) {
        self.0.writer(self.1).finish(true);
    }
}
