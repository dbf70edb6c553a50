//! The store: one engine for every policy, expiry, weight and scope.
//!
//! The engine never knows what its entries are: it is told a hash, and asks a closure or a [`Request`] which entry is the caller's. So it is compiled once.
//! [`Engine::find`] is the whole of a hit: no lock, and nothing is written that other threads write. [`Engine::begin`] is the two-phase
//! call of a miss: it gives the entry, or the right to make it ([`LoadGuard`]), or a run to wait for ([`Wait`]).
//!
//! No code of the user's runs while the lock is held: entries are compared and dropped outside. The absence of a key is proved by a
//! clock that stood still ([`table`](crate::table)), or by having compared, under the lock, all that may have its hash ([`Engine::locate`]).

mod entry_types;
mod expiry;
mod hit;
mod in_flight;
mod load_guard;
mod load_timer;
mod locate;
mod reclaim;
pub(crate) mod sharing;
mod state;
pub(crate) mod stats;
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
use crate::table::thread_counters::ThreadCounters;
use crate::table::{EntryType, EntryVtable, Head, PrefixWords, ShortHash, Shown, Table, hazard};
use crate::ticker::{self, Sweep};
use entry_types::EntryTypes;
use expiry::{DeadlineLayout, NEVER};
pub(crate) use hit::Found;
use hit::HitAction;
pub(crate) use load_guard::{Begin, Begun, LoadGuard, LoadMode, Request, WriteTerms};
use sharing::{Lock, ReadGuard, Sharing};
use state::{Candidate, State, TAG_BITS, Writer};
use stats::Stats;
pub use wait::RetryState;
pub(crate) use wait::{Wait, WaitResult};

/// Entries that a miss sweeps at most, so that none of them pays for all.
const SWEEP_WITH_A_MISS: usize = 8;
/// Entries that the background sweeps per holding of the lock.
const SWEEP_IN_BACKGROUND: usize = 256;

/// One store. What hits read comes first, and is written by inserts at most.
#[repr(C)]
pub struct Engine<S: Sharing> {
    table: Table,
    touching: HitAction,
    deadlines: DeadlineLayout,
    entry_types: EntryTypes,
    /// The one kind of a store that was made with it, for itself: see [`sole_type`](Self::only).
    sole_type: EntryType,
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
    has_deadlines: AtomicBool,
    random: Mutex<Random>,
    /// Runs under way, as of the last time the lock was given back: a hint.
    runs_hint: AtomicUsize,
    state: S::Lock<State>,
}

// SAFETY: entries are reached by several threads. Whoever makes such a store asks its keys and values to be `Send` and `Sync`
// (`Shareable` for functions, the bounds of `CacheBuilder::build` for caches, whose own auto traits follow their types); the rest of the engine is synchronised.
unsafe impl Sync for Engine<sharing::Shared> {}
// SAFETY: as above.
unsafe impl Send for Engine<sharing::Shared> {}

