//! What the store's lock guards: the table's book, the order of leaving, the dates, the bounds, the flights.
//!
//! Nothing here runs code of the user's. Keys are found by hash and compared by the engine, outside the lock; what leaves is
//! told about and dropped by the engine, outside the lock ([`Writer::finish`]). All of it is book-keeping on slots, hashes and marks.

use std::ops::Range;
use std::sync::atomic::Ordering::Relaxed;

use super::Engine;
use super::expiry::{ExpiryIndex, NEVER};
use super::in_flight::InFlightTable;
use super::sharing::{Lock, Sharing};
use super::stats::Counter;
use crate::config::{Config, MOST_ENTRIES};
use crate::info::RemovalCause;
use crate::policy::{OnHit, Policy, PolicyKind, Ranks, Victim};
use crate::table::{Deadline, Detached, EntryVtable, Head, ShortHash, TableWriter};

/// Entries that left the index, and why. The listener has not heard of them yet.
pub(super) type Removals = Vec<(u32, RemovalCause)>;

/// A place that left the index, or never got there. Somebody may still read it.
#[derive(Clone, Copy)]
pub(super) struct Retired {
    pub(super) head: *mut Head,
    pub(super) slot: u32,
    pub(super) entry_type: u32,
    /// `None` where there is nothing to drop.
    pub(super) vtable: Option<&'static EntryVtable>,
    /// Whether a value is there; a key always is.
    pub(super) full: bool,
}

/// An emptied store gives its memory back if it is more than this: less is not worth allocating it again.
const WORTH_GIVING_BACK: usize = 64 << 10;

// SAFETY: the entry is the store's, and sent between threads as its types may be.
unsafe impl Send for Retired {}

pub(super) struct State {
    pub(super) table_writer: TableWriter,
    pub(super) in_flight: InFlightTable,
    policy: Option<Box<dyn Policy>>,
    expiry: ExpiryIndex,
    live: usize,
    /// While an entry replaces another both are counted, which may be more than a weight can be.
    weight: u128,
    max_entries: usize,
    max_weight: u64,
    /// To be told of by whoever gives the lock back.
    gone: Removals,
    /// To be reused once nobody reads them.
    pub(super) retired: Vec<Retired>,
    /// Entries that have left, and that somebody tells the listener about or drops just now, outside the lock.
    pub(super) being_dropped: usize,
    /// To be freed once nobody looks into it.
    pub(super) detached: Option<Detached>,
}

/// An entry that is to come, or to take another's place.
#[derive(Clone, Copy)]
pub(super) struct Candidate<'a> {
    pub(super) head: &'a Head,
    pub(super) hash: ShortHash,
    pub(super) slot: u32,
    pub(super) weight: u64,
    pub(super) ttl: Option<u64>,
}

impl State {
    pub(super) fn new(config: &Config, table_writer: TableWriter) -> Self {
        let max_entries = config.max_entries.unwrap_or(usize::MAX);
        // A bound by weight alone still needs an order in which entries leave.
        let policy = config
            .policy
            .or(config.max_weight.map(|_| PolicyKind::Lru))
            .map(|entry_type| entry_type.build(max_entries));
        Self {
            table_writer,
            in_flight: InFlightTable::default(),
            policy,
            expiry: ExpiryIndex::default(),
            live: 0,
            weight: 0,
            max_entries,
            max_weight: config.max_weight.unwrap_or(u64::MAX),
            gone: Removals::new(),
            retired: Vec::new(),
            being_dropped: 0,
            detached: None,
        }
    }

    pub(super) fn on_hit(&self) -> OnHit {
        self.policy.as_ref().map_or(OnHit::Nothing, |policy| policy.on_hit())
    }

    pub(super) fn len(&self) -> usize {
        self.live
    }

    pub(super) fn weight(&self) -> u64 {
        u64::try_from(self.weight).unwrap_or(u64::MAX)
    }

    pub(super) fn max_entries(&self) -> Option<usize> {
        (self.max_entries != usize::MAX).then_some(self.max_entries)
    }

    pub(super) fn is_due(&self, now: u64) -> bool {
        self.expiry.is_due(now)
    }

    /// Whether nothing is to be ended, dropped or given back at that time.
    pub(super) fn is_quiet(&self, now: u64) -> bool {
        !self.is_due(now) && self.is_nothing_to_drop() && self.detached.is_none() && !self.is_worth_giving_back()
    }

    /// Whether no key and no value waits to be dropped. Places that held plain data may wait to be used again.
    fn is_nothing_to_drop(&self) -> bool {
        self.retired.is_empty() || !self.table_writer.needs_drop()
    }

