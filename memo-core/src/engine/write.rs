//! Writes without a load: insert, remove, clear, resize.

use super::callbacks::Request;
use super::run::SWEEP_WITH_A_MISS;
use super::sharing::{Reader, Sharing};
use super::store::Store;
use super::stripe::Stripe;
use super::take_out::Flush;
use super::write_terms::WriteTerms;
use super::writer::{Candidate, RESIZE_BATCH};
use crate::config::no_bound_if_large;
use crate::info::RemovalCause;
use crate::table::{EntryRef, ShortHash};

impl<S: Sharing> Store<S> {
    /// Inserts the entry, in place of the one that `request` recognises, and invalidates that key's
    /// runs. Returns whether it was cached.
    pub(super) fn insert(
        &self,
        hash: ShortHash,
        entry_type: u32,
        request: &mut dyn Request,
        terms: &mut WriteTerms,
    ) -> bool {
        let ttl = self.common.ttl_for(terms);
        let now = self.common.now_if_dated();
        let table = &self.stripe(hash).table;
        let mut located = self.locate(hash, entry_type, &|entry| request.is(entry));
        located.invalidate_runs();
        let (live, writer) = (located.live, &mut located.writer);
        let is_observed = !self.common.observers.is_empty();
        let mut kept = false;
        if !terms.admit {
            writer.remove_outdated(live, now);
        }
        if terms.admit || is_observed {
            let slot = writer.state.table_writer.take(table, entry_type);
            let entry = table.entry(slot);
            // SAFETY: a cell of this type, which no other thread knows yet.
            let mut write = || unsafe { request.write(entry.as_ptr()) };
            if terms.admit {
                let new = Candidate { head: entry.head(), hash, slot, weight: terms.weight, ttl };
                kept = writer.admit(new, live, now, &mut write);
            }
            // What was not admitted has not been written.
            if !kept && is_observed {
                write();
                writer.refuse(slot);
            } else if !kept {
                writer.state.table_writer.give_back(entry_type, slot);
            }
        }
        writer.expire(now, SWEEP_WITH_A_MISS);
        located.finish(false);
        kept
    }

    /// Removes the entry that `is` recognises, and invalidates that key's runs. Returns whether
    /// there was one. An expired entry counts as absent. `see` looks at the entry before it is
    /// dropped, outside the lock.
    pub(super) fn remove(
        &self,
        hash: ShortHash,
        entry_type: u32,
        is: &dyn Fn(EntryRef<'_>) -> bool,
        see: &mut dyn FnMut(EntryRef<'_>),
    ) -> bool {
        let now = self.common.now_if_dated();
        let stripe = self.stripe(hash);
        let mut located = self.locate(hash, entry_type, is);
        located.invalidate_runs();
        let mut live = false;
        let reading = self.common.read();
        let mut seen = None;
        if let Some(slot) = located.live {
            live = located.writer.deadline(slot) > now;
            let cause = if live { RemovalCause::Removed } else { RemovalCause::Expired };
            let entry = stripe.table.entry(slot);
            // Protected under the lock, while the entry is alive.
            reading.protect(entry.as_ptr());
            located.writer.remove(slot, cause);
            seen = live.then_some(entry);
        }
        let Some(entry) = seen else {
            drop(reading);
            located.finish(true);
            return live;
        };
        let flush = Flush(self, stripe);
        // A scan would find the entry protected.
        located.release();
        see(entry);
        drop(reading);
        drop(flush);
        live
    }

    /// Empties the store, invalidates all runs, and resets the counters. When this returns, the
    /// store has none of the entries that it had before.
    pub(super) fn clear(&self) {
        for stripe in self.stripes() {
            self.writer(stripe).state.in_flight.invalidate_all();
        }
        self.common.stats.clear();
        for stripe in self.stripes() {
            let mut writer = self.writer(stripe);
            let cleared = writer.clear_plain();
            writer.finish(true);
            if !cleared {
                self.remove_all(stripe, RemovalCause::Cleared);
            }
            let mut writer = self.writer(stripe);
            writer.give_back_memory();
            writer.finish(true);
        }
    }

    /// Changes the capacity in entries. A store that becomes much smaller does so in steps, in
    /// between which others have the lock; it has the new capacity when this returns, also when the
    /// `drop` of an entry panics.
    pub(super) fn resize(&self, max_entries: usize) {
        let max_entries = no_bound_if_large(max_entries);
        /// Does the rest in one step if there was a panic. What is evicted is dropped later.
        struct ResizeAtOnce<'a, S: Sharing>(&'a Store<S>, &'a Stripe<S>, usize, u64);
        impl<S: Sharing> Drop for ResizeAtOnce<'_, S> {
            fn drop(&mut self) {
                let Self(store, stripe, max_entries, now) = *self;
                store.writer(stripe).resize(max_entries, usize::MAX, now);
            }
        }
        let now = self.common.now_if_dated();
        for stripe in self.stripes() {
            let rest = ResizeAtOnce(self, stripe, max_entries, now);
            let mut is_done = false;
            while !is_done {
                let mut writer = self.writer(stripe);
                is_done = writer.resize(max_entries, RESIZE_BATCH, now);
                writer.finish(is_done);
                stripe.give_way();
            }
            std::mem::forget(rest);
        }
    }
}
