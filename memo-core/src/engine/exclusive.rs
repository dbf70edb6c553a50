//! Exclusive runs: the change of one entry by a function of its old value.
//!
//! At most one exclusive run of a key is in flight. It begins when no run of the key is left that
//! callers may join, and cuts those that nobody may join. So between its look at the old value and
//! its end nobody else changes the entry by a function of the old value. What overwrites the entry
//! or removes it meanwhile cuts the exclusive run, as it cuts any run: the change then counts as
//! made before it.

use super::callbacks::Caller;
use super::run::{AbandonOnUnwind, LoadMode, Started, begin_run, id};
use super::sharing::{Reader, Sharing};
use super::store::Store;
use super::wait::{ExclusiveRetry, Wait};
use crate::config::SingleFlight;
use crate::flight::current_runs;
use crate::info::RemovalCause;
use crate::table::ShortHash;
use crate::table::hazard::PinnedEntry;

/// Result of asking for an exclusive run.
pub enum BeginExclusive<'a, S: Sharing> {
    /// The run has begun, and the caller has [taken](super::callbacks::Taker::take) the old value
    /// if there is one.
    Begun(Started<'a>),
    /// Another run of the key has to end first.
    Wait(Wait<'a, S>),
    /// The caller is inside a run of the key, or the run that has to end first waits for the
    /// caller.
    Cycle,
}

impl<S: Sharing> Store<S> {
    /// Starts an exclusive run, and shows the old value to the caller, which owns its key.
    pub(super) fn begin_exclusive(
        &self,
        hash: ShortHash,
        entry_type: u32,
        caller: &mut dyn Caller,
        retry: &ExclusiveRetry,
    ) -> BeginExclusive<'_, S> {
        let now = self.common.now_if_dated();
        let stripe = self.stripe(hash);
        let mut located = self.locate(hash, entry_type, &|entry| caller.is(entry));
        let writer = &mut located.writer;
        let run_id = |slot: u32| id(stripe.table.entry(slot));
        if located.runs.iter().any(|&slot| current_runs::contains(run_id(slot))) {
            located.finish(false);
            return BeginExclusive::Cycle;
        }
        for &slot in &located.runs {
            let Some(run) = writer.state.in_flight.get_mut(hash, slot) else { continue };
            match (run.joinable, run.exclusive) {
                (_, true) if retry.is_refused() => {
                    located.finish(false);
                    return BeginExclusive::Cycle;
                }
                (true, false) if retry.is_over() => run.invalidated = true,
                (true, _) | (_, true) => {
                    let entry = stripe.table.entry(slot);
                    let wait = Wait::until_end(self, run.flight_of(entry), entry, run_id(slot));
                    located.finish(false);
                    return BeginExclusive::Wait(wait);
                }
                (false, false) => run.invalidated = true,
            }
        }
        let reading = self.common.read();
        let mut old = None;
        if let Some(slot) = located.live {
            if writer.deadline(slot) > now {
                let entry = stripe.table.entry(slot);
                // Protected under the lock, while the entry is alive.
                reading.protect(entry.as_ptr());
                old = Some((slot, entry));
            } else {
                writer.remove(slot, RemovalCause::Expired);
            }
        }
        let joinable = self.common.config.single_flight != SingleFlight::Off;
        let (slot, entry) = begin_run(stripe, &mut writer.state, hash, entry_type, caller, joinable);
        if let Some(run) = writer.state.in_flight.get_mut(hash, slot) {
            run.exclusive = true;
            if let Some((slot, old)) = old {
                run.set_replaces((slot, PinnedEntry::new(old.as_ptr())));
            }
        }
        let started = self.started(stripe, entry, LoadMode::Exclusive);
        // Releases the lock. The run is registered now, so every path below must end it.
        let on_unwind = AbandonOnUnwind::new(self, Some(entry));
        located.finish(false);
        if let Some((_, old)) = old {
            // SAFETY: an entry of the caller's type that was alive, so it has its value; it is
            // protected.
            unsafe { caller.take(old) };
        }
        drop(reading);
        std::mem::forget(on_unwind);
        BeginExclusive::Begun(started)
    }
}
