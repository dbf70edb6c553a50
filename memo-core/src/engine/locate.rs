//! Finds the entry and the runs with the caller's key. `Eq` runs outside the lock; the result is
//! validated under it.

use std::ptr;

use smallvec::SmallVec;

use super::sharing::Sharing;
use super::store::Store;
use super::writer::Writer;
use crate::table::hazard::PinnedEntry;
use crate::table::{EntryRef, ShortHash};

/// An entry that has been compared with the caller's key. Pinned, so that its cell stays this
/// entry's.
struct Compared<'a> {
    entry: EntryRef<'a>,
    is_callers: bool,
    _pin: PinnedEntry,
}

/// The entry and the runs with the caller's key, valid as long as the lock is held.
pub(super) struct Located<'a, S: Sharing> {
    pub(super) writer: Writer<'a, S>,
    /// The slot of the live entry.
    pub(super) live: Option<u32>,
    /// The slots of the runs in flight that have not been invalidated.
    pub(super) runs: SmallVec<[u32; 1]>,
    hash: ShortHash,
    _compared: SmallVec<[Compared<'a>; 1]>,
}

impl<S: Sharing> Located<'_, S> {
    /// Invalidates the key's runs: their values will not be cached.
    pub(super) fn invalidate_runs(&mut self) {
        for &slot in &self.runs {
            if let Some(run) = self.writer.state.in_flight.get_mut(self.hash, slot) {
                run.invalidated = true;
            }
        }
    }

    /// Releases the lock. This may drop entries that were compared.
    pub(super) fn finish(self, promptly: bool) {
        let Self { writer, _compared: compared, .. } = self;
        drop(compared);
        writer.finish(promptly);
    }

    /// Releases the lock, and leaves what was removed to the next `finish`.
    pub(super) fn release(self) {
        let Self { writer, _compared: compared, .. } = self;
        drop(compared);
        writer.release();
    }
}

impl<S: Sharing> Store<S> {
    /// Finds the entry and the runs that `is` recognises, and returns them together with the lock.
    ///
    /// All candidates with this hash are compared outside the lock, one after the other, until a
    /// look under the lock finds no new one. That nearly always takes one or two rounds.
    pub(super) fn locate(&self, hash: ShortHash, entry_type: u32, is: &dyn Fn(EntryRef<'_>) -> bool) -> Located<'_, S> {
        let stripe = self.stripe(hash);
        let table = &stripe.table;
        let mut compared: SmallVec<[Compared<'_>; 1]> = SmallVec::new();
        loop {
            let writer = self.writer(stripe);
            let mut located = (None, SmallVec::new());
            let mut unknown: SmallVec<[u32; 1]> = SmallVec::new();
            // The candidates of the last round come in the same order, so each search begins where
            // the last one ended.
            let mut next = 0;
            let mut verdict = |slot: u32| {
                let (before, after) = compared.split_at(next);
                let cell = table.entry(slot).as_ptr();
                let at = after.iter().chain(before).position(|other| ptr::eq(other.entry.as_ptr(), cell))?;
                next = (next + at) % compared.len() + 1;
                Some(compared[next - 1].is_callers)
            };
            writer.state.table_writer.each(table, hash, entry_type, |slot| match verdict(slot) {
                None => unknown.push(slot),
                Some(true) => located.0 = Some(slot),
                Some(false) => {}
            });
            writer.state.in_flight.each(hash, entry_type, |run| match verdict(run.slot) {
                None => unknown.push(run.slot),
                Some(true) => located.1.push(run.slot),
                Some(false) => {}
            });
            if unknown.is_empty() {
                let (live, runs) = located;
                return Located { writer, live, runs, hash, _compared: compared };
            }
            let first = compared.len();
            // Pinned while the lock is held: from here on the cells stay theirs.
            compared.extend(unknown.into_iter().map(|slot| {
                let entry = table.entry(slot);
                Compared { entry, is_callers: false, _pin: PinnedEntry::new(entry.as_ptr()) }
            }));
            writer.finish(false);
            for other in &mut compared[first..] {
                other.is_callers = is(other.entry);
            }
        }
    }
}
