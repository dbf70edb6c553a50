//! The store: one engine for every policy, expiry, weight and scope.
//!
//! `P` is what an entry carries, key and value in one; the engine never looks inside, its callers say which entry is theirs. It may
//! be a `dyn` type: then one compiled engine serves every function. [`Engine::find`] is the whole of a hit. [`Engine::begin`] is the two-phase
//! call of a miss: `begin` gives the entry, or the right to make it ([`Ticket`]), or a run to wait for ([`Wait`]).
//!
//! No code of the user's runs while the lock is held: entries are compared and dropped outside. A comparison is made on a
//! counted reference; the absence of a key is proved under the lock by having compared every entry and run with its hash
//! ([`Engine::locate`]).

mod census;
mod locate;
mod pending;
pub(crate) mod scope;
mod state;
pub(crate) mod stats;
mod ticket;
mod timers;

#[cfg(test)]
mod tests;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

use crate::clock::nanos;
use crate::config::{Config, SingleFlight};
use crate::info::{CacheInfo, CacheParameters, RemovalCause};
use crate::policy::Touch;
use crate::random::Random;
use crate::ticker::{self, Sweep};
use scope::{Lock, Scope};
pub(crate) use state::Node;
use state::{Gone, Moment, State};
use stats::Stats;
pub use ticket::Turn;
pub(crate) use ticket::{Begin, Mode, Outcome, Terms, Ticket, Wait};
use timers::NEVER;

/// Entries that a miss sweeps at most, so that none of them pays for all.
const SWEEP_WITH_A_MISS: usize = 8;
/// Entries that the background sweeps per holding of the lock.
const SWEEP_IN_BACKGROUND: usize = 256;

/// One store.
pub struct Engine<P: ?Sized, S: Scope> {
    state: S::Lock<State<P, S>>,
    stats: Arc<Stats<S>>,
    /// What a hit does, [encoded](encode).
    touch: AtomicU64,
    /// Ticks of hits and inserts.
    tick: AtomicU64,
    random: S::Lock<Random>,
    config: Config,
    listener: OnceLock<S::Listener<P>>,
    sweeper: OnceLock<Weak<dyn Sweep>>,
    swept: AtomicBool,
    /// Whether any entry ever had a date: else the clock need not be read.
    dated: AtomicBool,
}

impl<P: ?Sized, S: Scope> Engine<P, S> {
    /// The set-up must have been checked.
    pub(crate) fn new(config: Config) -> Self {
        let state = State::new(&config);
        Self {
            touch: AtomicU64::new(encode(state.touch())),
            state: Lock::new(state),
            stats: Arc::new(Stats::new()),
            tick: AtomicU64::new(1),
            random: Lock::new(Random::new(config.seed.unwrap_or_else(crate::hash::fresh_seed))),
            config,
            listener: OnceLock::new(),
            sweeper: OnceLock::new(),
            swept: AtomicBool::new(false),
            dated: AtomicBool::new(false),
        }
    }

    /// Hears of every entry that leaves.
    pub(crate) fn set_listener(&self, listener: S::Listener<P>) {
        // Set once, while the store is being built.
        let _ = self.listener.set(listener);
    }

    /// Lets the background sweep this store, from the first entry that can expire on.
    pub(crate) fn set_sweeper(&self, sweeper: Weak<dyn Sweep>) {
        let _ = self.sweeper.set(sweeper);
    }

    pub(crate) fn stats(&self) -> &Arc<Stats<S>> {
        &self.stats
    }

    // ---- a hit

    /// The live entry that `is` recognises. Neither counts nor touches.
    #[inline]
    pub(crate) fn find(&self, hash: u64, is: impl Fn(&P) -> bool) -> Option<S::Ref<Node<P>>> {
        let node = self.state.read().first(hash)?.clone();
        let node = if is(&node.payload) { node } else { self.find_behind_a_collision(hash, is)? };
        self.is_live(&node).then_some(node)
    }

    #[cold]
    #[inline(never)]
    fn find_behind_a_collision(&self, hash: u64, is: impl Fn(&P) -> bool) -> Option<S::Ref<Node<P>>> {
        self.locate(hash, is, |state, found| found.live.and_then(|slot| Some(state.node(slot)?.clone())))
    }

