//! The store: one engine for every policy, expiry, weight and scope.
//!
//! The engine never knows what its entries are: it is told a hash, and asks a closure or a [`Request`] which entry is the caller's. So it is compiled once.
//! [`Engine::find`] is the whole of a hit: no lock, and nothing is written that other threads write. [`Engine::begin`] is the two-phase
//! call of a miss: it gives the entry, or the right to make it ([`Ticket`]), or a run to wait for ([`Wait`]).
//!
//! No code of the user's runs while the lock is held: entries are compared and dropped outside. The absence of a key is proved by a
//! clock that stood still ([`table`](crate::table)), or by having compared, under the lock, all that may have its hash ([`Engine::locate`]).

mod census;
mod dates;
mod hit;
mod kinds;
mod locate;
mod pending;
mod reclaim;
pub(crate) mod scope;
mod state;
pub(crate) mod stats;
mod ticket;
mod wait;

#[cfg(test)]
mod tests;

use std::any::TypeId;
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::time::Duration;

use crate::clock::nanos;
use crate::config::{Config, SingleFlight};
use crate::info::{CacheInfo, CacheParameters, RemovalCause};
use crate::random::Random;
use crate::table::tally::Tally;
use crate::table::{Extras, Hash, Head, KindOf, Shown, Table, Vtable, hazard};
use crate::ticker::{self, Sweep};
use dates::{Dating, NEVER};
pub(crate) use hit::Found;
use hit::Touching;
use kinds::Kinds;
use scope::{Lock, Reading, Scope};
use state::{Newcomer, State, TAG_BITS, Writer};
use stats::Stats;
pub(crate) use ticket::{Begin, Begun, Mode, Request, Terms, Ticket};
pub use wait::Turn;
pub(crate) use wait::{Outcome, Wait};

/// Entries that a miss sweeps at most, so that none of them pays for all.
const SWEEP_WITH_A_MISS: usize = 8;
/// Entries that the background sweeps per holding of the lock.
const SWEEP_IN_BACKGROUND: usize = 256;

/// One store. What hits read comes first, and is written by inserts at most.
#[repr(C)]
pub struct Engine<S: Scope> {
    table: Table,
    touching: Touching,
    dating: Dating,
    kinds: Kinds,
    /// The one kind of a store that was made with it, for itself: see [`only`](Self::only).
    only: KindOf,
    /// Of the counts: [`Stats::serial`].
    serial: u64,
    readers: S::Readers,
    stats: Arc<Stats<S>>,
    /// The word of an entry's weight.
    weight_word: Option<u8>,
    config: Config,
    listener: OnceLock<S::Listener>,
    sweeper: OnceLock<Weak<dyn Sweep>>,
    /// The tick that the background serves this store with; the greatest number before it does.
    swept: AtomicU64,
    /// Whether any entry ever had a date: else the clock need not be read.
    dated: AtomicBool,
    random: Mutex<Random>,
    /// Runs under way, as of the last time the lock was given back: a hint.
    flying: AtomicUsize,
    state: S::Lock<State>,
}

// SAFETY: entries are reached by several threads. Whoever makes such a store asks its keys and values to be `Send` and `Sync`
// (`Shareable` for functions, the bounds of `Builder::build` for caches, whose own auto traits follow their types); the rest of the engine is synchronised.
unsafe impl Sync for Engine<scope::Shared> {}
// SAFETY: as above.
unsafe impl Send for Engine<scope::Shared> {}

impl<S: Scope> Engine<S> {
    /// The set-up must have been checked. `first` is the kind of entries of a store that has but one.
    pub(crate) fn new(config: Config, first: Option<&'static Vtable>) -> Self {
        let mut extras = Extras::default();
        let dating = Dating::new(&config, &mut extras);
        let weight_word = config.max_weight.is_some().then(|| extras.reserve());
        let (table, mut book) = Table::new(config.max_entries.unwrap_or(usize::MAX), extras);
        let only = first.map(|vtable| book.add_kind(&table, vtable)).unwrap_or_default();
        let state = State::new(&config, book);
        let stats = Arc::new(Stats::new());
        Self {
            table,
            touching: Touching::new(state.touch(), dating.idle.is_some()),
            dating,
            kinds: Kinds::default(),
            only,
            serial: stats.serial(),
            readers: S::Readers::default(),
            stats,
            weight_word,
            random: Mutex::new(Random::new(config.seed.unwrap_or_else(crate::hash::fresh_seed))),
            config,
            listener: OnceLock::new(),
            sweeper: OnceLock::new(),
            swept: AtomicU64::new(u64::MAX),
            dated: AtomicBool::new(false),
            flying: AtomicUsize::new(0),
            state: Lock::new(state),
        }
    }

