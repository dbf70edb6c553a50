//! A miss, in two phases: [`Engine::begin`], then [`Ticket::land`].

use std::mem::ManuallyDrop;
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use super::census::{self, Census};
use super::hit::Found;
use super::locate::Located;
use super::pending::Pending;
use super::scope::{Lock, Reading, Scope};
use super::state::{Newcomer, State, Writer};
use super::stats::Count;
use super::wait::{Turn, Wait};
use super::{Engine, SWEEP_WITH_A_MISS};
use crate::config::SingleFlight;
use crate::flight::running;
use crate::flight::{Edges, Failure, Flight, Id, Landing};
use crate::info::RemovalCause;
use crate::table::hazard::Hold;
use crate::table::{Hash, Head};

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
    unsafe fn write(&mut self, place: *mut Head);
}

/// What is to become of a computed value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms {
    /// Its own time to live, in place of the store's.
    pub(crate) ttl: Option<Duration>,
    pub(crate) weight: u64,
    pub(crate) keep: bool,
}

impl Default for Terms {
    fn default() -> Self {
        Self { ttl: None, weight: 0, keep: true }
    }
}

/// What kind of run begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Take what is there.
    Call,
    /// Compute in any case and replace what is there.
    Refresh,
}

pub(crate) enum Begin<'a, S: Scope> {
    Hit(Found<'a, S>),
    Lead(Ticket<'a, S>),
    Wait(Wait<'a, S>),
    /// The caller is part of the run it would wait for.
    Bypass,
}

enum Decision<'a, S: Scope> {
    Hit(Found<'a, S>),
    NeedKey,
    Lead(Ticket<'a, S>),
    Join { flight: Arc<Flight>, head: &'a Head },
    Bypass,
}

impl<S: Scope> Engine<S> {
    /// A call that found no entry; `clock` proves it, as long as it stands still.
    pub(crate) fn begin(
        &self,
        hash: Hash,
        kind: u32,
        clock: Option<u64>,
        request: &mut dyn Request,
        turn: &Turn,
        mode: Mode,
    ) -> Begin<'_, S> {
        loop {
            if mode == Mode::Call
                && let Some(clock) = clock
                && let Some(head) = self.begin_quickly(hash, kind, clock, request)
            {
                return Begin::Lead(Ticket::of(self, head));
            }
            let now = self.now_if_dated();
            let mut located = self.locate(hash, kind, &|head| request.is(head));
            let decision = self.decide(&mut located, hash, kind, request, turn, mode, now);
            // From here on a run must end, and must not be waited for by what leaves the store now.
            located.finish(false);
            return match decision {
                Decision::NeedKey => {
                    request.own();
                    continue;
                }
                Decision::Hit(found) => Begin::Hit(found),
                Decision::Lead(ticket) => Begin::Lead(ticket),
                Decision::Join { flight, head } => match Edges::enter(id(head)) {
                    Some(edges) => Begin::Wait(Wait { engine: self, flight, head, _edges: edges, counted: false }),
                    None => self.bypass(),
                },
                Decision::Bypass => self.bypass(),
            };
        }
    }

    /// The usual miss: as long as the clock stands where it stood when nothing was found, and no run may have the key, there is nothing to compare.
    ///
    /// Gives the entry-to-be of a run that has begun, or `None` to begin in earnest. A reference fits into a register: whoever makes a [`Ticket`] of it
    /// in its own frame saves moving one through memory, which is half of what the rest costs.
    #[inline]
    pub(crate) fn begin_quickly(&self, hash: Hash, kind: u32, clock: u64, request: &mut dyn Request) -> Option<&Head> {
        if !request.is_owned() {
            // Owning a key is wasted on those who will wait, so not before we know.
            if self.flying.load(Relaxed) != 0 && self.state.lock().flights.may_have(hash) {
                return None;
            }
            request.own();
        }
        let mut state = self.state.lock();
        if clock != self.table.clock() || state.flights.may_have(hash) || self.stats.times_next_run() {
            return None;
        }
        let (_, head) = self.begin_run(&mut state, hash, kind, request, self.config.single_flight != SingleFlight::Off);
        self.flying.store(state.flights.len(), Relaxed);
        self.stats.count_locked(Count::Miss);
        drop(state);
        self.enter_run(head);
        Some(head)
    }

    #[inline]
    fn enter_run(&self, head: &Head) {
        census::note(ptr::from_ref(self).addr());
        running::enter(id(head));
    }

    /// A run is under way from here on. Gives its place.
    #[inline(always)]
    fn begin_run(
        &self,
        state: &mut State,
        hash: Hash,
        kind: u32,
        request: &mut dyn Request,
        joinable: bool,
    ) -> (u32, &Head) {
        let slot = state.book.take(&self.table, kind);
        let (head, place, _) = self.table.place(slot);
        // SAFETY: a place of this kind, which nobody else knows yet.
        unsafe { request.write(place) };
        // Nothing reads the mark before the entry is published.
        head.mark.store(u64::from(hash.bits()) << 32 | u64::from(slot), Relaxed);
        let begun = state.flights.next();
        state.flights.begin(Pending { hash, slot, kind, joinable, cut: false, begun, more: None });
        (slot, head)
    }

    #[expect(clippy::too_many_arguments, reason = "one step of `begin`")]
    fn decide(
        &self,
        located: &mut Located<'_, S>,
        hash: Hash,
        kind: u32,
        request: &mut dyn Request,
        turn: &Turn,
        mode: Mode,
        now: u64,
    ) -> Decision<'_, S> {
        let joinable = self.config.single_flight != SingleFlight::Off && !turn.is_over();
        let writer = &mut located.writer;
        let mut replaces = None;
        if let Some(slot) = located.live {
            let head = self.table.head(slot);
            if mode == Mode::Refresh {
                replaces = Some((slot, Hold::new(head)));
            } else if writer.due(slot) > now {
                let reading = self.read();
                // Under the lock, while it lives.
                reading.hold(head);
                return Decision::Hit(Found::new(self, reading, head));
            } else {
                writer.remove(slot, RemovalCause::Expired);
            }
        }
        if joinable && mode == Mode::Call {
            if located.runs.iter().any(|&slot| running::contains(id(self.table.head(slot)))) {
                return Decision::Bypass;
            }
            for &slot in &located.runs {
                if let Some(run) = writer.state.flights.get_mut(hash, slot)
                    && run.joinable
                {
                    let head = self.table.head(slot);
                    // Held, since it may leave the store before all who wait have seen it.
                    let flight = run.flight().get_or_insert_with(|| Arc::new(Flight::of(Hold::new(head)))).clone();
                    return Decision::Join { flight, head };
                }
            }
        }
        if !request.is_owned() {
            return Decision::NeedKey;
        }
        let kin = located.runs.first().and_then(|&run| writer.state.flights.get_mut(hash, run)).map(|run| run.kin());
        let (slot, head) = self.begin_run(&mut writer.state, hash, kind, request, joinable);
        if (kin.is_some() || replaces.is_some())
            && let Some(run) = writer.state.flights.get_mut(hash, slot)
        {
            if let Some(kin) = kin {
                run.set_kin(kin);
            }
            if let Some(entry) = replaces {
                run.set_replaces(entry);
            }
        }
        Decision::Lead(self.lead(head, mode))
    }

    fn bypass(&self) -> Begin<'_, S> {
        self.stats.count(Count::Bypassed);
        Begin::Bypass
    }

    /// Under the lock.
    fn lead<'a>(&'a self, head: &'a Head, mode: Mode) -> Ticket<'a, S> {
        let timed = mode == Mode::Call && self.stats.times_next_run();
        self.stats.count_locked(if mode == Mode::Refresh { Count::Refresh } else { Count::Miss });
        self.enter_run(head);
        let census = timed.then(|| Box::new(Census::start(ptr::from_ref(self).addr())));
        let mut ticket = Ticket::of(self, head);
        ticket.census = census;
        ticket
    }
}

/// The right and duty to make one entry. Dropping it (a panic, a cancelled future) lets those who wait look again: one of them leads.
///
/// Small, since it moves through several hands, and each move of what was just written makes the processor wait.
pub(crate) struct Ticket<'a, S: Scope> {
    engine: &'a Engine<S>,
    head: &'a Head,
    census: Option<Box<Census>>,
    stage: Stage,
    /// Whether this thread is part of the run; a task's run is only where it begins and lands. A word, for bytes that are moved as parts of words
    /// make the processor wait too.
    inside: u32,
}