    /// Not over. The usual entry has no date, and reads no clock.
    #[inline]
    fn is_live(&self, node: &Node<P>) -> bool {
        let due = node.due();
        due == NEVER || due > if self.config.idle.is_some() { self.precise() } else { self.config.time.coarse() }
    }

    /// Records a hit.
    #[inline]
    pub(crate) fn hit(&self, node: &Node<P>) {
        self.stats.hit();
        let touch = decode(self.touch.load(Relaxed));
        let mark = node.mark.load(Relaxed);
        // The newest entry stays the newest: the usual case of one hot key writes nothing.
        let newest = touch == Touch::Tick && mark + 1 == self.tick.load(Relaxed);
        if !newest && let Some(mark) = touch.mark(mark, || S::count(&self.tick)) {
            node.mark.store(mark, Relaxed);
        }
        if let Some(idle) = self.config.idle {
            node.idle_at.store(self.precise().saturating_add(nanos(idle)), Relaxed);
        }
    }

    fn precise(&self) -> u64 {
        self.config.time.precise()
    }

    fn moment(&self, time: u64) -> Moment {
        Moment { time, tick: S::count(&self.tick) }
    }

    // ---- writes

    /// Puts the entry in, in place of the one that `is` recognises; cuts off that key's runs. The caller has put the value in.
    /// Says whether it was kept.
    pub(crate) fn insert(&self, node: &S::Ref<Node<P>>, is: impl Fn(&P) -> bool, terms: &Terms) -> bool {
        self.date(node, terms);
        let now = self.now_if_dated();
        let mut gone = Gone::<P, S>::new();
        let kept = self.locate(node.hash, is, |state, found| {
            found.cut(state);
            let kept = if terms.keep {
                state.admit(node.clone(), found.live, self.moment(now), &self.stats, &mut gone)
            } else {
                if let Some(slot) = found.live {
                    state.remove(slot, RemovalCause::Replaced, &self.stats, &mut gone);
                }
                false
            };
            state.expire(now, SWEEP_WITH_A_MISS, &self.stats, &mut gone);
            kept
        });
        self.dispose(gone);
        kept
    }

    /// Takes out the entry that `is` recognises, and cuts off that key's runs. An entry that is over counts as absent.
    pub(crate) fn remove(&self, hash: u64, is: impl Fn(&P) -> bool) -> Option<S::Ref<Node<P>>> {
        let now = self.now_if_dated();
        let mut gone = Gone::<P, S>::new();
        let removed = self.locate(hash, is, |state, found| {
            found.cut(state);
            let node = state.node(found.live?)?.clone();
            let live = node.due() > now;
            let cause = if live { RemovalCause::Removed } else { RemovalCause::Expired };
            state.remove(found.live?, cause, &self.stats, &mut gone);
            live.then_some(node)
        });
        self.dispose(gone);
        removed
    }

    /// Takes out every entry that `keep` refuses, and cuts off all runs: their values have not been asked about. Gives the number taken out.
    pub(crate) fn retain(&self, mut keep: impl FnMut(&P) -> bool) -> usize {
        self.state.write().flights.cut_all();
        let mut removed = 0;
        for node in self.entries() {
            if !keep(&node.payload) {
                let mut gone = Gone::<P, S>::new();
                {
                    let mut state = self.state.write();
                    if let Some(slot) = state.slot_of(&node) {
                        state.remove(slot, RemovalCause::Removed, &self.stats, &mut gone);
                        removed += 1;
                    }
                }
                self.dispose(gone);
            }
        }
        removed
    }

    /// Empties the store, cuts off all runs, and counts from zero.
    pub(crate) fn clear(&self) {
        let nodes = {
            let mut state = self.state.write();
            state.flights.cut_all();
            self.stats.clear();
            state.clear(&self.stats)
        };
        match self.listener.get() {
            None => drop(nodes),
            Some(listener) => nodes.for_each(|node| listener(&node.payload, RemovalCause::Cleared)),
        }
    }

    /// Another bound in entries, at once.
    pub(crate) fn resize(&self, max_entries: usize) {
        let now = self.now_if_dated();
        let mut gone = Gone::<P, S>::new();
        {
            let mut state = self.state.write();
            state.resize(max_entries, now, &self.stats, &mut gone);
            self.touch.store(encode(state.touch()), Relaxed);
        }
        self.dispose(gone);
    }