    /// Whether there is much memory, and nothing in it.
    fn is_worth_giving_back(&self) -> bool {
        self.live == 0 && self.table_writer.bytes() > WORTH_GIVING_BACK
    }
}

/// The marks, as policies see them.
struct StoreRanks<'a, S: Sharing> {
    engine: &'a Engine<S>,
    table_writer: &'a TableWriter,
}

impl<S: Sharing> Ranks for StoreRanks<'_, S> {
    fn rank(&self, slot: u32) -> u64 {
        // Policies ask about slots in which something lived: they have a place.
        let head = self.engine.table.head(slot);
        if head.is_alive() { head.rank.load(Relaxed) } else { u64::MAX }
    }

    fn ranks(&self, slots: Range<u32>, ranks: &mut Vec<u64>) {
        self.table_writer.ranks(&self.engine.table, slots, ranks);
    }

    fn prefetch(&self, far: u32, near: u32) {
        self.table_writer.prefetch(&self.engine.table, far, near);
    }

    fn set_rank(&self, slot: u32, rank: u64) {
        self.engine.table.head(slot).rank.store(rank, Relaxed);
    }

    fn hits(&self) -> u64 {
        self.engine.stats.all_hits()
    }
}

/// Whoever holds the store's lock.
pub(super) struct Writer<'a, S: Sharing> {
    engine: &'a Engine<S>,
    pub(super) state: <S::Lock<State> as Lock<State>>::Guard<'a>,
}

impl<'a, S: Sharing> Writer<'a, S> {
    #[inline]
    pub(super) fn new(engine: &'a Engine<S>) -> Self {
        Self { engine, state: engine.state.lock() }
    }

    /// Gives the lock back, tells the listener, and drops what nobody reads any more: `promptly`, or when it is worth asking who reads.
    #[inline]
    pub(super) fn finish(self, promptly: bool) {
        let Self { engine, state } = self;
        engine.runs_hint.store(state.in_flight.len(), Relaxed);
        engine.stats.set_size(state.live, state.weight());
        let enough = if promptly { 1 } else { engine.batch(&state) };
        if state.retired.len() >= enough || !state.gone.is_empty() || state.detached.is_some() {
            Self { engine, state }.finish_work(promptly);
        }
    }

    /// There is something to be done besides giving the lock back.
    #[cold]
    #[inline(never)]
    fn finish_work(self, promptly: bool) {
        let Self { engine, mut state } = self;
        if !state.gone.is_empty() {
            let gone = std::mem::take(&mut state.gone);
            state.being_dropped += gone.len();
            drop(state);
            return engine.tell(gone, promptly);
        }
        let work = engine.take_work(&mut state, promptly);
        drop(state);
        engine.reclaim(work);
    }

