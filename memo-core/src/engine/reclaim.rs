//! Deferred reclamation: tell the observers; once no reader protects an entry, drop it and reuse its cell.
//!
//! Looking for readers costs a barrier, so it is done for a batch, or at once where that was asked for. What a reader protects meanwhile
//! waits for the next time: never more entries than there are readers. No user code runs under the lock.

use super::common::Common;
use super::observers::Removal;
use super::sharing::Sharing;
use super::state::{Retired, State};
use super::stripe::Stripe;
use super::writer::Writer;
use crate::table::{self, Detached, EntryRef};
use crate::unwind::contain;

impl<S: Sharing> Writer<'_, S> {
    /// Releases the lock, tells the observers, and drops what no reader protects: `promptly`, or when there is enough of it.
    #[inline]
    pub(super) fn finish(self, promptly: bool) {
        let Self { common, stripe, state } = self;
        stripe.set_runs_hint(&state);
        stripe.stats.set_size(state.live, state.weight());
        let enough = if promptly { 1 } else { batch(common, &state) };
        if state.retired.len() >= enough || !state.removals.is_empty() || state.detached.is_some() {
            Self { common, stripe, state }.finish_slow(promptly);
        }
    }

    /// There is more to do than to release the lock.
    #[cold]
    #[inline(never)]
    fn finish_slow(self, promptly: bool) {
        let Self { common, stripe, mut state } = self;
        if !state.removals.is_empty() {
            let removals = std::mem::take(&mut state.removals);
            state.being_dropped += removals.len();
            drop(state);
            return notify(common, stripe, removals, promptly);
        }
        let entries = take_retired(common, &mut state, promptly);
        drop(state);
        reclaim(common, stripe, entries);
    }
}

/// How many retired entries are worth looking for readers. The user's values may be large: an eighth of a small store's at most waits, a
/// 32nd where each one's weight matters.
#[inline]
fn batch<S: Sharing>(common: &Common<S>, state: &State) -> usize {
    if !state.table_writer.needs_drop() {
        return S::PLAIN_BATCH;
    }
    let part = if common.weight_word.is_some() { 32 } else { 8 };
    (state.live / part).clamp(1, S::BATCH)
}

/// Takes over the retired entries, if there are enough of them or it is asked for. Entries without anything to drop are dealt with right
/// here.
#[cold]
#[inline(never)]
fn take_retired<S: Sharing>(common: &Common<S>, state: &mut State, promptly: bool) -> Vec<Retired> {
    if state.detached.is_some() {
        free_detached(common, state);
    }
    let waiting = state.retired.len();
    if waiting == 0 {
        return Vec::new();
    }
    if !state.table_writer.needs_drop() {
        if waiting >= S::PLAIN_BATCH {
            let protected = S::protected(&common.readers);
            let State { retired, table_writer, .. } = state;
            if protected.is_empty() {
                retired.drain(..).for_each(|cell| table_writer.give_back(cell.entry_type, cell.slot));
                return Vec::new();
            }
            retired.retain(|cell| {
                let is_protected = protected.contains(cell.head.addr());
                if !is_protected {
                    table_writer.give_back(cell.entry_type, cell.slot);
                }
                is_protected
            });
        }
        return Vec::new();
    }
    if promptly || waiting >= batch(common, state) {
        state.being_dropped += waiting;
        return std::mem::take(&mut state.retired);
    }
    Vec::new()
}

fn free_detached<S: Sharing>(common: &Common<S>, state: &mut State) {
    let (scan_tag, protected) = (common.scan_tag(), S::protected(&common.readers));
    let is_inside = |detached: &Detached, address: usize| {
        address == scan_tag || detached.contains(address) || state.table_writer.contains(address)
    };
    let free = state.detached.take_if(|detached| !protected.iter().any(|address| is_inside(detached, address)));
    if let Some(detached) = free {
        // SAFETY: it was detached before the readers were looked for, and none is inside this store.
        unsafe { detached.free() };
    }
}