    /// Hears of every entry that leaves.
    pub(crate) fn set_listener(&self, listener: S::Listener) {
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

    /// The kind of entries that the store was used with first, if it is this.
    #[inline(always)]
    pub(crate) fn first_kind(&self, of: TypeId) -> Option<&KindOf> {
        self.kinds.first(of)
    }

    /// The kind of entries with this type.
    pub(crate) fn kind(&self, of: TypeId, vtable: &'static Vtable) -> &KindOf {
        self.kinds.find(of, &|| self.state.lock().book.add_kind(&self.table, vtable))
    }

    /// The one kind of entries of a store that was made with it.
    #[inline(always)]
    pub(crate) fn only(&self) -> &KindOf {
        &self.only
    }

    /// What readers' words say while they look for their entry here.
    #[inline(always)]
    fn sign(&self) -> usize {
        hazard::looking_into(ptr::from_ref(self))
    }

    #[inline(always)]
    fn read(&self) -> S::Reading<'_> {
        S::read(&self.readers, self.sign())
    }

    fn precise(&self) -> u64 {
        self.config.time.precise()
    }

    /// Now, where entries can be over at all; else a time before every date.
    #[inline]
    fn now_if_dated(&self) -> u64 {
        if self.dated.load(Relaxed) { self.precise() } else { 0 }
    }

    /// The next tick of this thread, as a mark. Newer than every mark so far.
    #[inline(always)]
    fn tick(&self) -> u64 {
        let next = |tally: &Tally| tally.jump_over(self.table.clock()) << TAG_BITS | tally.tag();
        if let Some(reading) = S::read_quickly(&self.readers, self.sign())
            && let Some(tally) = self.stats.tally_quickly(self.serial, &reading)
        {
            return next(tally);
        }
        next(self.stats.tally(&self.read()))
    }

    // ---- writes

    /// Puts the entry in, in place of the one that `request` recognises; cuts off that key's runs. Says whether it was kept.
    pub(crate) fn insert(&self, hash: Hash, kind: u32, request: &mut dyn Request, terms: &Terms) -> bool {
        let ttl = self.date(terms);
        let now = self.now_if_dated();
        let mut located = self.locate(hash, kind, &|head| request.is(head));
        located.cut();
        let (live, writer) = (located.live, &mut located.writer);
        let mut kept = false;
        if terms.keep {
            let slot = writer.state.book.take(&self.table, kind);
            let (head, place, _) = self.table.place(slot);
            // SAFETY: a place of this kind, which nobody else knows yet.
            let mut write = || unsafe { request.write(place) };
            kept = writer.admit(Newcomer { head, hash, slot, weight: terms.weight, ttl }, live, now, &mut write);
            if !kept {
                writer.state.book.give_back(kind, slot);
            }
        } else if let Some(slot) = live {
            writer.remove(slot, RemovalCause::Replaced);
        }
        writer.expire(now, SWEEP_WITH_A_MISS);
        located.finish(false);
        kept
    }

