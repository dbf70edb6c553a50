//! The slot with the lowest rank, where ranks only grow.
//!
//! Hits write ranks without telling the policy, so no order can be kept up to date. It need not be.
//! Slots are in groups of 4 096. From time to time the lowest part of a group's ranks is read into
//! a sorted list; the greatest rank in it is the group's *list bound*. Every unlisted entry ranks
//! above the list bound, and ranks only grow. So the lowest record of the list is exactly the
//! group's minimum, as long as the entry still has that rank. If it has another one, the record is
//! corrected, or dropped if the entry has risen above the list bound. An empty list is read anew.
//! For each group there is also a *lower bound* of its ranks, and a tournament tree over these:
//! only the group with the lowest bound is looked at, until its bound is its minimum. That is the
//! minimum of all.
//!
//! Returns the exact minimum in one thread (under contention a concurrent hit may be overlooked),
//! with one exception that keeps every call short. After hits that all came between two evictions
//! every group may have to be read again, and no structure could tell the minimum of a million
//! unknown numbers from fewer reads. Of up to 65 536 entries a call reads all that it must; of more
//! it reads two groups or three, and if that was not enough, it returns the minimum of those. The
//! remaining groups have their turn in the next calls.
//!
//! Costs nothing on a hit, and a write of two bytes per insert. In a group of more than 1 024
//! entries a quarter is listed at a time: about four ranks are read per victim (each reading of a
//! group is paid for by a quarter as many victims, hits or removals that used up the last list),
//! and an entry takes 3.1 bytes. In a smaller group all are listed, in 12 bytes each: then a victim
//! costs its share of the sorting.

use super::bit_set::BitSet;
use super::slot_group::{GROUP, RankedSlot, SlotGroup};
use super::tournament_tree::TournamentTree;
use crate::policy::interface::Ranks;

/// Of a group, one entry in this many is listed at a time: a smaller part means more readings and
/// less memory (12 bytes for each record).
const LISTED_ONE_IN: usize = 4;
/// A group of up to this many entries is listed whole.
const LISTED_WHOLE: usize = 1_024;
/// Up to this many groups are always read as often as it takes: 65 536 ranks, which fit into the
/// processor's caches.
const EXACT_GROUPS: usize = 16;
/// How many ranks one call may read, in groups, where there are more groups.
const MAX_GROUPS_READ: usize = 2;
/// How many victims ahead the `near` entry of a prefetch is; the `far` one is twice as far.
const PREFETCH_DISTANCE: usize = 4;

/// The live slots, in groups with a list of the lowest ranks each.
#[derive(Debug, Default)]
pub(crate) struct MinRankIndex {
    live: BitSet,
    groups: Vec<SlotGroup>,
    /// The lower bounds of the groups; [`u64::MAX`] for a group without entries.
    bounds: TournamentTree,
    /// The group of the last victim. While its minimum is below `others_bound`, no other group has
    /// to be looked at.
    last_group: usize,
    /// No bound of another group is below this.
    others_bound: u64,
    /// Above every slot there ever was.
    slot_end: u32,
    /// Buffers in which lists are made.
    ranks: Vec<u64>,
    sort_keys: Vec<u64>,
}

impl MinRankIndex {
    /// An entry was inserted into `slot`.
    #[inline(always)]
    pub(crate) fn inserted(&mut self, slot: u32, rank: u64) {
        debug_assert!(!self.live.contains(slot), "slot {slot} is taken");
        self.live.insert(slot);
        self.slot_end = self.slot_end.max(slot + 1);
        let at = (slot / GROUP) as usize;
        if self.groups.len() <= at {
            self.grow(at);
        }
        let group = &mut self.groups[at];
        group.live += 1;
        group.add(RankedSlot::new(rank, slot));
        if rank < self.bounds.get(at) {
            self.lower_bound_to(at, rank);
        }
    }

    #[cold]
    fn grow(&mut self, at: usize) {
        // Most caches have one group.
        self.groups.reserve_exact(usize::from(self.groups.is_empty()));
        while self.groups.len() <= at {
            self.groups.push(SlotGroup::default());
            self.bounds.push();
        }
    }

    /// A new entry ranks below all others of its group.
    #[inline(never)]
    fn lower_bound_to(&mut self, at: usize, rank: u64) {
        self.bounds.set(at, rank);
        if at != self.last_group {
            self.others_bound = self.others_bound.min(rank);
        }
    }

    /// The entry in `slot` was removed. Its record, if any, is found to be outdated later, because
    /// the slot then has another rank.
    #[inline]
    pub(crate) fn removed(&mut self, slot: u32) {
        debug_assert!(self.live.contains(slot), "slot {slot} is empty");
        self.live.remove(slot);
        let at = (slot / GROUP) as usize;
        let group = &mut self.groups[at];
        group.live -= 1;
        if group.live == 0 {
            *group = SlotGroup::default();
            self.bounds.set(at, u64::MAX);
        } else if group.lowest.last().is_some_and(|lowest| lowest.slot() == slot) {
            group.lowest.pop();
        }
    }