/// Drops what no reader protects, and gives the cells back.
fn reclaim<S: Sharing>(common: &Common<S>, stripe: &Stripe<S>, mut entries: Vec<Retired>) {
    if entries.is_empty() {
        return;
    }
    let protected = S::protected(&common.readers);
    // The protected ones first.
    let mut kept = 0;
    for at in 0..entries.len() {
        if protected.contains(entries[at].head.addr()) {
            entries.swap(at, kept);
            kept += 1;
        }
    }
    /// Gives the cells back, also where a user's `drop` panics.
    struct GiveBack<'a, S: Sharing> {
        stripe: &'a Stripe<S>,
        entries: Vec<Retired>,
        kept: usize,
    }
    impl<S: Sharing> Drop for GiveBack<'_, S> {
        fn drop(&mut self) {
            let mut state = self.stripe.lock();
            let State { table_writer, retired, being_dropped, .. } = &mut *state;
            *being_dropped -= self.entries.len();
            for cell in self.entries.drain(self.kept..) {
                table_writer.give_back(cell.entry_type, cell.slot);
            }
            if retired.is_empty() {
                // With its capacity, for the next ones.
                std::mem::swap(retired, &mut self.entries);
            } else {
                retired.append(&mut self.entries);
            }
        }
    }
    let done = GiveBack { stripe, entries, kept };
    let droppable = |cell: &Retired| Some((cell.head, cell.vtable?, cell.full));
    let mut cells = done.entries[kept..].iter().filter_map(droppable);
    // SAFETY: unlinked before the readers were looked for, and no reader protects them: no thread can reach them. Taken out of the list
    // of retired entries, so each comes once.
    unsafe { table::drop_each(&mut cells) };
}

/// Tells the observers what was removed, then retires it. An observer that panics is contained, and the others still hear.
fn notify<S: Sharing>(common: &Common<S>, stripe: &Stripe<S>, removals: Vec<Removal>, promptly: bool) {
    for &Removal { slot, cause } in &removals {
        // Unlinked and not yet retired: this thread's alone.
        let (cell, _) = stripe.table.node(slot);
        // SAFETY: the cell of an entry that was live, which stays until it is retired below.
        let entry = unsafe { EntryRef::new(cell) };
        for observer in &common.observers {
            contain(|| observer(entry, cause));
        }
    }
    let mut writer = Writer::new(common, stripe);
    writer.state.being_dropped -= removals.len();
    for Removal { slot, .. } in removals {
        writer.retire_slot(slot, true);
    }
    writer.finish(promptly);
}

/// Drops every entry of a stripe that is itself being dropped, and frees its memory.
pub(super) fn drop_stripe<S: Sharing>(stripe: &mut Stripe<S>) {
    let (table, state) = stripe.parts_mut();
    /// Frees the memory, also where a user's `drop` panics.
    struct Free<'a>(&'a mut State, &'a table::Table);
    impl Drop for Free<'_> {
        fn drop(&mut self) {
            let detached = self.0.detached.take();
            for detached in detached.into_iter().chain([self.0.table_writer.detach(self.1)]) {
                // SAFETY: readers borrow the store, and it is ours.
                unsafe { detached.free() };
            }
        }
    }
    let free = Free(state, table);
    if !free.0.table_writer.needs_drop() {
        return;
    }
    let live = free.0.table_writer.alive(table).into_iter().map(|slot| {
        let (head, entry_type) = table.node(slot);
        (head, free.0.table_writer.vtable(entry_type), true)
    });
    let retired = free.0.retired.iter().filter_map(|cell| Some((cell.head, cell.vtable?, cell.full)));
    let mut cells = live.chain(retired).collect::<Vec<_>>().into_iter();
    // SAFETY: no thread reads in a store that is being dropped; what lives is not retired, so each comes once. Runs borrow the store:
    // none is in flight.
    unsafe { table::drop_each(&mut cells) };
}
