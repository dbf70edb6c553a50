//! The end of a run: with a value ([`Store::complete`]), or without one ([`Store::abandon`]).

use std::sync::Arc;

use super::in_flight::InFlight;
use super::run::{Run, SWEEP_WITH_A_MISS, Stage, address};
use super::sharing::Sharing;
use super::store::Store;
use super::write_terms::{RunFailure, Settled, WriteTerms};
use super::writer::{Candidate, Writer};
use crate::flight::{Flight, RunOutcome};
use crate::info::Counter;
use crate::table::hazard::PinnedEntry;
use crate::table::{EntryRef, Written};
use crate::unwind::contain;

impl<S: Sharing> Store<S> {
    /// Closes a run to later callers: they start another run. Returns whether it has been
    /// invalidated.
    pub(super) fn close(&self, run: &Run<'_>) -> bool {
        let (slot, hash) = run.slot_and_hash();
        let mut state = self.stripe(hash).lock();
        state.in_flight.get_mut(hash, slot).is_none_or(|run| {
            run.joinable = false;
            run.invalidated
        })
    }

    /// Ends a run whose value has been written into its unpublished entry. Waiters get the value,
    /// cached or not.
    #[inline(always)]
    pub(super) fn complete(&self, run: &mut Run<'_>, _: Written, terms: &mut WriteTerms) -> Settled {
        run.stage = Stage::Full;
        if let Some(timed) = run.timer.end(address(self)) {
            self.common.stats.timed(timed);
        }
        let ttl = self.common.ttl_for(terms);
        let now = self.common.now_if_dated();
        let (slot, hash) = run.slot_and_hash();
        let new = Candidate { head: run.entry().head(), hash, slot, weight: terms.weight, ttl };
        let mut writer = self.writer(self.stripe(hash));
        if !writer.state.in_flight.remove_fast(slot) {
            return self.complete_slow(writer, run, new, terms.admit, now);
        }
        run.stage = Stage::Ended;
        let kept = terms.admit && writer.admit_new(new, now, || ());
        if !kept {
            writer.refuse(slot);
        }
        writer.expire(now, SWEEP_WITH_A_MISS);
        writer.finish_inline(false);
        if kept { Settled::Kept } else { Settled::NotKept }
    }

    /// Ends a run that has nothing to cache. Waiters get the failure if it can be shared, otherwise
    /// they look again.
    pub(super) fn complete_without_value(&self, run: &mut Run<'_>, failure: RunFailure) -> Settled {
        if let Some(timed) = run.timer.end(address(self)) {
            self.common.stats.timed(timed);
        }
        self.abandon(run, failure)
    }

    /// Ends a run without a value.
    pub(super) fn abandon(&self, run: &mut Run<'_>, failure: RunFailure) -> Settled {
        let RunFailure { shared, is_error, removes_old } = failure;
        let full = run.stage == Stage::Full;
        run.stage = Stage::Ended;
        // Stopped, and not counted: it may have been cancelled after any time.
        let _ = run.timer.end(address(self));
        if is_error {
            self.common.stats.count(Counter::Error);
        }
        let (slot, hash) = run.slot_and_hash();
        // Read here, because the clock may be the user's.
        let now = if removes_old { self.common.now_if_dated() } else { 0 };
        let mut writer = self.writer(self.stripe(hash));
        let (ended, _forgotten_predicates) = writer.state.in_flight.remove(hash, slot).unzip();
        let invalidated = ended.as_ref().is_some_and(|run| run.invalidated);
        if let Some(run) = ended.as_ref().filter(|run| removes_old && !run.invalidated) {
            let old = writer.replaced_by(run);
            writer.remove_outdated(old, now);
        }
        writer.retire_slot(slot, full);
        let outcome = shared.map_or(RunOutcome::Nothing, |failure| RunOutcome::Failure(failure.into()));
        // Waiters are told even if a user's `drop` panics.
        let told = ended.and_then(InFlight::into_flight).map(|flight| EndOnDrop { flight, outcome });
        writer.finish(false);
        drop(told);
        if invalidated { Settled::Invalidated } else { Settled::NotKept }
    }

    /// Slow path of [`complete`](Self::complete): there are other runs, or a waiter, or the run has
    /// been invalidated, or it answers to predicates.
    #[inline(never)]
    fn complete_slow<'a>(
        &'a self,
        writer: Writer<'a, S>,
        run: &mut Run<'_>,
        new: Candidate<'_>,
        admit: bool,
        now: u64,
    ) -> Settled {
        let Candidate { hash, slot, .. } = new;
        let entry = run.entry();
        let (mut writer, forgotten) = self.answer_to_predicates(writer, entry, new);
        run.stage = Stage::Ended;
        let (ended, _forgotten_predicates) = writer.state.in_flight.remove(hash, slot).unzip();
        let (mut kept, mut invalidated) = (false, forgotten);
        if let Some(ended) = &ended {
            invalidated |= ended.invalidated;
            let old = writer.replaced_by(ended);
            if invalidated {
                // If the key was written, removed or computed later, the old entry is gone. It is
                // there only after a predicate that has seen it and not the new value. It is out of
                // date all the same.
                writer.remove_outdated(old, now);
            } else {
                writer.state.in_flight.supersede_older(ended, || (slot, PinnedEntry::new(entry.as_ptr())));
                if admit {
                    kept = writer.admit(new, old, now, &mut || ());
                } else {
                    writer.remove_outdated(old, now);
                }
            }
        }
        if !kept {
            writer.refuse(slot);
        }
        writer.expire(now, SWEEP_WITH_A_MISS);
        // Who joined after the predicate came must not get this value.
        let outcome = if forgotten { RunOutcome::Nothing } else { RunOutcome::Value };
        // The waiters are woken even if a user's `drop` panics.
        let told = ended.and_then(InFlight::into_flight).map(|flight| EndOnDrop { flight, outcome });
        writer.finish(false);
        drop(told);
        match (kept, invalidated) {
            (true, _) => Settled::Kept,
            (false, true) => Settled::Invalidated,
            (false, false) => Settled::NotKept,
        }
    }

    /// Shows the new value to the predicates that came while its run was in flight, with no lock
    /// held, until no new one has come. Returns the lock, and whether one of them forgets the
    /// value; a predicate that panics does.
    fn answer_to_predicates<'a>(
        &'a self,
        mut writer: Writer<'a, S>,
        entry: EntryRef<'_>,
        new: Candidate<'_>,
    ) -> (Writer<'a, S>, bool) {
        let Candidate { hash, slot, .. } = new;
        let (mut next, mut attachment) = (0, None);
        loop {
            let predicates = writer.state.in_flight.predicates_for(hash, slot, &mut next);
            if predicates.is_empty() {
                return (writer, false);
            }
            if attachment.is_none() {
                let (_, entry_type) = self.stripe(hash).table.node(slot);
                attachment = writer.state.table_writer.vtable(entry_type).attachment();
            }
            writer.finish(false);
            let mut forgets = false;
            for predicate in predicates {
                let mut keeps = false;
                contain(|| keeps = !predicate(entry, attachment));
                forgets |= !keeps;
                // This may be the last one that has it.
                contain(|| drop(predicate));
            }
            writer = self.writer(self.stripe(hash));
            if forgets {
                return (writer, true);
            }
        }
    }
}

/// Tells the waiters, when it is dropped, how the run ended: after the lock has been released, for
/// waking calls the async runtime.
struct EndOnDrop {
    flight: Arc<Flight>,
    outcome: RunOutcome,
}

impl Drop for EndOnDrop {
    fn drop(&mut self) {
        self.flight.end(self.outcome.clone());
    }
}
