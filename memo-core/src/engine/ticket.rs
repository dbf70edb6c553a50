//! A miss, in two phases: [`Engine::begin`], then [`Ticket::land`].

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use super::census::{self, Census};
use super::pending::Pending;
use super::scope::{Lock, Scope};
use super::state::{Gone, Node};
use super::stats::Count;
use super::{Engine, SWEEP_WITH_A_MISS};
use crate::config::SingleFlight;
use crate::flight::running::{self, Inside};
use crate::flight::{Edges, Failure, Flight, Id, Landed, Landing};
use crate::info::RemovalCause;

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

pub(crate) enum Begin<'a, P: ?Sized, S: Scope> {
    Hit(S::Ref<Node<P>>),
    Lead(Ticket<'a, P, S>),
    Wait(Wait<'a, P, S>),
    /// The caller is part of the run it would wait for.
    Bypass,
}

enum Decision<'a, P: ?Sized, S: Scope> {
    Hit(S::Ref<Node<P>>),
    NeedKey,
    Lead(Ticket<'a, P, S>),
    Join { flight: Arc<Flight>, node: S::Ref<Node<P>> },
    Bypass,
}

impl<P: ?Sized, S: Scope> Engine<P, S> {
    /// A call that found no entry. `make` owns the key, and is called once at most.
    #[inline(never)]
    pub(crate) fn begin(
        &self,
        hash: u64,
        is: impl Fn(&P) -> bool,
        make: impl FnOnce() -> S::Ref<Node<P>>,
        turn: &Turn,
        mode: Mode,
    ) -> Begin<'_, P, S> {
        let joinable = self.config.single_flight != SingleFlight::Off && !turn.is_over();
        let mut make = Some(make);
        let mut fresh = None;
        loop {
            // Owning a key is wasted on those who will wait, so not before we know.
            if fresh.is_none() && self.state.read().flights.is_empty() {
                fresh = make.take().map(|make| make());
            }
            let mut gone = Gone::<P, S>::new();
            let now = self.now_if_dated();
            let decision = self.locate(hash, &is, |state, found| -> Decision<'_, P, S> {
                let mut replaces = None;
                if let Some(slot) = found.live
                    && let Some(node) = state.node(slot).cloned()
                {
                    if mode == Mode::Refresh {
                        replaces = Some(node);
                    } else if node.due() > now {
                        return Decision::Hit(node);
                    } else {
                        state.remove(slot, RemovalCause::Expired, &self.stats, &mut gone);
                    }
                }
                if joinable && mode == Mode::Call {
                    if found.runs.iter().any(|run| running::contains(id(run))) {
                        return Decision::Bypass;
                    }
                    for node in &found.runs {
                        if let Some(run) = state.flights.get_mut(node)
                            && run.joinable
                        {
                            let flight = run.flight.get_or_insert_default().clone();
                            return Decision::Join { flight, node: node.clone() };
                        }
                    }
                }
                let Some(node) = fresh.take() else { return Decision::NeedKey };
                let kin = found.runs.first().and_then(|run| state.flights.get_mut(run)).map(|run| run.kin);
                let kin = kin.unwrap_or_else(|| state.flights.next());
                let begun = state.flights.next();
                state.flights.begin(Pending {
                    node: node.clone(),
                    kin,
                    begun,
                    joinable,
                    cut: false,
                    replaces,
                    flight: None,
                });
                // From here on the run must end, and must not be waited for by what leaves the store below.
                Decision::Lead(self.lead(node, mode))
            });
            self.dispose(gone);
            return match decision {
                Decision::NeedKey => {
                    fresh = make.take().map(|make| make());
                    continue;
                }
                Decision::Hit(node) => Begin::Hit(node),
                Decision::Lead(ticket) => Begin::Lead(ticket),
                Decision::Join { flight, node } => match Edges::enter(id(&node)) {
                    Some(edges) => Begin::Wait(Wait { engine: self, flight, node, _edges: edges, counted: false }),
                    None => self.bypass(),
                },
                Decision::Bypass => self.bypass(),
            };
        }
    }

    fn bypass(&self) -> Begin<'_, P, S> {
        self.stats.count(Count::Bypassed);
        Begin::Bypass
    }

    fn lead(&self, node: S::Ref<Node<P>>, mode: Mode) -> Ticket<'_, P, S> {
        self.stats.count(if mode == Mode::Refresh { Count::Refresh } else { Count::Miss });
        let address = std::ptr::from_ref(self).addr();
        census::note(address);
        let census = self.stats.times_this_run().then(|| Census::start(address));
        let inside = Some(Inside::enter(id(&node)));
        Ticket { engine: self, node, census, inside, landed: false }
    }

    /// Now, where entries can be over at all; else a time before every date.
    pub(super) fn now_if_dated(&self) -> u64 {
        if self.dated.load(Relaxed) { self.precise() } else { 0 }
    }
}

