//! Mutations under the writer lock: admit, replace, remove, evict, expire, clear.
//!
//! No user code runs here. Keys are found by hash and compared outside the lock; removed entries
//! are shown to observers and dropped outside the lock ([`Writer::finish`]). What remains is
//! book-keeping on slots, hashes and ranks.

use std::ops::Range;
use std::sync::atomic::Ordering::Relaxed;

use super::common::{Common, TAG_BITS};
use super::expiry::{ExpiryIndex, NEVER};
use super::in_flight::InFlight;
use super::removal::Removal;
use super::sharing::{Lock, Sharing};
use super::state::{Retired, State};
use super::stats::Stats;
use super::steps;
use super::stripe::Stripe;
use crate::config::MOST_ENTRIES;
use crate::info::{Counter, RemovalCause};
use crate::policy::{PolicyKind, Ranks, Victim};
use crate::table::{Deadline, Head, ShortHash, Table, TableWriter};

/// The lock of a stripe, held by this thread, and the mutations that it permits.
pub(super) struct Writer<'a, S: Sharing> {
    pub(super) common: &'a Common<S>,
    pub(super) stripe: &'a Stripe<S>,
    pub(super) state: <S::Lock<State<S>> as Lock<State<S>>>::Guard<'a>,
}

/// Groups of slots that one holding of the lock visits to look for expired entries in vain.
pub(super) const MAX_VISITS: usize = 64;
/// Entries that one holding of the lock evicts when the store becomes smaller.
pub(super) const RESIZE_BATCH: usize = 256;

/// An entry about to be admitted, or to replace another.
#[derive(Clone, Copy)]
pub(super) struct Candidate<'a> {
    pub(super) head: &'a Head,
    pub(super) hash: ShortHash,
    pub(super) slot: u32,
    pub(super) weight: u64,
    pub(super) ttl: Option<u64>,
}

/// The ranks of a stripe's entries, as policies see them.
struct StoreRanks<'a, S: Sharing> {
    table: &'a Table,
    table_writer: &'a TableWriter,
    /// Not the store's common part, which lies beside the stripe in a [`Writer`]: the two would be
    /// copied as one vector, right after they were written as two words, which stalls the
    /// processor.
    stats: &'a Stats<S>,
}

impl<S: Sharing> Ranks for StoreRanks<'_, S> {
    fn rank(&self, slot: u32) -> u64 {
        // Policies ask only about slots that had an entry, so there is a cell.
        let head = self.table.head(slot);
        if head.is_alive() { head.rank.load(Relaxed) } else { u64::MAX }
    }

    fn ranks(&self, slots: Range<u32>, ranks: &mut Vec<u64>) {
        self.table_writer.ranks(self.table, slots, ranks);
    }

    fn prefetch(&self, far: u32, near: u32) {
        self.table_writer.prefetch(self.table, far, near);
    }

    fn set_rank(&self, slot: u32, rank: u64) {
        self.table.head(slot).rank.store(rank, Relaxed);
    }

    fn hits(&self) -> u64 {
        self.stats.all_hits()
    }
}

impl<'a, S: Sharing> Writer<'a, S> {
    #[inline]
    pub(super) fn new(common: &'a Common<S>, stripe: &'a Stripe<S>) -> Self {
        Self { common, stripe, state: stripe.lock() }
    }