/// A run that has just begun, on its way into another frame: two registers. A [`Ticket`] must be [made](Ticket::of_begun) of it there.
pub(crate) struct Begun<'a> {
    head: &'a Head,
    census: Option<Box<Census>>,
}

impl<'a> Begun<'a> {
    /// Of a run that [has begun](Engine::begin_quickly) and has no ticket yet.
    pub(crate) fn of(head: &'a Head) -> Self {
        Self { head, census: None }
    }
}

/// How far a run is.
#[derive(Clone, Copy, PartialEq)]
#[repr(u32)]
enum Stage {
    Running,
    /// The value has been written.
    Full,
    Landed,
}

impl<'a, S: Scope> Ticket<'a, S> {
    /// Of a run of this store that [has begun](Engine::begin_quickly) and has no ticket yet.
    #[inline(always)]
    pub(crate) fn of(engine: &'a Engine<S>, head: &'a Head) -> Self {
        Self::of_begun(engine, Begun::of(head))
    }

    /// Of a run of this store.
    #[inline(always)]
    pub(crate) fn of_begun(engine: &'a Engine<S>, Begun { head, census }: Begun<'a>) -> Self {
        Self { engine, head, census, stage: Stage::Running, inside: 1 }
    }

    /// Of a run that has just begun on this thread.
    pub(crate) fn into_begun(self) -> Begun<'a> {
        let mut ticket = ManuallyDrop::new(self);
        Begun { head: ticket.head, census: ticket.census.take() }
    }

    /// Where the entry-to-be is, and its hash: until it is published its mark tells.
    fn place(&self) -> (u32, Hash) {
        let mark = self.head.mark.load(Relaxed);
        let (hash, slot) = ((mark >> 32) as u32, ((mark << 32) >> 32) as u32);
        (slot, Hash::from_bits(hash))
    }

    /// The entry-to-be. Its key is there.
    pub(crate) fn head(&self) -> &'a Head {
        self.head
    }

    /// A task's run lands on this thread: what the user's code does on the way must not wait for it.
    pub(crate) fn enter(&mut self) {
        if self.inside == 0 {
            self.inside = 1;
            running::enter(self.id());
        }
    }

    /// The run is a task's, and may go on on another thread.
    pub(crate) fn of_a_task(mut self) -> Self {
        self.leave();
        if let Some(census) = &mut self.census {
            census.leave_thread();
        }
        self
    }

    /// This thread is no part of the run any more.
    pub(crate) fn leave(&mut self) {
        if self.inside != 0 {
            self.inside = 0;
            running::leave(self.id());
        }
    }

    pub(crate) fn id(&self) -> Id {
        id(self.head)
    }

    /// The value is in the entry-to-be. Those who wait get it, kept or not.
    ///
    /// # Safety
    ///
    /// The value has been written, as one of the kind that the run began with.
    pub(crate) unsafe fn land(&mut self, terms: &Terms) {
        let engine = self.engine;
        self.stage = Stage::Full;
        if let Some(census) = self.census.take() {
            engine.stats.timed(census.end());
        }
        let ttl = engine.date(terms);
        let now = engine.now_if_dated();
        let (slot, hash) = self.place();
        let new = Newcomer { head: self.head, hash, slot, weight: terms.weight, ttl };
        let mut writer = Writer::new(engine);
        self.stage = Stage::Landed;
        if !writer.state.flights.end_usual(slot) {
            return self.land_with_others(writer, new, terms.keep, now);
        }
        if !(terms.keep && writer.admit_new(new, now, || ())) {
            writer.retire(slot, true);
        }
        writer.expire(now, SWEEP_WITH_A_MISS);
        writer.finish(false);
    }

    /// There are other runs, or somebody waits for this one, or it has been cut.
    #[inline(never)]
    fn land_with_others(&self, mut writer: Writer<'a, S>, new: Newcomer<'_>, keep: bool, now: u64) {
        let (engine, Newcomer { hash, slot, .. }) = (self.engine, new);
        let run = writer.state.flights.end(hash, slot);
        let mut kept = false;
        if let Some(run) = &run
            && !run.cut
        {
            writer.state.flights.overtake_kin(run, || (slot, Hold::new(self.head)));
            let old = run.replaces().filter(|&slot| engine.table.head(slot).is_alive());
            if keep {
                kept = writer.admit(new, old, now, &mut || ());
            } else if let Some(old) = old {
                writer.remove(old, RemovalCause::Replaced);
            }
        }
        if !kept {
            writer.retire(slot, true);
        }
        writer.expire(now, SWEEP_WITH_A_MISS);
        let Some(flight) = run.and_then(Pending::into_flight) else { return writer.finish(false) };
        // Those who wait are told whatever a `drop` of the user's does.
        let told = Told(flight);
        writer.finish(false);
        drop(told);
    }

    /// There is nothing to keep. Those who wait get `instead`, if it can be shared. `failed` counts it as an error.
    pub(crate) fn land_without_value(&mut self, instead: Option<Failure>, failed: bool) {
        if let Some(census) = self.census.take() {
            self.engine.stats.timed(census.end());
        }
        self.abandon(instead, failed);
    }

    fn abandon(&mut self, failure: Option<Failure>, failed: bool) {
        let full = self.stage == Stage::Full;
        self.stage = Stage::Landed;
        if failed {
            self.engine.stats.count(Count::Error);
        }
        let mut writer = Writer::new(self.engine);
        let (slot, hash) = self.place();
        let run = writer.state.flights.end(hash, slot);
        writer.retire(slot, full);
        if let Some(flight) = run.and_then(Pending::into_flight) {
            flight.land(failure.map_or(Landing::Nothing, Landing::Failure));
        }
        writer.finish(false);
    }
}

/// Tells those who wait, when it is dropped, that the value is there.
struct Told(Arc<Flight>);

impl Drop for Told {
    fn drop(&mut self) {
        self.0.land(Landing::Value);
    }
}

impl<S: Scope> Drop for Ticket<'_, S> {
    fn drop(&mut self) {
        if self.stage != Stage::Landed {
            self.abandon(None, true);
        }
        self.leave();
    }
}

/// The run that makes this entry.
fn id(head: &Head) -> Id {
    ptr::from_ref(head).addr()
}
