//! A miss, in two phases: [`Engine::begin`], then [`Ticket::land`].

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
use super::{Engine, SWEEP_WITH_A_MISS};
use crate::config::SingleFlight;
use crate::flight::running::{self, Inside};
use crate::flight::{Edges, Failure, Flight, Id, Landed, Landing};
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

/// How often one call has waited in vain.
#[derive(Debug, Default)]
pub struct Turn {
    failed: u8,
    timed_out: bool,
}

impl Turn {
    /// A call that begins.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// After two runs that failed and could not share why, or after the longest wait, a caller computes for itself: failures must not
    /// turn those who wait into a queue.
    fn is_over(&self) -> bool {
        self.failed >= 2 || self.timed_out
    }
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
            // Owning a key is wasted on those who will wait, so not before we know.
            if !request.is_owned() && self.flying.load(Relaxed) == 0 {
                request.own();
            }
            if mode == Mode::Call
                && let Some(ticket) = self.begin_proved(hash, kind, clock, request)
            {
                return Begin::Lead(ticket);
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

    /// The usual miss: as long as the clock stands where it stood when nothing was found, and no run is under way, there is nothing to compare.
    #[inline]
    fn begin_proved(
        &self,
        hash: Hash,
        kind: u32,
        clock: Option<u64>,
        request: &mut dyn Request,
    ) -> Option<Ticket<'_, S>> {
        let clock = clock?;
        if !request.is_owned() || clock != self.table.clock() {
            return None;
        }
        let mut state = self.state.lock();
        if clock != self.table.clock() || state.flights.len() != 0 {
            return None;
        }
        let slot =
            self.begin_run(&mut state, hash, kind, request, None, self.config.single_flight != SingleFlight::Off, None);
        self.flying.store(1, Relaxed);
        Some(self.lead(hash, slot, Mode::Call))
    }

    /// A run is under way from here on. Gives its place.
    #[inline]
    #[expect(clippy::too_many_arguments, reason = "one step of `begin`")]
    fn begin_run(
        &self,
        state: &mut State,
        hash: Hash,
        kind: u32,
        request: &mut dyn Request,
        kin: Option<u64>,
        joinable: bool,
        replaces: Option<(u32, Hold)>,
    ) -> u32 {
        let slot = state.book.take(&self.table, kind);
        // SAFETY: a place of this kind, which nobody else knows yet.
        unsafe { request.write(self.table.node(slot).0) };
        let begun = state.flights.next();
        let kin = kin.unwrap_or(begun);
        state.flights.begin(Pending { hash, slot, kind, kin, begun, joinable, cut: false, replaces, flight: None });
        slot
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
                    let flight = run.flight.get_or_insert_with(|| Arc::new(Flight::of(Hold::new(head)))).clone();
                    return Decision::Join { flight, head };
                }
            }
        }
        if !request.is_owned() {
            return Decision::NeedKey;
        }
        let kin = located.runs.first().and_then(|&run| writer.state.flights.get_mut(hash, run)).map(|run| run.kin);
        let slot = self.begin_run(&mut writer.state, hash, kind, request, kin, joinable, replaces);
        Decision::Lead(self.lead(hash, slot, mode))
    }

    fn bypass(&self) -> Begin<'_, S> {
        self.stats.count(Count::Bypassed);
        Begin::Bypass
    }

    /// Under the lock.
    fn lead(&self, hash: Hash, slot: u32, mode: Mode) -> Ticket<'_, S> {
        self.stats.count_locked(if mode == Mode::Refresh { Count::Refresh } else { Count::Miss });
        let address = std::ptr::from_ref(self).addr();
        census::note(address);
        let census = self.stats.times_this_run().then(|| Census::start(address));
        let head = self.table.head(slot);
        let inside = Some(Inside::enter(id(head)));
        Ticket { engine: self, hash, slot, head, census, inside, landed: false, full: false }
    }
}

/// The right and duty to make one entry. Dropping it (a panic, a cancelled future) lets those who wait look again: one of them leads.
pub(crate) struct Ticket<'a, S: Scope> {
    engine: &'a Engine<S>,
    hash: Hash,
    slot: u32,
    head: &'a Head,
    census: Option<Census>,
    /// This thread is part of the run; a task's run only where it begins and lands.
    inside: Option<Inside>,
    landed: bool,
    /// Whether the value has been written.
    full: bool,
}