    /// Takes out the entry that `is` recognises, and cuts off that key's runs. Says whether there was one. An entry that is over counts as
    /// absent. `see` looks at the entry before it is dropped, outside the lock.
    pub(crate) fn remove(&self, hash: Hash, kind: u32, is: &dyn Fn(&Head) -> bool, see: &mut dyn FnMut(&Head)) -> bool {
        let now = self.now_if_dated();
        let mut located = self.locate(hash, kind, is);
        located.cut();
        let mut live = false;
        let reading = self.read();
        let mut seen = None;
        if let Some(slot) = located.live {
            live = located.writer.due(slot) > now;
            let cause = if live { RemovalCause::Removed } else { RemovalCause::Expired };
            let head = self.table.head(slot);
            // Under the lock, while it lives.
            reading.hold(head);
            located.writer.remove(slot, cause);
            seen = live.then_some(head);
        }
        if seen.is_none() {
            drop(reading);
            located.finish(true);
            return live;
        }
        /// Lets what was removed go, also where `see` panics.
        struct Flush<'a, S: Scope>(&'a Engine<S>);
        impl<S: Scope> Drop for Flush<'_, S> {
            fn drop(&mut self) {
                Writer::new(self.0).finish(true);
            }
        }
        let flush = Flush(self);
        located.finish(false);
        if let Some(head) = seen {
            see(head);
        }
        drop(reading);
        drop(flush);
        live
    }

    /// Takes out every entry that `keep` refuses, and cuts off all runs: their values have not been asked about. Gives the number taken out.
    pub(crate) fn retain(&self, mut keep: impl FnMut(&Head, u32) -> bool) -> usize {
        let mut writer = Writer::new(self);
        writer.state.flights.cut_all();
        writer.finish(false);
        let mut removed = 0;
        self.each(|slot, head, kind| {
            if !keep(head, kind) {
                let mut writer = Writer::new(self);
                // Held, so if it lives there it is still this.
                if writer.state.book.live(&self.table, slot).is_some_and(|live| ptr::eq(live, head)) {
                    writer.remove(slot, RemovalCause::Removed);
                    removed += 1;
                }
                writer.finish(false);
            }
        });
        Writer::new(self).finish(true);
        removed
    }

    /// Empties the store, cuts off all runs, and counts from zero.
    pub(crate) fn clear(&self) {
        let mut writer = Writer::new(self);
        writer.state.flights.cut_all();
        self.stats.clear();
        writer.clear();
        writer.finish(true);
        let mut writer = Writer::new(self);
        writer.give_back_memory();
        writer.finish(true);
    }

    /// Another bound in entries, at once.
    pub(crate) fn resize(&self, max_entries: usize) {
        let now = self.now_if_dated();
        let mut writer = Writer::new(self);
        writer.resize(max_entries, now);
        self.touching.set(writer.state.touch());
        writer.finish(true);
    }

    /// Whether [`sweep`](Self::sweep) would do nothing at that time.
    pub(crate) fn is_quiet(&self, now: u64) -> bool {
        self.state.lock().is_quiet(now)
    }

    /// Frees what has expired, and what has left.
    pub(crate) fn sweep(&self) {
        loop {
            let now = self.now_if_dated();
            let mut writer = Writer::new(self);
            let more = writer.state.is_due(now) && writer.expire(now, SWEEP_IN_BACKGROUND);
            if !more {
                writer.give_back_memory();
            }
            writer.finish(true);
            if !more {
                return;
            }
        }
    }

    /// The time to live that an entry is written with, and the background that is to end it.
    #[inline]
    fn date(&self, terms: &Terms) -> Option<u64> {
        if terms.ttl.is_none() && !self.dating.always { None } else { self.date_some(terms) }
    }

    #[inline(never)]
    fn date_some(&self, terms: &Terms) -> Option<u64> {
        let ttl = terms.ttl.or(self.config.ttl).map(|ttl| self.shortened(nanos(ttl)));
        if let Some(shortest) = self.dating.shortest(ttl) {
            self.dated.store(true, Relaxed);
            self.let_be_swept(shortest);
        }
        ttl
    }

    /// Jitter takes off a random part of a time to live, and never adds to it.
    fn shortened(&self, ttl: u64) -> u64 {
        if self.config.jitter == 0.0 {
            return ttl;
        }
        let part = self.random.lock().unwrap_or_else(PoisonError::into_inner).fraction() * self.config.jitter;
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
            && let tick = ticker::tick_for(nanos(shortest))
            && tick < self.swept.load(Relaxed)
            && let Some(sweeper) = self.sweeper.get()
            && let before = self.swept.fetch_min(tick, Relaxed)
            && tick < before
        {
            ticker::enlist(sweeper.clone(), tick, before != u64::MAX);
        }
    }

    // ---- what it says of itself

    /// Calls `see` for each entry that is not over, with nothing locked. Entries that come meanwhile may be seen or not.
    pub(crate) fn each(&self, mut see: impl FnMut(u32, &Head, u32)) {
        let reading = self.read();
        let (view, slots) = {
            let state = self.state.lock();
            (state.book.view(&self.table), state.book.alive(&self.table))
        };
        for slot in slots {
            // SAFETY: reading since before the view was made.
            if let Some((head, kind, due)) = unsafe { self.table.visit(view, slot, |head| reading.hold(head)) }
                && self.is_in_time(head, due)
            {
                see(slot, head, kind);
            }
        }
    }

    /// The arguments and the value of an entry that is held, if they can be shown.
    pub(crate) fn show(&self, head: &Head, kind: u32) -> Option<Shown> {
        let vtable = self.state.lock().book.vtable(kind);
        // SAFETY: of this kind, and held by the caller.
        unsafe { vtable.show(head) }
    }

    /// Entries that are not over.
    pub(crate) fn len(&self) -> usize {
        self.sweep();
        self.state.lock().len()
    }

    pub(crate) fn weight(&self) -> u64 {
        self.sweep();
        self.state.lock().weight()
    }

    pub(crate) fn info(&self) -> CacheInfo {
        self.sweep();
        let maxsize = self.state.lock().max_entries();
        CacheInfo { maxsize, max_weight: self.config.max_weight, ..self.stats.info() }
    }

    pub(crate) fn parameters(&self, typed: bool) -> CacheParameters {
        CacheParameters {
            maxsize: self.state.lock().max_entries(),
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
    #[cfg(any(test, feature = "validate"))]
    pub(crate) fn validate(&self) {
        Writer::new(self).validate();
    }
}