    /// The live slot with the lowest rank; of equal ranks the lowest slot.
    #[inline]
    pub(crate) fn min_slot(&mut self, ranks: &dyn Ranks) -> u32 {
        if let Some(&lowest) = self.groups.get(self.last_group).and_then(|group| group.lowest.last())
            && lowest.rank() < self.others_bound
            && lowest.rank() == ranks.rank(lowest.slot())
        {
            if self.groups.len() > 1 {
                self.prefetch_next(ranks);
            }
            return lowest.slot();
        }
        self.min_slot_slow(ranks)
    }

    /// A store of more than one group is larger than the nearest caches. The next victims are
    /// known, so they are fetched before they are needed.
    #[inline(never)]
    fn prefetch_next(&self, ranks: &dyn Ranks) {
        let next = |steps: usize| {
            let lowest = &self.groups[self.last_group].lowest;
            lowest.len().checked_sub(1 + steps).map(|at| lowest[at].slot())
        };
        if let (Some(far), Some(near)) = (next(2 * PREFETCH_DISTANCE), next(PREFETCH_DISTANCE)) {
            ranks.prefetch(far, near);
        }
    }

    #[inline(never)]
    fn min_slot_slow(&mut self, ranks: &dyn Ranks) -> u32 {
        // Twice as many reads as it takes: only threads that keep hitting all that is listed can
        // use that up, and they must not keep a writer here.
        let groups = if self.groups.len() <= EXACT_GROUPS { 2 * self.groups.len() } else { MAX_GROUPS_READ };
        let mut budget = groups * GROUP as usize;
        let mut best: Option<RankedSlot> = None;
        loop {
            let at = self.bounds.min_position();
            let (bound, group) = (self.bounds.get(at), &mut self.groups[at]);
            if let Some(min) = group.min(ranks, &mut budget) {
                if min.rank() != bound {
                    self.bounds.set(at, min.rank());
                }
                if self.bounds.min_position() == at {
                    (self.last_group, self.others_bound) = (at, self.bounds.min_except(at));
                    return min.slot();
                }
                best = Some(best.map_or(min, |best| best.min(min)));
            } else if let Some(list_bound) = group.list_bound.filter(|list_bound| list_bound.rank() > bound) {
                // The list is used up. Before it is read anew, other groups: one may have a lower
                // bound now.
                self.bounds.set(at, list_bound.rank());
            } else if budget >= group.live as usize || best.is_none() {
                budget = budget.saturating_sub(group.live as usize);
                self.ranks.clear();
                ranks.ranks(first_slot(at)..first_slot(at + 1).min(self.slot_end), &mut self.ranks);
                let live = group.live as usize;
                group.list_size = if live <= LISTED_WHOLE { LISTED_WHOLE } else { live / LISTED_ONE_IN };
                // From the bound on; if all ranks are far above it, from the lowest rank on.
                let (first, ranks, sort_keys) = (first_slot(at), &self.ranks, &mut self.sort_keys);
                let lowest_rank = || ranks.iter().copied().min().unwrap_or(u64::MAX);
                let listed = group.refill(first, ranks, bound, sort_keys);
                let listed = listed.or_else(|| group.refill(first, ranks, lowest_rank(), sort_keys));
                if let Some(min) = listed {
                    self.bounds.set(at, min.rank());
                    best = Some(best.map_or(min, |best| best.min(min)));
                }
            } else if let Some(best) = best {
                return best.slot();
            }
        }
    }

    /// Every live slot, ascending.
    pub(crate) fn slots(&self) -> impl Iterator<Item = u32> {
        self.live.iter()
    }

    #[cfg(any(test, feature = "validate"))]
    pub(crate) fn validate(&self, live: &[u32], ranks: &dyn Ranks) {
        let mut expected = live.to_vec();
        expected.sort_unstable();
        assert!(self.slots().eq(expected.iter().copied()), "the policy's live slots are the store's");
        for (at, group) in self.groups.iter().enumerate() {
            let slots = || self.live.range(first_slot(at), first_slot(at + 1));
            assert_eq!(group.live as usize, slots().count());
            assert!(slots().all(|slot| ranks.rank(slot) >= self.bounds.get(at)), "no rank is below the bound");
            group.validate(slots(), ranks);
            assert!(
                at == self.last_group || self.bounds.get(at) >= self.others_bound,
                "no other group's bound is below"
            );
        }
    }
}

fn first_slot(group: usize) -> u32 {
    u32::try_from(group).map_or(u32::MAX, |group| group.saturating_mul(GROUP))
}