impl<'a, S: Scope> Ticket<'a, S> {
    /// The entry-to-be. Its key is there.
    pub(crate) fn head(&self) -> &'a Head {
        self.head
    }

    /// A task's run lands on this thread: what the user's code does on the way must not wait for it.
    pub(crate) fn enter(&mut self) {
        let id = self.id();
        self.inside.get_or_insert_with(|| Inside::enter(id));
    }

    /// The run is a task's, and may go on on another thread.
    pub(crate) fn of_a_task(mut self) -> Self {
        self.inside = None;
        if let Some(census) = &mut self.census {
            census.leave_thread();
        }
        self
    }

    pub(crate) fn id(&self) -> Id {
        id(self.head)
    }

    /// The value is in the entry-to-be. Those who wait get it, kept or not.
    ///
    /// # Safety
    ///
    /// The value has been written, as one of the kind that the run began with.
    pub(crate) unsafe fn land(mut self, terms: &Terms) {
        let engine = self.engine;
        self.full = true;
        if let Some(census) = self.census.take() {
            engine.stats.timed(census.end());
        }
        let ttl = engine.date(terms);
        let now = engine.now_if_dated();
        let mut writer = Writer::new(engine);
        let run = writer.state.flights.end(self.hash, self.slot);
        let mut kept = false;
        if let Some(run) = &run
            && !run.cut
        {
            let entry = || (self.slot, Hold::new(self.head));
            if writer.state.flights.len() != 0 {
                writer.state.flights.overtake_kin(run, entry);
            }
            let old = run.replaces.as_ref().map(|(slot, _)| *slot);
            let old = old.filter(|&slot| engine.table.head(slot).is_alive());
            if terms.keep {
                let new = Newcomer { hash: self.hash, slot: self.slot, weight: terms.weight, ttl };
                kept = writer.admit(new, old, now, &mut || ());
            } else if let Some(old) = old {
                writer.remove(old, RemovalCause::Replaced);
            }
        }
        if !kept {
            writer.retire(self.slot, true);
        }
        writer.expire(now, SWEEP_WITH_A_MISS);
        self.landed = true;
        let flight = run.and_then(|run| run.flight);
        let Some(flight) = flight else { return writer.finish(false) };
        // Those who wait are told whatever a `drop` of the user's does.
        let told = Told(flight);
        writer.finish(false);
        drop(told);
    }

    /// There is nothing to keep. Those who wait get `instead`, if it can be shared. `failed` counts it as an error.
    pub(crate) fn land_without_value(mut self, instead: Option<Failure>, failed: bool) {
        if let Some(census) = self.census.take() {
            self.engine.stats.timed(census.end());
        }
        self.abandon(instead, failed);
    }

    fn abandon(&mut self, failure: Option<Failure>, failed: bool) {
        self.landed = true;
        if failed {
            self.engine.stats.count(Count::Error);
        }
        let mut writer = Writer::new(self.engine);
        let run = writer.state.flights.end(self.hash, self.slot);
        writer.retire(self.slot, self.full);
        if let Some(flight) = run.and_then(|run| run.flight) {
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
        if !self.landed {
            self.abandon(None, true);
        }
    }
}

/// A run to wait for.
pub(crate) struct Wait<'a, S: Scope> {
    engine: &'a Engine<S>,
    flight: Arc<Flight>,
    head: &'a Head,
    _edges: Edges,
    /// Whether this call is settled in the statistics.
    counted: bool,
}

/// What waiting came to.
pub(crate) enum Outcome<'a> {
    Value(Arrived<'a>),
    Failure(Failure),
    /// Begin again.
    Again,
}

/// An entry with its value, kept by the store or not. The flight holds it.
pub(crate) struct Arrived<'a> {
    _flight: Arc<Flight>,
    head: &'a Head,
}

impl Arrived<'_> {
    pub(crate) fn head(&self) -> &Head {
        self.head
    }
}

impl<'a, S: Scope> Wait<'a, S> {
    fn longest(&self) -> Option<Duration> {
        match self.engine.config.single_flight {
            SingleFlight::Within(longest) => Some(longest),
            SingleFlight::On | SingleFlight::Off => None,
        }
    }

    /// Parks the thread.
    pub(crate) fn park(self, turn: &mut Turn) -> Outcome<'a> {
        let landing = self.flight.wait(self.longest());
        self.settle(landing, turn)
    }

    /// Waits as a task.
    pub(crate) async fn landed(self, turn: &mut Turn) -> Outcome<'a> {
        let landing = Landed::new(self.flight.clone(), self.longest()).await;
        self.settle(landing, turn)
    }

    fn settle(mut self, landing: Option<Landing>, turn: &mut Turn) -> Outcome<'a> {
        self.counted = true;
        match landing {
            Some(Landing::Value) => {
                self.engine.stats.count(Count::Coalesced);
                Outcome::Value(Arrived { _flight: self.flight.clone(), head: self.head })
            }
            Some(Landing::Failure(failure)) => {
                self.engine.stats.count(Count::Coalesced);
                Outcome::Failure(failure)
            }
            Some(Landing::Nothing) => {
                turn.failed += 1;
                Outcome::Again
            }
            None => {
                turn.timed_out = true;
                Outcome::Again
            }
        }
    }
}

/// A task that gave up waiting was coalesced too: every call is counted once.
impl<S: Scope> Drop for Wait<'_, S> {
    fn drop(&mut self) {
        if !self.counted {
            self.engine.stats.count(Count::Coalesced);
        }
    }
}

/// The run that makes this entry.
fn id(head: &Head) -> Id {
    std::ptr::from_ref(head).addr()
}