impl<S: Sharing> Engine<S> {
    /// The set-up must have been checked. `first` is the kind of entries of a store that has but one.
    pub(crate) fn new(config: Config, first: Option<&'static EntryVtable>) -> Self {
        let mut prefix_words = PrefixWords::default();
        let deadlines = DeadlineLayout::new(&config, &mut prefix_words);
        let weight_word = config.max_weight.is_some().then(|| prefix_words.reserve());
        let (table, mut table_writer) = Table::new(config.max_entries.unwrap_or(usize::MAX), prefix_words);
        let sole_type = first.map(|vtable| table_writer.add_entry_type(&table, vtable)).unwrap_or_default();
        let state = State::new(&config, table_writer);
        let stats = Arc::new(Stats::new());
        Self {
            table,
            touching: HitAction::new(state.on_hit(), deadlines.idle.is_some()),
            deadlines,
            entry_types: EntryTypes::default(),
            sole_type,
            serial: stats.serial(),
            readers: S::Readers::default(),
            stats,
            weight_word,
            random: Mutex::new(Random::new(config.seed.unwrap_or_else(crate::hash::fresh_seed))),
            config,
            listener: OnceLock::new(),
            sweeper: OnceLock::new(),
            swept: AtomicU64::new(u64::MAX),
            has_deadlines: AtomicBool::new(false),
            runs_hint: AtomicUsize::new(0),
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
    pub(crate) fn first_type(&self, of: TypeId) -> Option<&EntryType> {
        self.entry_types.first(of)
    }

    /// The kind of entries with this type.
    pub(crate) fn entry_type(&self, of: TypeId, vtable: &'static EntryVtable) -> &EntryType {
        self.entry_types.find(of, &|| self.state.lock().table_writer.add_entry_type(&self.table, vtable))
    }

    /// The one kind of entries of a store that was made with it.
    #[inline(always)]
    pub(crate) fn sole_type(&self) -> &EntryType {
        &self.sole_type
    }

    /// What readers' words say while they look for their entry here.
    #[inline(always)]
    fn scan_tag(&self) -> usize {
        hazard::scan_tag(ptr::from_ref(self))
    }

    #[inline(always)]
    fn read(&self) -> S::ReadGuard<'_> {
        S::read(&self.readers, self.scan_tag())
    }

    fn precise(&self) -> u64 {
        self.config.time.precise()
    }

    /// Now, where entries can be over at all; else a time before every date.
    #[inline]
    fn now_if_dated(&self) -> u64 {
        if self.has_deadlines.load(Relaxed) { self.precise() } else { 0 }
    }

    /// The next tick of this thread, as a mark. Newer than every mark so far.
    #[inline(always)]
    fn next_stamp(&self) -> u64 {
        let next = |counters: &ThreadCounters| counters.advance_past(self.table.version()) << TAG_BITS | counters.tag();
        if let Some(reading) = S::read_fast(&self.readers, self.scan_tag())
            && let Some(counters) = self.stats.counters_fast(self.serial, &reading)
        {
            return next(counters);
        }
        next(self.stats.counters(&self.read()))
    }

    // ---- writes

    /// Puts the entry in, in place of the one that `request` recognises; cuts off that key's runs. Says whether it was kept.
    pub(crate) fn insert(
        &self,
        hash: ShortHash,
        entry_type: u32,
        request: &mut dyn Request,
        terms: &WriteTerms,
    ) -> bool {
        let ttl = self.deadline_for(terms);
        let now = self.now_if_dated();
        let mut located = self.locate(hash, entry_type, &|head| request.is(head));
        located.invalidated();
        let (live, writer) = (located.live, &mut located.writer);
        let mut kept = false;
        if terms.admit {
            let slot = writer.state.table_writer.take(&self.table, entry_type);
            let (head, cell, _) = self.table.cell(slot);
            // SAFETY: a place of this kind, which nobody else knows yet.
            let mut write = || unsafe { request.write(cell) };
            kept = writer.admit(Candidate { head, hash, slot, weight: terms.weight, ttl }, live, now, &mut write);
            if !kept {
                writer.state.table_writer.give_back(entry_type, slot);
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
    pub(crate) fn remove(
        &self,
        hash: ShortHash,
        entry_type: u32,
        is: &dyn Fn(&Head) -> bool,
        see: &mut dyn FnMut(&Head),
    ) -> bool {
        let now = self.now_if_dated();
        let mut located = self.locate(hash, entry_type, is);
        located.invalidated();
        let mut live = false;
        let reading = self.read();
        let mut seen = None;
        if let Some(slot) = located.live {
            live = located.writer.deadline(slot) > now;
            let cause = if live { RemovalCause::Removed } else { RemovalCause::Expired };
            let head = self.table.head(slot);
            // Under the lock, while it lives.
            reading.protect(head);
            located.writer.remove(slot, cause);
            seen = live.then_some(head);
        }
        if seen.is_none() {
            drop(reading);
            located.finish(true);
            return live;
        }
        /// Lets what was removed go, also where `see` panics.
        struct Flush<'a, S: Sharing>(&'a Engine<S>);
        impl<S: Sharing> Drop for Flush<'_, S> {
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
        writer.state.in_flight.invalidate_all();
        writer.finish(false);
        let mut removed = 0;
        self.each(|slot, head, entry_type| {
            if !keep(head, entry_type) {
                let mut writer = Writer::new(self);
                // Held, so if it lives there it is still this.
                if writer.state.table_writer.live(&self.table, slot).is_some_and(|live| ptr::eq(live, head)) {
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
        writer.state.in_flight.invalidate_all();
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
        self.touching.set(writer.state.on_hit());
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
            let extra = writer.state.is_due(now) && writer.expire(now, SWEEP_IN_BACKGROUND);
            if !extra {
                writer.give_back_memory();
            }
            writer.finish(true);
            if !extra {
                return;
            }
        }
    }

    /// The time to live that an entry is written with, and the background that is to end it.
    #[inline]
    fn deadline_for(&self, terms: &WriteTerms) -> Option<u64> {
        if terms.ttl.is_none() && !self.deadlines.always { None } else { self.deadline_for_some(terms) }
    }

    #[inline(never)]
    fn deadline_for_some(&self, terms: &WriteTerms) -> Option<u64> {
        let ttl = terms.ttl.or(self.config.ttl).map(|ttl| self.with_jitter(nanos(ttl)));
        if let Some(shortest) = self.deadlines.shortest(ttl) {
            self.has_deadlines.store(true, Relaxed);
            self.schedule_sweep(shortest);
        }
        ttl
    }

    /// Jitter takes off a random part of a time to live, and never adds to it.
    fn with_jitter(&self, ttl: u64) -> u64 {
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

    fn schedule_sweep(&self, shortest: Duration) {
        if self.config.time.is_system()
            && let next_stamp = ticker::tick_for(nanos(shortest))
            && next_stamp < self.swept.load(Relaxed)
            && let Some(sweeper) = self.sweeper.get()
            && let before = self.swept.fetch_min(next_stamp, Relaxed)
            && next_stamp < before
        {
            ticker::register(sweeper.clone(), next_stamp, before != u64::MAX);
        }
    }

    // ---- what it says of itself

    /// Calls `see` for each entry that is not over, with nothing locked. Entries that come meanwhile may be seen or not.
    pub(crate) fn each(&self, mut see: impl FnMut(u32, &Head, u32)) {
        let reading = self.read();
        let (view, slots) = {
            let state = self.state.lock();
            (state.table_writer.view(&self.table), state.table_writer.alive(&self.table))
        };
        for slot in slots {
            // SAFETY: reading since before the view was made.
            if let Some((head, entry_type, deadline)) =
                unsafe { self.table.visit(view, slot, |head| reading.protect(head)) }
                && self.is_fresh(head, deadline)
            {
                see(slot, head, entry_type);
            }
        }
    }

    /// The arguments and the value of an entry that is held, if they can be shown.
    pub(crate) fn show(&self, head: &Head, entry_type: u32) -> Option<Shown> {
        let vtable = self.state.lock().table_writer.vtable(entry_type);
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