/// The right and duty to make one entry. Dropping it (a panic, a cancelled future) lets those who wait look again: one of them leads.
pub(crate) struct Ticket<'a, P: ?Sized, S: Scope> {
    engine: &'a Engine<P, S>,
    node: S::Ref<Node<P>>,
    census: Option<Census>,
    /// This thread is part of the run; a task's run only where it begins and lands.
    inside: Option<Inside>,
    landed: bool,
}

impl<P: ?Sized, S: Scope> Ticket<'_, P, S> {
    pub(crate) fn node(&self) -> &Node<P> {
        &self.node
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
        id(&self.node)
    }

    /// The caller has put the value into the node. Those who wait get it, kept or not.
    pub(crate) fn land(mut self, terms: &Terms) {
        let engine = self.engine;
        if let Some(census) = self.census.take() {
            engine.stats.timed(census.end());
        }
        engine.date(&self.node, terms);
        let now = engine.now_if_dated();
        let mut gone = Gone::<P, S>::new();
        // The run is dropped without the lock: what it was to replace may be dropped with it.
        let run = {
            let mut state = engine.state.write();
            let run = state.flights.end(&self.node);
            if let Some(run) = &run
                && !run.cut
            {
                state.flights.overtake_kin(run);
                let old = run.replaces.as_ref().and_then(|old| state.slot_of(old));
                if terms.keep {
                    state.admit(self.node.clone(), old, engine.moment(now), &engine.stats, &mut gone);
                } else if let Some(old) = old {
                    state.remove(old, RemovalCause::Replaced, &engine.stats, &mut gone);
                }
            }
            state.expire(now, SWEEP_WITH_A_MISS, &engine.stats, &mut gone);
            run
        };
        self.landed = true;
        if let Some(flight) = run.as_ref().and_then(|run| run.flight.as_ref()) {
            flight.land(Landing::Value);
        }
        engine.dispose(gone);
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
        let run = self.engine.state.write().flights.end(&self.node);
        if let Some(flight) = run.as_ref().and_then(|run| run.flight.as_ref()) {
            flight.land(failure.map_or(Landing::Nothing, Landing::Failure));
        }
    }
}

impl<P: ?Sized, S: Scope> Drop for Ticket<'_, P, S> {
    fn drop(&mut self) {
        if !self.landed {
            self.abandon(None, true);
        }
    }
}

/// A run to wait for.
pub(crate) struct Wait<'a, P: ?Sized, S: Scope> {
    engine: &'a Engine<P, S>,
    flight: Arc<Flight>,
    node: S::Ref<Node<P>>,
    _edges: Edges,
    /// Whether this call is settled in the statistics.
    counted: bool,
}

/// What waiting came to.
pub(crate) enum Outcome<P: ?Sized, S: Scope> {
    Value(S::Ref<Node<P>>),
    Failure(Failure),
    /// Begin again.
    Again,
}

impl<P: ?Sized, S: Scope> Wait<'_, P, S> {
    fn longest(&self) -> Option<Duration> {
        match self.engine.config.single_flight {
            SingleFlight::Within(longest) => Some(longest),
            SingleFlight::On | SingleFlight::Off => None,
        }
    }

    /// Parks the thread.
    pub(crate) fn park(self, turn: &mut Turn) -> Outcome<P, S> {
        let landing = self.flight.wait(self.longest());
        self.settle(landing, turn)
    }

    /// Waits as a task.
    pub(crate) async fn landed(self, turn: &mut Turn) -> Outcome<P, S> {
        let landing = Landed::new(self.flight.clone(), self.longest()).await;
        self.settle(landing, turn)
    }

    fn settle(mut self, landing: Option<Landing>, turn: &mut Turn) -> Outcome<P, S> {
        self.counted = true;
        match landing {
            Some(Landing::Value) => {
                self.engine.stats.count(Count::Coalesced);
                Outcome::Value(self.node.clone())
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
impl<P: ?Sized, S: Scope> Drop for Wait<'_, P, S> {
    fn drop(&mut self) {
        if !self.counted {
            self.engine.stats.count(Count::Coalesced);
        }
    }
}

/// The run that makes this entry.
fn id<P: ?Sized>(node: &Node<P>) -> Id {
    std::ptr::from_ref(node).cast::<()>().addr()
}
