//! A miss, in two phases: [`Engine::begin`], then [`LoadGuard::land`].

use std::mem::ManuallyDrop;
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use super::hit::Found;
use super::in_flight::InFlight;
use super::load_timer::{self, LoadTimer};
use super::locate::Located;
use super::sharing::{Lock, ReadGuard, Sharing};
use super::state::{Candidate, State, Writer};
use super::stats::Counter;
use super::wait::{RetryState, Wait};
use super::{Engine, SWEEP_WITH_A_MISS};
use crate::config::SingleFlight;
use crate::flight::current_runs;
use crate::flight::{Failure, Flight, RunId, RunOutcome, WaitEdges};
use crate::info::RemovalCause;
use crate::table::hazard::PinnedEntry;
use crate::table::{Head, ShortHash};

/// What a caller of [`Engine::begin`] knows and the engine does not: its key.
pub(crate) trait Request {
    /// Whether this entry, or entry-to-be, has the key.
    fn is(&self, head: &Head) -> bool;
    /// Owns the key.
    fn own(&mut self);
    fn is_owned(&self) -> bool;
    /// Moves what is owned into a place: the key, and the value if there is one. Once at most, after [`own`](Self::own).
    ///
    /// # Safety
    ///
    /// It is a place for entries of the kind that is asked for, and nobody else knows it.
    unsafe fn write(&mut self, cell: *mut Head);
}

/// What is to become of a computed value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WriteTerms {
    /// Its own time to live, in place of the store's.
    pub(crate) ttl: Option<Duration>,
    pub(crate) weight: u64,
    pub(crate) admit: bool,
}

impl Default for WriteTerms {
    fn default() -> Self {
        Self { ttl: None, weight: 0, admit: true }
    }
}

/// What kind of run begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LoadMode {
    /// Take what is there.
    Call,
    /// Compute in any case and replace what is there.
    Refresh,
}