    /// Frees what has expired.
    pub(crate) fn sweep(&self) {
        loop {
            let now = self.now_if_dated();
            if !self.state.read().is_due(now) {
                return;
            }
            let mut gone = Gone::<P, S>::new();
            let more = self.state.write().expire(now, SWEEP_IN_BACKGROUND, &self.stats, &mut gone);
            self.dispose(gone);
            if !more {
                return;
            }
        }
    }

    /// Sets the entry's dates and weight.
    fn date(&self, node: &Node<P>, terms: &Terms) {
        let ttl = terms.ttl.or(self.config.ttl);
        if ttl.is_some() || self.config.idle.is_some() {
            self.dated.store(true, Relaxed);
            let now = self.precise();
            if let Some(ttl) = ttl {
                node.deadline.store(now.saturating_add(self.shortened(nanos(ttl))), Relaxed);
            }
            if let Some(idle) = self.config.idle {
                node.idle_at.store(now.saturating_add(nanos(idle)), Relaxed);
            }
            let shortest = ttl.into_iter().chain(self.config.idle).min().unwrap_or_default();
            self.let_be_swept(shortest);
        }
        node.weight.store(terms.weight, Relaxed);
    }

    /// Jitter takes off a random part of a time to live, and never adds to it.
    fn shortened(&self, ttl: u64) -> u64 {
        if self.config.jitter == 0.0 {
            return ttl;
        }
        let part = self.random.write().fraction() * self.config.jitter;
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "chance"
        )]
        let off = (ttl as f64 * part) as u64;
        ttl.saturating_sub(off)
    }

    fn let_be_swept(&self, shortest: Duration) {
        if self.config.time.is_system()
            && !self.swept.load(Relaxed)
            && let Some(sweeper) = self.sweeper.get()
            && !self.swept.swap(true, Relaxed)
        {
            ticker::enlist(sweeper.clone(), shortest);
        }
    }

    /// Tells the listener, then drops. Without the lock.
    #[expect(clippy::needless_pass_by_value, reason = "this is where it is dropped")]
    fn dispose(&self, gone: Gone<P, S>) {
        if let Some(listener) = self.listener.get() {
            for (node, cause) in &gone {
                listener(&node.payload, *cause);
            }
        }
    }

    // ---- what it says of itself

    /// The entries at this moment that are not over.
    pub(crate) fn entries(&self) -> Vec<S::Ref<Node<P>>> {
        let mut all: Vec<_> = self.state.read().entries().cloned().collect();
        all.retain(|node| self.is_live(node));
        all
    }

    /// Entries that are not over.
    pub(crate) fn len(&self) -> usize {
        self.sweep();
        self.state.read().len()
    }

    pub(crate) fn weight(&self) -> u64 {
        self.sweep();
        self.state.read().weight()
    }

    /// How long the entry still has. `None` for ever.
    pub(crate) fn expires_in(&self, node: &Node<P>) -> Option<Duration> {
        let due = node.due();
        (due != NEVER).then(|| Duration::from_nanos(due.saturating_sub(self.precise())))
    }

    pub(crate) fn info(&self) -> CacheInfo {
        self.sweep();
        let maxsize = self.state.read().max_entries();
        CacheInfo { maxsize, max_weight: self.config.max_weight, ..self.stats.info() }
    }

    pub(crate) fn parameters(&self, typed: bool) -> CacheParameters {
        CacheParameters {
            maxsize: self.state.read().max_entries(),
            typed,
            policy: self.config.policy.map_or("unbounded", |policy| policy.name()),
            max_weight: self.config.max_weight,
            ttl: self.config.ttl,
            idle: self.config.idle,
            jitter: self.config.jitter,
            single_flight: self.config.single_flight != SingleFlight::Off,
        }
    }

    /// Checks every invariant. Panics where one is broken.
    #[cfg(any(test, debug_assertions))]
    pub(crate) fn validate(&self) {
        self.state.read().validate(&self.stats);
    }
}

/// A [`Touch`] in one word.
fn encode(touch: Touch) -> u64 {
    match touch {
        Touch::Nothing => 0,
        Touch::Tick => 1,
        Touch::CountThenTick => 2,
        Touch::Count(most) => most.saturating_add(3),
    }
}

#[inline]
fn decode(word: u64) -> Touch {
    match word {
        0 => Touch::Nothing,
        1 => Touch::Tick,
        2 => Touch::CountThenTick,
        most => Touch::Count(most - 3),
    }
}
