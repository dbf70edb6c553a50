//! Deferred reclamation: tells the observers of removed entries; once no reader protects an entry,
//! drops it and reuses its cell.
//!
//! A scan of the readers' hazards costs a barrier, so it is done for a batch, or at once on
//! request. An entry that a reader protects waits for the next scan: never more entries than there
//! are readers. No user code runs under the lock.

use super::common::Common;
use super::removal::Removal;
use super::sharing::Sharing;
use super::state::{Retired, State};
use super::stripe::Stripe;
use super::writer::Writer;
use crate::table::{self, Detached};
use crate::unwind::contain;

impl<S: Sharing> Writer<'_, S> {
    /// Releases the lock, tells the observers, and drops the entries that no reader protects: at
    /// once if `promptly`, otherwise when there are enough of them.
    pub(super) fn finish(self, promptly: bool) {
        self.finish_inline(promptly);
    }

    /// [`finish`](Self::finish) for the end of a miss.
    #[inline(always)]
    pub(super) fn finish_inline(self, promptly: bool) {
        let Self { common, stripe, state } = self;
        stripe.set_runs_hint(&state);
        stripe.stats.set_size(state.live, state.weight());
        let enough = if promptly { 1 } else { batch(common, &state) };
        if state.retired.len() >= enough || !state.removals.is_empty() || state.detached.is_some() {
            Self { common, stripe, state }.finish_slow(promptly);
        }
    }

    /// Does the work beyond releasing the lock.
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

/// Returns how many retired entries are worth a scan. The user's values may be large: at most an
/// eighth of a small store waits, and a 32nd where each entry's weight matters.
#[inline]
fn batch<S: Sharing>(common: &Common<S>, state: &State<S>) -> usize {
    if !state.table_writer.needs_drop() {
        return S::PLAIN_BATCH;
    }
    let part = if common.weight_word.is_some() { 32 } else { 8 };
    (state.live / part).clamp(1, S::BATCH)
}

/// Takes over the retired entries, if there are enough of them or a scan is requested. Handles
/// entries without a destructor right here.
#[cold]
#[inline(never)]
fn take_retired<S: Sharing>(common: &Common<S>, state: &mut State<S>, promptly: bool) -> Vec<Retired> {
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

fn free_detached<S: Sharing>(common: &Common<S>, state: &mut State<S>) {
    let (scan_tag, protected) = (common.scan_tag(), S::protected(&common.readers));
    let is_inside = |detached: &Detached, address: usize| {
        address == scan_tag || detached.contains(address) || state.table_writer.contains(address)
    };
    let free = state.detached.take_if(|detached| !protected.iter().any(|address| is_inside(detached, address)));
    if let Some(detached) = free {
        // SAFETY: the memory was detached before the readers were looked for, and none is inside
        // this store.
        unsafe { detached.free() };
    }
}

/// Drops the entries that no reader protects, and returns their cells to the table.
fn reclaim<S: Sharing>(common: &Common<S>, stripe: &Stripe<S>, mut entries: Vec<Retired>) {
    if entries.is_empty() {
        return;
    }
    let protected = S::protected(&common.readers);
    // The protected entries first.
    let mut kept = 0;
    for at in 0..entries.len() {
        if protected.contains(entries[at].head.addr()) {
            entries.swap(at, kept);
            kept += 1;
        }
    }
    /// Returns the cells on drop, also when a user's `drop` panics.
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
                // Keeps the capacity for the next entries.
                std::mem::swap(retired, &mut self.entries);
            } else {
                retired.append(&mut self.entries);
            }
        }
    }
    let done = GiveBack { stripe, entries, kept };
    let droppable = |cell: &Retired| Some((cell.head, cell.vtable?, cell.full));
    let mut cells = done.entries[kept..].iter().filter_map(droppable);
    // SAFETY: the entries were unlinked before the readers were looked for, and no reader protects
    // them: no thread can reach them. They are out of the list of retired entries, so each comes
    // once.
    unsafe { table::drop_each(&mut cells) };
}

/// Reports removed entries to the observers, then retires them. A panic of an observer is
/// contained, and the other observers are still called.
fn notify<S: Sharing>(common: &Common<S>, stripe: &Stripe<S>, removals: Vec<Removal>, promptly: bool) {
    for &Removal { slot, cause } in &removals {
        // Unlinked and not yet retired: only this thread has it, and it stays until it is retired
        // below.
        let entry = stripe.table.entry(slot);
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

/// Drops every entry of a stripe that is being dropped, and frees its memory.
pub(super) fn drop_stripe<S: Sharing>(stripe: &mut Stripe<S>) {
    let (table, state) = stripe.parts_mut();
    /// Frees the memory on drop, also when a user's `drop` panics.
    struct Free<'a, S: Sharing>(&'a mut State<S>, &'a table::Table);
    impl<S: Sharing> Drop for Free<'_, S> {
        fn drop(&mut self) {
            let detached = self.0.detached.take();
            for detached in detached.into_iter().chain([self.0.table_writer.detach(self.1)]) {
                // SAFETY: readers borrow the store, and this thread owns it.
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
    // SAFETY: no thread reads in a store that is being dropped; a live entry is not retired, so
    // each comes once. Runs borrow the store: none is in flight.
    unsafe { table::drop_each(&mut cells) };
}