pub(crate) enum Begin<'a, S: Sharing> {
    Hit(Found<'a, S>),
    Lead(LoadGuard<'a, S>),
    Wait(Wait<'a, S>),
    /// The caller is part of the run it would wait for.
    Bypass,
}

enum Decision<'a, S: Sharing> {
    Hit(Found<'a, S>),
    NeedKey,
    Lead(LoadGuard<'a, S>),
    Join { flight: Arc<Flight>, head: &'a Head },
    Bypass,
}

impl<S: Sharing> Engine<S> {
    /// A call that found no entry; `version` proves it, as long as it stands still.
    pub(crate) fn begin(
        &self,
        hash: ShortHash,
        entry_type: u32,
        version: Option<u64>,
        request: &mut dyn Request,
        retry: &RetryState,
        mode: LoadMode,
    ) -> Begin<'_, S> {
        loop {
            if mode == LoadMode::Call
                && let Some(version) = version
                && let Some(head) = self.begin_fast(hash, entry_type, version, request)
            {
                return Begin::Lead(LoadGuard::of(self, head));
            }
            let now = self.now_if_dated();
            let mut located = self.locate(hash, entry_type, &|head| request.is(head));
            let decision = self.decide(&mut located, hash, entry_type, request, retry, mode, now);
            // From here on a run must end, and must not be waited for by what leaves the store now.
            located.finish(false);
            return match decision {
                Decision::NeedKey => {
                    request.own();
                    continue;
                }
                Decision::Hit(found) => Begin::Hit(found),
                Decision::Lead(guard) => Begin::Lead(guard),
                Decision::Join { flight, head } => match WaitEdges::enter(id(head)) {
                    Some(edges) => Begin::Wait(Wait { engine: self, flight, head, _edges: edges, counted: false }),
                    None => self.bypass(),
                },
                Decision::Bypass => self.bypass(),
            };
        }
    }

    /// The usual miss: as long as the clock stands where it stood when nothing was found, and no run may have the key, there is nothing to compare.
    ///
    /// Gives the entry-to-be of a run that has begun, or `None` to begin in earnest. A reference fits into a register: whoever makes a [`LoadGuard`] of it
    /// in its own frame saves moving one through memory, which is half of what the rest costs.
    #[inline]
    pub(crate) fn begin_fast(
        &self,
        hash: ShortHash,
        entry_type: u32,
        version: u64,
        request: &mut dyn Request,
    ) -> Option<&Head> {
        if !request.is_owned() {
            // Owning a key is wasted on those who will wait, so not before we know.
            if self.runs_hint.load(Relaxed) != 0 && self.state.lock().in_flight.may_have(hash) {
                return None;
            }
            request.own();
        }
        let mut state = self.state.lock();
        if version != self.table.version() || state.in_flight.may_have(hash) || self.stats.times_next_run() {
            return None;
        }
        let (_, head) =
            self.begin_run(&mut state, hash, entry_type, request, self.config.single_flight != SingleFlight::Off);
        self.runs_hint.store(state.in_flight.len(), Relaxed);
        self.stats.count_locked(Counter::Miss);
        drop(state);
        self.enter_run(head);
        Some(head)
    }

    #[inline]
    fn enter_run(&self, head: &Head) {
        load_timer::run_started(ptr::from_ref(self).addr());
        current_runs::enter(id(head));
    }

    /// A run is under way from here on. Gives its place.
    #[inline(always)]
    fn begin_run(
        &self,
        state: &mut State,
        hash: ShortHash,
        entry_type: u32,
        request: &mut dyn Request,
        joinable: bool,
    ) -> (u32, &Head) {
        let slot = state.table_writer.take(&self.table, entry_type);
        let (head, cell, _) = self.table.cell(slot);
        // SAFETY: a place of this kind, which nobody else knows yet.
        unsafe { request.write(cell) };
        // Nothing reads the mark before the entry is published.
        head.rank.store(u64::from(hash.bits()) << 32 | u64::from(slot), Relaxed);
        let begun = state.in_flight.next();
        state.in_flight.begin(InFlight { hash, slot, entry_type, joinable, invalidated: false, begun, extra: None });
        (slot, head)
    }

    #[expect(clippy::too_many_arguments, reason = "one step of `begin`")]
    fn decide(
        &self,
        located: &mut Located<'_, S>,
        hash: ShortHash,
        entry_type: u32,
        request: &mut dyn Request,
        retry: &RetryState,
        mode: LoadMode,
        now: u64,
    ) -> Decision<'_, S> {
        let joinable = self.config.single_flight != SingleFlight::Off && !retry.is_expired();
        let writer = &mut located.writer;
        let mut replaces = None;
        if let Some(slot) = located.live {
            let head = self.table.head(slot);
            if mode == LoadMode::Refresh {
                replaces = Some((slot, PinnedEntry::new(head)));
            } else if writer.deadline(slot) > now {
                let reading = self.read();
                // Under the lock, while it lives.
                reading.protect(head);
                return Decision::Hit(Found::new(self, reading, head));
            } else {
                writer.remove(slot, RemovalCause::Expired);
            }
        }
        if joinable && mode == LoadMode::Call {
            if located.runs.iter().any(|&slot| current_runs::contains(id(self.table.head(slot)))) {
                return Decision::Bypass;
            }
            for &slot in &located.runs {
                if let Some(run) = writer.state.in_flight.get_mut(hash, slot)
                    && run.joinable
                {
                    let head = self.table.head(slot);
                    // Held, since it may leave the store before all who wait have seen it.
                    let flight =
                        run.flight().get_or_insert_with(|| Arc::new(Flight::of(PinnedEntry::new(head)))).clone();
                    return Decision::Join { flight, head };
                }
            }
        }
        if !request.is_owned() {
            return Decision::NeedKey;
        }
        let key_group =
            located.runs.first().and_then(|&run| writer.state.in_flight.get_mut(hash, run)).map(|run| run.key_group());
        let (slot, head) = self.begin_run(&mut writer.state, hash, entry_type, request, joinable);
        if (key_group.is_some() || replaces.is_some())
            && let Some(run) = writer.state.in_flight.get_mut(hash, slot)
        {
            if let Some(key_group) = key_group {
                run.set_key_group(key_group);
            }
            if let Some(entry) = replaces {
                run.set_replaces(entry);
            }
        }
        Decision::Lead(self.lead(head, mode))
    }

    fn bypass(&self) -> Begin<'_, S> {
        self.stats.count(Counter::Bypassed);
        Begin::Bypass
    }

    /// Under the lock.
    fn lead<'a>(&'a self, head: &'a Head, mode: LoadMode) -> LoadGuard<'a, S> {
        let timed = mode == LoadMode::Call && self.stats.times_next_run();
        self.stats.count_locked(if mode == LoadMode::Refresh { Counter::Refresh } else { Counter::Miss });
        self.enter_run(head);
        let load_timer = timed.then(|| Box::new(LoadTimer::start(ptr::from_ref(self).addr())));
        let mut guard = LoadGuard::of(self, head);
        guard.load_timer = load_timer;
        guard
    }
}

/// The right and duty to make one entry. Dropping it (a panic, a cancelled future) lets those who wait look again: one of them leads.
///
/// Small, since it moves through several hands, and each move of what was just written makes the processor wait.
pub(crate) struct LoadGuard<'a, S: Sharing> {
    engine: &'a Engine<S>,
    head: &'a Head,
    load_timer: Option<Box<LoadTimer>>,
    stage: Stage,
    /// Whether this thread is part of the run; a task's run is only where it begins and lands. A word, for bytes that are moved as parts of words
    /// make the processor wait too.
    inside: u32,
}

