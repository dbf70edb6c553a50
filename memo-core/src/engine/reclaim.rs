//! Deferred reclamation: tells the observers of removed entries; once no reader protects an entry,
//! drops it and reuses its cell.
//!
//! A scan of the readers' hazards costs a barrier, so it is done for a batch, or at once on
//! request. An entry that a reader protects waits for the next scan: never more entries than there
//! are readers. Where readers protect many entries, such as tasks that have not taken their values
//! yet, a batch is an eighth as large, so that what a scan costs stays in proportion to what was
//! removed. An entry that was found protected is also looked at again by the timer thread, since
//! nobody may ever write again. No user code runs under the lock.

use std::ops::Range;

use super::common::Common;
use super::removal::Removal;
use super::sharing::Sharing;
use super::state::{Retired, State};
use super::steps;
use super::stripe::Stripe;
use super::writer::Writer;
use crate::table::hazard::Protected;
use crate::table::{self, Detached};
use crate::unwind::contain;

/// In a small store as many entries may wait as it has, up to this number, where a scan makes all
/// other threads execute a barrier: that takes as long as a hundred misses.
const SMALL_BATCH: usize = 16;
/// Where more addresses are protected than this, there is no scan at once on request.
const MANY_PROTECTED: usize = 1024;
/// So many protected addresses are worth one more entry in a batch.
const PROTECTED_PER_ENTRY: usize = 8;

impl<S: Sharing> Writer<'_, S> {
    /// Releases the lock, and leaves what was removed to the next [`finish`](Self::finish).
    pub(super) fn release(self) {
        self.stripe.set_runs_hint(&self.state);
        self.stripe.stats.set_size(self.state.live, self.state.weight());
    }

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
        let detached = if state.detached.is_some() { take_detached(common, &mut state) } else { None };
        let entries = take_retired(common, &mut state, promptly);
        drop(state);
        if let Some(detached) = detached {
            // SAFETY: the memory was detached before the readers were looked for, and none was
            // inside this store.
            unsafe { detached.free() };
        }
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

/// Whether there are enough retired entries for a scan.
fn is_worth_a_scan<S: Sharing>(common: &Common<S>, state: &State<S>, promptly: bool) -> bool {
    let needs_drop = state.table_writer.needs_drop();
    let fresh = state.retired.len().saturating_sub(state.held);
    let at_once = promptly && needs_drop && state.scanned <= MANY_PROTECTED;
    if at_once || state.retired.is_empty() {
        return at_once && !state.retired.is_empty();
    }
    let small = state.live.min(SMALL_BATCH);
    fresh >= batch(common, state).max(state.scanned / PROTECTED_PER_ENTRY)
        && (!needs_drop || common.weight_word.is_some() || fresh >= small || S::scans_cheaply())
}

/// Takes over the retired entries, if there are enough of them or a scan is requested. Handles
/// entries without a destructor right here, unless that may take long.
#[cold]
#[inline(never)]
fn take_retired<S: Sharing>(common: &Common<S>, state: &mut State<S>, promptly: bool) -> Vec<Retired> {
    if !is_worth_a_scan(common, state, promptly) {
        return Vec::new();
    }
    if state.table_writer.needs_drop() || state.scanned > MANY_PROTECTED {
        state.being_dropped += state.retired.len();
        state.held = 0;
        return std::mem::take(&mut state.retired);
    }
    let protected = scan(common);
    let State { retired, table_writer, held, scanned, .. } = state;
    *scanned = protected.len();
    if protected.is_empty() {
        *held = 0;
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
    *held = retired.len();
    Vec::new()
}

/// The addresses that readers protect.
#[inline(always)]
fn scan<S: Sharing>(common: &Common<S>) -> Protected {
    let protected = S::protected(&common.readers);
    steps::scan();
    steps::add(protected.len());
    protected
}

/// Returns the detached memory if no reader is inside this store: it can be
/// freed.
#[cold]
#[inline(never)]
fn take_detached<S: Sharing>(common: &Common<S>, state: &mut State<S>) -> Option<Detached> {
    let (scan_tag, protected) = (common.scan_tag(), scan(common));
    let State { detached, table_writer, .. } = state;
    detached.take_if(|detached| {
        let reads = |cells: &Range<usize>| protected.any_in(cells);
        let is_inside = protected.contains(scan_tag)
            || detached.ranges().any(reads)
            || table_writer.ranges().any(|cells| reads(&cells));
        !is_inside
    })
}

/// Drops the entries that no reader protects, and returns their cells to the table.
fn reclaim<S: Sharing>(common: &Common<S>, stripe: &Stripe<S>, mut entries: Vec<Retired>) {
    if entries.is_empty() {
        return;
    }
    let protected = scan(common);
    steps::add(entries.len());
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
        scanned: usize,
    }
    impl<S: Sharing> Drop for GiveBack<'_, S> {
        fn drop(&mut self) {
            let mut state = self.stripe.lock();
            (state.held, state.scanned) = (state.held + self.kept, self.scanned);
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
    if kept > 0 {
        common.look_again_later();
    }
    let done = GiveBack { stripe, entries, kept, scanned: protected.len() };
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