    #[inline]
    fn head(&self, slot: u32) -> &'a Head {
        self.stripe.table.head(slot)
    }

    /// Returns the deadline of the entry in a slot, whether or not it is alive.
    pub(super) fn deadline(&self, slot: u32) -> u64 {
        self.common.deadlines.deadline(&self.stripe.table, self.head(slot))
    }

    #[inline]
    fn weight_of(&self, head: &Head) -> u64 {
        self.common.weight_word.map_or(0, |word| self.stripe.table.prefix_word(head, word).load(Relaxed))
    }

    /// Retires a cell whose entry is not published after all.
    pub(super) fn retire_slot(&mut self, slot: u32, full: bool) {
        let (head, entry_type) = self.stripe.table.node(slot);
        self.retire(head, entry_type, slot, full);
    }

    #[inline(always)]
    fn retire(&mut self, head: *mut Head, entry_type: u32, slot: u32, full: bool) {
        let vtable = self.state.table_writer.needs_drop().then(|| self.state.table_writer.vtable(entry_type));
        self.state.retired.push(Retired { head, slot, entry_type, vtable, full });
    }

    #[inline(never)]
    pub(super) fn remove(&mut self, slot: u32, cause: RemovalCause) {
        self.remove_inline(slot, cause);
    }

    #[inline(always)]
    fn remove_inline(&mut self, slot: u32, cause: RemovalCause) {
        let evicted = cause == RemovalCause::Evicted;
        let hash = self.unlink(slot, cause);
        if let Some(policy) = &mut self.state.policy {
            policy.removed(slot, hash.bits(), evicted);
        }
        match cause {
            RemovalCause::Evicted => self.stripe.stats.count(Counter::Eviction),
            RemovalCause::Expired => self.stripe.stats.count(Counter::Expiration),
            _ => {}
        }
    }

    /// Removes an entry from everything but the policy.
    #[inline(always)]
    fn unlink(&mut self, slot: u32, cause: RemovalCause) -> ShortHash {
        steps::add(1);
        let (head, cell, entry_type) = self.stripe.table.cell(slot);
        if self.common.weight_word.is_some() {
            self.state.weight -= u128::from(self.weight_of(head));
        }
        let hash = self.state.table_writer.unlink(head, slot);
        self.state.live -= 1;
        self.state.walks.removed(slot);
        if self.common.observers.is_empty() {
            self.retire(cell, entry_type, slot, true);
        } else {
            self.state.removals.push(Removal { slot, cause });
        }
        hash
    }

    /// Admits the entry if there is room or room can be made; in place of the entry in the slot
    /// `old`, if given. `write` completes the entry just before it becomes visible.
    #[inline(never)]
    pub(super) fn admit(&mut self, new: Candidate<'_>, old: Option<u32>, now: u64, write: &mut dyn FnMut()) -> bool {
        match old.and_then(|old| self.unless_expired(old, now)) {
            None => self.admit_new(new, now, write),
            Some(old) if self.is_hopeless(new) => {
                self.remove_inline(old, RemovalCause::Removed);
                false
            }
            Some(old) => {
                write();
                self.replace(old, new, now);
                // A heavier value may require that others are evicted.
                self.make_room(0, 0, None, now);
                true
            }
        }
    }

    /// The entry in `slot`, unless it has expired and no sweep has come by yet: then it is removed
    /// as a sweep would, and neither its order nor its number of uses passes on to its successor.
    fn unless_expired(&mut self, slot: u32, now: u64) -> Option<u32> {
        if self.deadline(slot) > now {
            return Some(slot);
        }
        self.remove(slot, RemovalCause::Expired);
        None
    }

    /// Removes the entry of a key that was written again, where the new value is refused.
    pub(super) fn remove_outdated(&mut self, old: Option<u32>, now: u64) {
        if let Some(old) = old.and_then(|old| self.unless_expired(old, now)) {
            self.remove(old, RemovalCause::Removed);
        }
    }

    /// Gives up an entry that has its key and value and is not published after all.
    pub(super) fn refuse(&mut self, slot: u32) {
        if self.common.observers.is_empty() {
            self.retire_slot(slot, true);
        } else {
            self.state.removals.push(Removal { slot, cause: RemovalCause::Refused });
        }
    }

    /// Returns the slot of the entry that a run was to replace, if it is still there.
    pub(super) fn replaced_by(&self, run: &InFlight) -> Option<u32> {
        run.replaces().filter(|&slot| self.stripe.table.head(slot).is_alive())
    }

    #[inline]
    fn is_hopeless(&self, new: Candidate<'_>) -> bool {
        self.state.max_entries == 0 || new.weight > self.state.max_weight
    }

    /// As [`admit`](Self::admit) where nothing is replaced. Every miss does this, so it is inlined.
    #[inline(always)]
    pub(super) fn admit_new(&mut self, new: Candidate<'_>, now: u64, write: impl FnOnce()) -> bool {
        let room = !self.is_hopeless(new)
            && self.make_room(1, new.weight, Some(new.hash), now)
            && self.state.live < MOST_ENTRIES;
        if room {
            write();
            let stamp = self.common.next_stamp(&self.stripe.table);
            self.announce_weight(new);
            let rank = match &mut self.state.policy {
                Some(policy) => policy.inserted(new.slot, new.hash.bits(), stamp),
                None => stamp,
            };
            self.publish(new, rank, stamp, now);
        }
        room
    }

    /// Replaces an entry. The new entry becomes visible before the old one disappears.
    fn replace(&mut self, old: u32, new: Candidate<'_>, now: u64) {
        let old_rank = self.head(old).rank.load(Relaxed);
        let stamp = self.common.next_stamp(&self.stripe.table);
        self.announce_weight(new);
        let rank = match &mut self.state.policy {
            Some(policy) => policy.replaced(old, old_rank, new.slot, new.hash.bits(), stamp),
            None => stamp,
        };
        self.publish(new, rank, stamp, now);
        self.state.walks.replaced(old, new.slot);
        self.unlink(old, RemovalCause::Replaced);
    }

    /// Tells the policy of a store with weights what the entry weighs that it gets next.
    #[inline(always)]
    fn announce_weight(&mut self, new: Candidate<'_>) {
        if self.common.weight_word.is_some()
            && let Some(policy) = &mut self.state.policy
        {
            policy.next_weighs(new.weight);
        }
    }

    /// Adds an entry to everything but the policy.
    #[inline(always)]
    fn publish(&mut self, new: Candidate<'_>, rank: u64, stamp: u64, now: u64) {
        let (common, table, head) = (self.common, &self.stripe.table, new.head);
        head.rank.store(rank, Relaxed);
        if let Some(word) = common.weight_word {
            table.prefix_word(head, word).store(new.weight, Relaxed);
            self.state.weight += u128::from(new.weight);
        }
        let deadline = common.deadlines.write(table, head, now, new.ttl);
        self.state.table_writer.publish(table, head, new.hash, new.slot, deadline, stamp >> TAG_BITS);
        self.state.live += 1;
        if deadline != Deadline::NEVER {
            let deadline = self.deadline(new.slot);
            self.state.expiry.note(new.slot, deadline);
            common.sweeps.note(deadline);
        }
    }

    /// Evicts until `entries` more of this weight fit. Expired entries go before any live one, as
    /// many as it takes: nobody waits until all are removed that have expired together.
    #[inline(always)]
    fn make_room(&mut self, entries: usize, weight: u64, candidate: Option<ShortHash>, now: u64) -> bool {
        let weighs = self.common.weight_word.is_some();
        let is_crowded = |state: &State<S>| {
            state.live + entries > state.max_entries
                || weighs && state.weight + u128::from(weight) > u128::from(state.max_weight)
        };
        if !is_crowded(&self.state) {
            return true;
        }
        let mut visits = MAX_VISITS;
        while self.state.is_due(now) && self.expire_one(now, &mut visits) {
            if !is_crowded(&self.state) {
                return true;
            }
        }
        while is_crowded(&self.state) {
            let State { policy, table_writer, live: live @ 1.., max_entries, .. } = &mut *self.state else {
                return false;
            };
            let Some(policy) = policy else { return false };
            if weighs {
                policy.next_makes_room(*live + entries > *max_entries);
            }
            let ranks = StoreRanks { table: &self.stripe.table, table_writer, stats: &self.common.stats };
            match policy.victim(candidate.map(ShortHash::bits), &ranks) {
                Victim::Candidate => return false,
                Victim::Slot(slot) => self.remove_inline(slot, RemovalCause::Evicted),
            }
        }
        true
    }

    /// Removes up to `most` expired entries. Returns whether there may be more.
    #[inline]
    pub(super) fn expire(&mut self, now: u64, most: usize) -> bool {
        self.state.expiry.is_due(now) && self.expire_some(now, most)
    }

    #[inline(never)]
    fn expire_some(&mut self, now: u64, most: usize) -> bool {
        let mut visits = MAX_VISITS;
        for _ in 0..most {
            if !self.expire_one(now, &mut visits) {
                break;
            }
        }
        self.state.is_due(now)
    }

    /// Removes an expired entry, unless none is found with so many visits. Returns whether it did.
    #[inline(never)]
    fn expire_one(&mut self, now: u64, visits: &mut usize) -> bool {
        let found = self.next_expired(now, visits);
        if let Some(slot) = found {
            self.remove(slot, RemovalCause::Expired);
        }
        found.is_some()
    }

    /// Returns the slot of an expired entry, unless none is found with so many visits.
    pub(super) fn next_expired(&mut self, now: u64, visits: &mut usize) -> Option<u32> {
        let (table, deadlines) = (&self.stripe.table, &self.common.deadlines);
        let State { expiry, table_writer, .. } = &mut *self.state;
        let deadline = |slot| table_writer.live(table, slot).map_or(NEVER, |head| deadlines.deadline(table, head));
        expiry.next(now, visits, deadline)
    }

    /// Returns the slot of the entry that the policy would evict next, if there is one. A store
    /// without a bound orders its entries by `lru` from then on.
    pub(super) fn next_victim(&mut self) -> Option<u32> {
        if self.state.live == 0 {
            return None;
        }
        if self.state.policy.is_none() {
            self.order_by_age(usize::MAX);
            self.stripe.hit_action.set(self.state.on_hit());
        }
        let State { policy, table_writer, .. } = &mut *self.state;
        let ranks = StoreRanks { table: &self.stripe.table, table_writer, stats: &self.common.stats };
        let policy = policy.as_mut()?;
        policy.next_makes_room(true);
        match policy.victim(None, &ranks) {
            Victim::Slot(slot) => Some(slot),
            Victim::Candidate => None,
        }
    }

    /// Changes the capacity in entries to this one, or nearer to it: at most `most` entries are
    /// evicted. Returns whether that is all. A store without a capacity orders its entries by `lru`
    /// from then on.
    pub(super) fn resize(&mut self, max_entries: usize, most: usize, now: u64) -> bool {
        let state = &mut *self.state;
        state.table_writer.resized(max_entries);
        state.max_entries = max_entries.max(state.live.saturating_sub(most));
        let is_done = state.max_entries == max_entries;
        if state.policy.is_none() {
            self.order_by_age(max_entries);
        }
        self.make_room(0, 0, None, now);
        if is_done && let Some(policy) = &mut self.state.policy {
            // Last: a policy that becomes another one takes over what is left.
            policy.resized(max_entries);
        }
        self.stripe.hit_action.set(self.state.on_hit());
        is_done
    }

    /// Makes a policy for a store that had none: `lru`, with the entries by age.
    fn order_by_age(&mut self, max_entries: usize) {
        let (table, state) = (&self.stripe.table, &mut *self.state);
        let mut policy = PolicyKind::Lru.build(max_entries);
        // It is `lru`, which knows no hashes, and which takes entries in any order.
        for slot in state.table_writer.alive(table) {
            let rank = &table.head(slot).rank;
            rank.store(policy.inserted(slot, 0, rank.load(Relaxed)), Relaxed);
        }
        state.policy = Some(policy);
    }

    /// Removes everything at once if no entry needs to be visited: none has a destructor, and there
    /// is no observer. Returns whether it did.
    pub(super) fn clear_plain(&mut self) -> bool {
        if self.state.table_writer.needs_drop() || !self.common.observers.is_empty() || !self.detach() {
            return false;
        }
        self.state.live = 0;
        self.state.weight = 0;
        self.forget_order();
        true
    }

    /// Frees the large tables of an emptied store.
    pub(super) fn give_back_memory(&mut self) {
        let state = &mut *self.state;
        let is_idle = state.is_nothing_to_drop() && state.removals.is_empty();
        if is_idle && state.is_worth_giving_back() && self.detach() {
            self.forget_order();
        }
    }

    /// Forgets what the policy and the expiry index remember of earlier entries. Requires: no entry
    /// is alive.
    pub(super) fn forget_order(&mut self) {
        self.state.expiry = ExpiryIndex::default();
        if let Some(policy) = &mut self.state.policy {
            policy.cleared();
        }
    }

    /// Detaches all memory from later readers. Refuses while a run has its cell there, while an
    /// entry is being dropped, or while earlier memory waits to be freed: so at most one store's
    /// worth of memory ever waits.
    fn detach(&mut self) -> bool {
        let state = &mut *self.state;
        if state.in_flight.len() > 0 || state.being_dropped > 0 || state.detached.is_some() {
            return false;
        }
        // Cells without destructors need no reclamation one by one.
        state.retired = Vec::new();
        state.held = 0;
        state.walks.emptied();
        state.detached = Some(state.table_writer.detach(&self.stripe.table));
        true
    }

    /// Checks every invariant.
    ///
    /// # Panics
    ///
    /// If an invariant is broken.
    #[cfg(any(test, feature = "validate"))]
    pub(super) fn validate(&self) {
        let (state, table) = (&*self.state, &self.stripe.table);
        let live = state.table_writer.validate(table);
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
            assert!(!live.contains(&retired.slot), "a retired entry does not live");
        }
        if let Some(policy) = &state.policy {
            let ranks = StoreRanks { table, table_writer: &state.table_writer, stats: &self.common.stats };
            policy.validate(&live, &ranks);
        }
    }
}
