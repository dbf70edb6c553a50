//! Walks over a whole store, in batches of at most [`BATCH`] slots per holding of the lock.
//!
//! A walk pins the entries of a batch under the lock, and visits them outside it. Replacements in
//! between are tracked ([`walk_state`](super::walk_state)): a key that is in the store during the
//! whole walk, and is only ever replaced, is visited exactly once.

use std::ptr;
use std::time::Duration;

use super::expiry::NEVER;
use super::sharing::Sharing;
use super::store::Store;
use super::stripe::Stripe;
use crate::info::RemovalCause;
use crate::table::EntryRef;
use crate::table::hazard::PinnedEntry;

/// Slots per holding of the lock.
const BATCH: u32 = 128;

/// A pinned entry of a batch.
struct Visited<'a> {
    slot: u32,
    entry_type: u32,
    entry: EntryRef<'a>,
    _pin: PinnedEntry,
}

/// A walk in progress. It ends when this is dropped, also when user code panics.
struct Walk<'a, S: Sharing> {
    store: &'a Store<S>,
    stripe: &'a Stripe<S>,
    id: u64,
}

impl<'a, S: Sharing> Walk<'a, S> {
    fn begin(store: &'a Store<S>, stripe: &'a Stripe<S>) -> Self {
        let mut state = stripe.lock();
        let end = state.table_writer.slot_end(&stripe.table);
        let id = state.walks.begin(end);
        Self { store, stripe, id }
    }

    /// Replaces `batch` by the next batch. Returns whether there may be more.
    fn next_batch(&self, batch: &mut Vec<Visited<'a>>) -> bool {
        // Unpins the last batch, before the lock is taken.
        batch.clear();
        self.stripe.give_way();
        let table = &self.stripe.table;
        // The clock may be the user's, so it is read before the lock is taken.
        let now = self.store.common.now_if_dated();
        let mut writer = self.store.writer(self.stripe);
        let mut slots = Vec::with_capacity(BATCH as usize);
        let more = writer.state.walks.advance(self.id, BATCH, |slot| slots.push(slot));
        for slot in slots {
            // Judged here, and not when it is looked at: by then it may have expired and been
            // replaced, and the walk will not come to the slot of its replacement.
            if writer.state.table_writer.live(table, slot).is_none() || writer.deadline(slot) <= now {
                continue;
            }
            let (entry, entry_type) = table.typed_entry(slot);
            // Pinned while the entry is alive, so the cell stays this entry's.
            let pin = PinnedEntry::new(entry.as_ptr());
            batch.push(Visited { slot, entry_type, entry, _pin: pin });
        }
        writer.finish(false);
        more
    }
}

impl<S: Sharing> Drop for Walk<'_, S> {
    fn drop(&mut self) {
        self.stripe.lock().walks.end(self.id);
    }
}

impl<S: Sharing> Store<S> {
    /// Calls `see` for each entry that has not expired, with no lock held. Entries inserted
    /// meanwhile may be seen or not.
    pub(super) fn each(&self, see: &mut dyn FnMut(EntryRef<'_>, u32)) {
        self.stripes().for_each(|stripe| self.each_of(stripe, &mut |visited| see(visited.entry, visited.entry_type)));
    }

    /// Calls `see` for each entry that has not expired, with what is left of its time to live, if
    /// it has one.
    pub(super) fn each_dated(&self, see: &mut dyn FnMut(EntryRef<'_>, Option<Duration>)) {
        let (deadlines, now) = (&self.common.deadlines, self.common.now_if_dated());
        for stripe in self.stripes() {
            self.each_of(stripe, &mut |visited| {
                let deadline = deadlines.ttl_end(&stripe.table, visited.entry.head());
                let left = (deadline != NEVER).then(|| Duration::from_nanos(deadline.saturating_sub(now)));
                see(visited.entry, left);
            });
        }
    }

    fn each_of(&self, stripe: &Stripe<S>, see: &mut dyn FnMut(&Visited<'_>)) {
        let walk = Walk::begin(self, stripe);
        let mut batch = Vec::new();
        loop {
            let more = walk.next_batch(&mut batch);
            batch.iter().for_each(&mut *see);
            if !more {
                return;
            }
        }
    }

    /// Removes every entry for which `keep` returns `false`, and invalidates all runs, because the
    /// predicate has not seen their values. Returns the number of removed entries.
    pub(super) fn retain(&self, keep: &mut dyn FnMut(EntryRef<'_>, u32) -> bool) -> usize {
        self.invalidate_runs();
        self.remove_unless(keep, &mut |_| ())
    }

    /// Removes every entry, shows each to `see` before it is dropped, and invalidates all runs.
    pub(super) fn drain(&self, see: &mut dyn FnMut(EntryRef<'_>)) {
        self.invalidate_runs();
        self.remove_unless(&mut |_, _| false, see);
    }

    fn invalidate_runs(&self) {
        for stripe in self.stripes() {
            self.writer(stripe).state.in_flight.invalidate_all();
        }
    }

    /// Removes every entry for which `predicate` returns `true`. Runs in flight answer to it when
    /// they end. Returns the number of removed entries.
    pub(super) fn forget_if(&self, predicate: &S::Predicate) -> usize {
        for stripe in self.stripes() {
            let mut writer = self.writer(stripe);
            let forgotten = writer.state.in_flight.remember(predicate.clone());
            writer.finish(false);
            drop(forgotten);
        }
        let mut last = None;
        let mut keep = |entry: EntryRef<'_>, entry_type| {
            let attachment = match last {
                Some((of, attachment)) if of == entry_type => attachment,
                _ => self.attachment(entry_type),
            };
            last = Some((entry_type, attachment));
            !predicate(entry, attachment)
        };
        self.remove_unless(&mut keep, &mut |_| ())
    }

    fn remove_unless(
        &self,
        keep: &mut dyn FnMut(EntryRef<'_>, u32) -> bool,
        see_removed: &mut dyn FnMut(EntryRef<'_>),
    ) -> usize {
        let mut removed = 0;
        for stripe in self.stripes() {
            self.each_of(stripe, &mut |visited| {
                if !keep(visited.entry, visited.entry_type) {
                    let mut writer = self.writer(stripe);
                    // Pinned, so a live entry in that cell is still this one.
                    let live = writer.state.table_writer.live(&stripe.table, visited.slot);
                    let is_there = live.is_some_and(|live| ptr::eq(live, visited.entry.head()));
                    if is_there {
                        writer.remove(visited.slot, RemovalCause::Removed);
                        removed += 1;
                    }
                    writer.finish(false);
                    if is_there {
                        see_removed(visited.entry);
                    }
                }
            });
            self.writer(stripe).finish(true);
        }
        removed
    }

    /// Removes every entry that is alive when this begins. Entries inserted meanwhile may be
    /// removed too.
    pub(super) fn remove_all(&self, stripe: &Stripe<S>, cause: RemovalCause) {
        let end = {
            let state = stripe.lock();
            state.table_writer.slot_end(&stripe.table)
        };
        let mut next = 0;
        while next < end {
            let stop = end.min(next.saturating_add(BATCH));
            let mut writer = self.writer(stripe);
            for slot in next..stop {
                if writer.state.table_writer.live(&stripe.table, slot).is_some() {
                    writer.remove(slot, cause);
                }
            }
            if stop == end && writer.state.live == 0 {
                writer.forget_order();
            }
            writer.finish(false);
            stripe.give_way();
            next = stop;
        }
        self.writer(stripe).finish(true);
    }
}
