//! Which entries and runs are the caller's: compared without the lock, proved under it.

use std::ptr;

use smallvec::SmallVec;

use super::Engine;
use super::sharing::Sharing;
use super::state::Writer;
use crate::table::hazard::PinnedEntry;
use crate::table::{Head, ShortHash};

/// What has been compared. Held, so that its place is no other entry's.
struct Compared<'a> {
    head: &'a Head,
    ours: bool,
    _hold: PinnedEntry,
}

/// What has the caller's key, as long as the lock is held.
pub(super) struct Located<'a, S: Sharing> {
    pub(super) writer: Writer<'a, S>,
    /// The entry's slot.
    pub(super) live: Option<u32>,
    /// Runs under way that have not been cut.
    pub(super) runs: SmallVec<[u32; 1]>,
    hash: ShortHash,
    _compared: SmallVec<[Compared<'a>; 1]>,
}

impl<S: Sharing> Located<'_, S> {
    /// Invalidation: these runs' values will not be kept.
    pub(super) fn invalidated(&mut self) {
        for &slot in &self.runs {
            if let Some(run) = self.writer.state.in_flight.get_mut(self.hash, slot) {
                run.invalidated = true;
            }
        }
    }

    /// Gives the lock back. What was compared may be dropped by this.
    pub(super) fn finish(self, promptly: bool) {
        let Self { writer, _compared: compared, .. } = self;
        drop(compared);
        writer.finish(promptly);
    }
}

impl<S: Sharing> Engine<S> {
    /// Finds what `is` recognises, and gives it together with the lock.
    ///
    /// Whatever may have this hash is compared outside the lock, one after the other, until all that is there has been compared. Nearly
    /// always that is one round, or two.
    pub(super) fn locate(&self, hash: ShortHash, entry_type: u32, is: &dyn Fn(&Head) -> bool) -> Located<'_, S> {
        let mut compared: SmallVec<[Compared<'_>; 1]> = SmallVec::new();
        loop {
            let writer = Writer::new(self);
            let mut located = (None, SmallVec::new());
            let mut unknown: SmallVec<[u32; 1]> = SmallVec::new();
            // What was there in the last round comes in the same order, so the search begins where the last one ended.
            let mut next = 0;
            let mut verdict = |slot: u32| {
                let (before, after) = compared.split_at(next);
                let head = self.table.head(slot);
                let at = after.iter().chain(before).position(|other| ptr::eq(other.head, head))?;
                next = (next + at) % compared.len() + 1;
                Some(compared[next - 1].ours)
            };
            writer.state.table_writer.each(&self.table, hash, entry_type, |slot| match verdict(slot) {
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
            let begin = compared.len();
            // Held while the lock is: from here on they stay what they are.
            compared.extend(unknown.into_iter().map(|slot| {
                let head = self.table.head(slot);
                Compared { head, ours: false, _hold: PinnedEntry::new(head) }
            }));
            writer.finish(false);
            for other in &mut compared[begin..] {
                other.ours = is(other.head);
            }
        }
    }
}