    #[inline]
    fn head(&self, slot: u32) -> &'a Head {
        self.engine.table.head(slot)
    }

    /// When the entry in a slot is over. Such an entry may not live.
    pub(super) fn deadline(&self, slot: u32) -> u64 {
        self.engine.deadlines.deadline(&self.engine.table, self.head(slot))
    }

    #[inline]
    fn weight_of(&self, head: &Head) -> u64 {
        self.engine.weight_word.map_or(0, |word| self.engine.table.prefix_word(head, word).load(Relaxed))
    }

    /// A place that will not be used after all.
    pub(super) fn retire(&mut self, slot: u32, full: bool) {
        let (head, entry_type) = self.engine.table.node(slot);
        self.leave(head, entry_type, slot, full);
    }

    #[inline]
    fn leave(&mut self, head: *mut Head, entry_type: u32, slot: u32, full: bool) {
        let vtable = self.state.table_writer.needs_drop().then(|| self.state.table_writer.vtable(entry_type));
        self.state.retired.push(Retired { head, slot, entry_type, vtable, full });
    }

    #[inline(never)]
    pub(super) fn remove(&mut self, slot: u32, cause: RemovalCause) {
        self.take_out(slot, cause);
    }

    /// As above, in line.
    #[inline(always)]
    fn take_out(&mut self, slot: u32, cause: RemovalCause) {
        let evicted = cause == RemovalCause::Evicted;
        let hash = self.unlink(slot, cause);
        if let Some(policy) = &mut self.state.policy {
            policy.removed(slot, hash.bits(), evicted);
        }
        match cause {
            RemovalCause::Evicted => self.engine.stats.count_locked(Counter::Eviction),
            RemovalCause::Expired => self.engine.stats.count_locked(Counter::Expiration),
            _ => {}
        }
    }

    /// Takes an entry out of all but the policy.
    #[inline(always)]
    fn unlink(&mut self, slot: u32, cause: RemovalCause) -> ShortHash {
        let (head, cell, entry_type) = self.engine.table.cell(slot);
        if self.engine.weight_word.is_some() {
            self.state.weight -= u128::from(self.weight_of(head));
        }
        let hash = self.state.table_writer.unlink(head, slot);
        self.state.live -= 1;
        if self.engine.listener.get().is_some() {
            self.state.gone.push((slot, cause));
        } else {
            self.leave(cell, entry_type, slot, true);
        }
        hash
    }

    /// Keeps the entry if there is room or room can be made; in place of the one in the slot `old`, if that is given. `write` completes it,
    /// just before it can be found.
    #[inline(never)]
    pub(super) fn admit(&mut self, new: Candidate<'_>, old: Option<u32>, now: u64, write: &mut dyn FnMut()) -> bool {
        match old {
            None => self.admit_new(new, now, write),
            Some(old) if self.is_hopeless(new) => {
                self.take_out(old, RemovalCause::Replaced);
                false
            }
            Some(old) => {
                write();
                self.replace(old, new, now);
                // A heavier value may have to push others out.
                self.make_room(0, 0, None, now);
                true
            }
        }
    }

    #[inline]
    fn is_hopeless(&self, new: Candidate<'_>) -> bool {
        self.state.max_entries == 0 || new.weight > self.state.max_weight
    }

    /// As above where nothing is replaced: what every miss does, and so in line.
    #[inline(always)]
    pub(super) fn admit_new(&mut self, new: Candidate<'_>, now: u64, write: impl FnOnce()) -> bool {
        let room = !self.is_hopeless(new)
            && self.make_room(1, new.weight, Some(new.hash), now)
            && self.state.live < MOST_ENTRIES;
        if room {
            write();
            let next_stamp = self.engine.next_stamp();
            let rank = match &mut self.state.policy {
                Some(policy) => policy.inserted(new.slot, new.hash.bits(), next_stamp),
                None => next_stamp,
            };
            self.publish(new, rank, next_stamp, now);
        }
        room
    }

    /// The new entry can be found before the old one cannot.
    fn replace(&mut self, old: u32, new: Candidate<'_>, now: u64) {
        let old_mark = self.head(old).rank.load(Relaxed);
        let next_stamp = self.engine.next_stamp();
        let rank = match &mut self.state.policy {
            Some(policy) => policy.replaced(old, old_mark, new.slot, new.hash.bits(), next_stamp),
            None => next_stamp,
        };
        self.publish(new, rank, next_stamp, now);
        self.unlink(old, RemovalCause::Replaced);
    }

    /// What an entry's coming means for everything but the policy.
    #[inline(always)]
    fn publish(&mut self, new: Candidate<'_>, rank: u64, next_stamp: u64, now: u64) {
        let (engine, head) = (self.engine, new.head);
        head.rank.store(rank, Relaxed);
        if let Some(word) = engine.weight_word {
            engine.table.prefix_word(head, word).store(new.weight, Relaxed);
            self.state.weight += u128::from(new.weight);
        }
        let deadline = engine.deadlines.write(&engine.table, head, now, new.ttl);
        self.state.table_writer.publish(&engine.table, head, new.hash, new.slot, deadline, next_stamp >> TAG_BITS);
        self.state.live += 1;
        if deadline != Deadline::NEVER {
            let deadline = self.deadline(new.slot);
            self.state.expiry.run_started(new.slot, deadline);
        }
    }

    /// Evicts until `entries` more of this weight fit. Expired entries go before any live one.
    #[inline(always)]
    fn make_room(&mut self, entries: usize, weight: u64, newcomer: Option<ShortHash>, now: u64) -> bool {
        let weighs = self.engine.weight_word.is_some();
        let crowded = |state: &State| {
            state.live + entries > state.max_entries
                || weighs && state.weight + u128::from(weight) > u128::from(state.max_weight)
        };
        if !crowded(&self.state) {
            return true;
        }
        self.expire(now, usize::MAX);
        while crowded(&self.state) {
            let State { policy, table_writer, live: 1.., .. } = &mut *self.state else { return false };
            let Some(policy) = policy else { return false };
            match policy.victim(newcomer.map(ShortHash::bits), &StoreRanks { engine: self.engine, table_writer }) {
                Victim::Candidate => return false,
                Victim::Slot(slot) => self.take_out(slot, RemovalCause::Evicted),
            }
        }
        true
    }

    /// Takes out up to `most` entries that are over. Says whether more may be.
    #[inline]
    pub(super) fn expire(&mut self, now: u64, most: usize) -> bool {
        self.state.expiry.is_due(now) && self.expire_some(now, most)
    }

    #[inline(never)]
    fn expire_some(&mut self, now: u64, most: usize) -> bool {
        let (table, deadlines) = (&self.engine.table, &self.engine.deadlines);
        for _ in 0..most {
            let State { expiry, table_writer, .. } = &mut *self.state;
            let deadline = |slot| table_writer.live(table, slot).map_or(NEVER, |head| deadlines.deadline(table, head));
            let Some(slot) = expiry.next(now, deadline) else { return false };
            self.remove(slot, RemovalCause::Expired);
        }
        true
    }

    /// Another bound in entries. A store that had none keeps its entries in the order of `lru` from then on.
    pub(super) fn resize(&mut self, max_entries: usize, now: u64) {
        let (engine, state) = (self.engine, &mut *self.state);
        state.max_entries = max_entries;
        if let Some(policy) = &mut state.policy {
            policy.resized(max_entries);
        } else {
            let mut policy = PolicyKind::Lru.build(max_entries);
            // Mark and slot in one integer, as the policies sort them: sorting is compiled for each type.
            let aged = |slot| u128::from(engine.table.head(slot).rank.load(Relaxed)) << 32 | u128::from(slot);
            let mut by_age: Vec<u128> = state.table_writer.alive(&engine.table).into_iter().map(aged).collect();
            by_age.sort_unstable();
            for aged in by_age {
                #[expect(clippy::cast_possible_truncation, reason = "taken apart as it was put together")]
                let (rank, slot) = ((aged >> 32) as u64, aged as u32);
                let head = engine.table.head(slot);
                let hash = state.table_writer.hash(&engine.table, slot);
                head.rank.store(policy.inserted(slot, hash.bits(), rank), Relaxed);
            }
            state.policy = Some(policy);
        }
        self.make_room(0, 0, None, now);
    }

    /// Takes out everything. Entries that have nothing to drop, and that nobody hears of, go with their chunks.
    pub(super) fn clear(&mut self) {
        let plain = !self.state.table_writer.needs_drop() && self.engine.listener.get().is_none();
        if !(plain && self.detach()) {
            for slot in self.state.table_writer.alive(&self.engine.table) {
                self.unlink(slot, RemovalCause::Cleared);
            }
        }
        let state = &mut *self.state;
        (state.live, state.weight) = (0, 0);
        state.expiry = ExpiryIndex::default();
        if let Some(policy) = &mut state.policy {
            policy.cleared();
        }
    }

    /// An emptied store keeps no large tables. Nobody is to be told or dropped any more.
    pub(super) fn give_back_memory(&mut self) {
        let state = &mut *self.state;
        let is_idle = state.is_nothing_to_drop() && state.gone.is_empty();
        if is_idle && state.is_worth_giving_back() && self.detach() {
            self.state.expiry = ExpiryIndex::default();
            if let Some(policy) = &mut self.state.policy {
                policy.cleared();
            }
        }
    }

    /// Takes all memory away from readers to come. Not while a run has its place there or an entry is still being dropped, nor while earlier memory waits to be freed: so no
    /// more than one store's worth ever waits.
    fn detach(&mut self) -> bool {
        let state = &mut *self.state;
        if state.in_flight.len() > 0 || state.being_dropped > 0 || state.detached.is_some() {
            return false;
        }
        // Places without anything to drop need not be waited for one by one.
        state.retired = Vec::new();
        state.detached = Some(state.table_writer.detach(&self.engine.table));
        true
    }

    /// Checks every invariant. Panics where one is broken.
    #[cfg(any(test, feature = "validate"))]
    pub(super) fn validate(&self) {
        let state = &*self.state;
        let live = state.table_writer.validate(&self.engine.table);
        assert_eq!(live.len(), state.live, "live entries are counted");
        assert!(state.live <= state.max_entries, "never above the bound");
        let weight: u128 = live.iter().map(|&slot| u128::from(self.weight_of(self.head(slot)))).sum();
        assert_eq!(weight, state.weight, "weights are summed");
        assert!(weight <= u128::from(state.max_weight), "never above the bound in weight");
        for &slot in &live {
            let deadline = self.deadline(slot);
            assert!(deadline == NEVER || state.expiry.bounds(slot, deadline), "what can expire has a deadline");
        }
        for retired in &state.retired {
            assert!(!live.contains(&retired.slot), "what leaves does not live");
        }
        if let Some(policy) = &state.policy {
            policy.validate(&live, &StoreRanks { engine: self.engine, table_writer: &state.table_writer });
        }
    }
}

/// A mark that is a tick has the thread's tag below it.
pub(super) const TAG_BITS: u32 = 8;