/// A run that has just begun, on its way into another frame: two registers. A [`LoadGuard`] must be [made](Ticket::of_begun) of it there.
pub(crate) struct Begun<'a> {
    head: &'a Head,
    load_timer: Option<Box<LoadTimer>>,
}

impl<'a> Begun<'a> {
    /// Of a run that [has begun](Engine::begin_quickly) and has no ticket yet.
    pub(crate) fn of(head: &'a Head) -> Self {
        Self { head, load_timer: None }
    }
}

/// How far a run is.
#[derive(Clone, Copy, PartialEq)]
#[repr(u32)]
enum Stage {
    Running,
    /// The value has been written.
    Full,
    WaitFuture,
}

impl<'a, S: Sharing> LoadGuard<'a, S> {
    /// Of a run of this store that [has begun](Engine::begin_quickly) and has no ticket yet.
    #[inline(always)]
    pub(crate) fn of(engine: &'a Engine<S>, head: &'a Head) -> Self {
        Self::of_begun(engine, Begun::of(head))
    }

    /// Of a run of this store.
    #[inline(always)]
    pub(crate) fn of_begun(engine: &'a Engine<S>, Begun { head, load_timer }: Begun<'a>) -> Self {
        Self { engine, head, load_timer, stage: Stage::Running, inside: 1 }
    }

    /// Of a run that has just begun on this thread.
    pub(crate) fn into_begun(self) -> Begun<'a> {
        let mut guard = ManuallyDrop::new(self);
        Begun { head: guard.head, load_timer: guard.load_timer.take() }
    }

    /// Where the entry-to-be is, and its hash: until it is published its mark tells.
    fn cell(&self) -> (u32, ShortHash) {
        let rank = self.head.rank.load(Relaxed);
        let (hash, slot) = ((rank >> 32) as u32, ((rank << 32) >> 32) as u32);
        (slot, ShortHash::from_bits(hash))
    }

    /// The entry-to-be. Its key is there.
    pub(crate) fn head(&self) -> &'a Head {
        self.head
    }

    /// A task's run lands on this thread: what the user's code does on the way must not wait for it.
    pub(crate) fn enter(&mut self) {
        if self.inside == 0 {
            self.inside = 1;
            current_runs::enter(self.id());
        }
    }

    /// The run is a task's, and may go on on another thread.
    pub(crate) fn of_a_task(mut self) -> Self {
        self.leave();
        if let Some(load_timer) = &mut self.load_timer {
            load_timer.leave_thread();
        }
        self
    }

    /// This thread is no part of the run any more.
    pub(crate) fn leave(&mut self) {
        if self.inside != 0 {
            self.inside = 0;
            current_runs::leave(self.id());
        }
    }

    pub(crate) fn id(&self) -> RunId {
        id(self.head)
    }

    /// The value is in the entry-to-be. Those who wait get it, kept or not.
    ///
    /// # Safety
    ///
    /// The value has been written, as one of the kind that the run began with.
    pub(crate) unsafe fn land(&mut self, terms: &WriteTerms) {
        let engine = self.engine;
        self.stage = Stage::Full;
        if let Some(load_timer) = self.load_timer.take() {
            engine.stats.timed(load_timer.end());
        }
        let ttl = engine.deadline_for(terms);
        let now = engine.now_if_dated();
        let (slot, hash) = self.cell();
        let new = Candidate { head: self.head, hash, slot, weight: terms.weight, ttl };
        let mut writer = Writer::new(engine);
        self.stage = Stage::WaitFuture;
        if !writer.state.in_flight.end_usual(slot) {
            return self.land_with_others(writer, new, terms.admit, now);
        }
        if !(terms.admit && writer.admit_new(new, now, || ())) {
            writer.retire(slot, true);
        }
        writer.expire(now, SWEEP_WITH_A_MISS);
        writer.finish(false);
    }

    /// There are other runs, or somebody waits for this one, or it has been cut.
    #[inline(never)]
    fn land_with_others(&self, mut writer: Writer<'a, S>, new: Candidate<'_>, admit: bool, now: u64) {
        let (engine, Candidate { hash, slot, .. }) = (self.engine, new);
        let run = writer.state.in_flight.end(hash, slot);
        let mut kept = false;
        if let Some(run) = &run
            && !run.invalidated
        {
            writer.state.in_flight.supersede_older(run, || (slot, PinnedEntry::new(self.head)));
            let old = run.replaces().filter(|&slot| engine.table.head(slot).is_alive());
            if admit {
                kept = writer.admit(new, old, now, &mut || ());
            } else if let Some(old) = old {
                writer.remove(old, RemovalCause::Replaced);
            }
        }
        if !kept {
            writer.retire(slot, true);
        }
        writer.expire(now, SWEEP_WITH_A_MISS);
        let Some(flight) = run.and_then(InFlight::into_flight) else { return writer.finish(false) };
        // Those who wait are told whatever a `drop` of the user's does.
        let told = Told(flight);
        writer.finish(false);
        drop(told);
    }

    /// There is nothing to keep. Those who wait get `instead`, if it can be shared. `failed` counts it as an error.
    pub(crate) fn land_without_value(&mut self, instead: Option<Failure>, failed: bool) {
        if let Some(load_timer) = self.load_timer.take() {
            self.engine.stats.timed(load_timer.end());
        }
        self.abandon(instead, failed);
    }

    fn abandon(&mut self, failure: Option<Failure>, failed: bool) {
        let full = self.stage == Stage::Full;
        self.stage = Stage::WaitFuture;
        if failed {
            self.engine.stats.count(Counter::Error);
        }
        let mut writer = Writer::new(self.engine);
        let (slot, hash) = self.cell();
        let run = writer.state.in_flight.end(hash, slot);
        writer.retire(slot, full);
        if let Some(flight) = run.and_then(InFlight::into_flight) {
            flight.land(failure.map_or(RunOutcome::Nothing, RunOutcome::Failure));
        }
        writer.finish(false);
    }
}

/// Tells those who wait, when it is dropped, that the value is there.
struct Told(Arc<Flight>);

impl Drop for Told {
    fn drop(&mut self) {
        self.0.land(RunOutcome::Value);
    }
}

impl<S: Sharing> Drop for LoadGuard<'_, S> {
    fn drop(&mut self) {
        if self.stage != Stage::WaitFuture {
            self.abandon(None, true);
        }
        self.leave();
    }
}

/// The run that makes this entry.
fn id(head: &Head) -> RunId {
    ptr::from_ref(head).addr()
}
