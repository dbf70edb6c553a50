//! The entry with the least mark, when marks only grow.
//!
//! Hits write marks and tell nobody, so no order can be kept up to date. It need not be. Slots are in groups of 4 096. Now and then the
//! lowest part of a group's marks is read into a sorted list; the greatest of these is the group's *horizon*. Whoever is not in the list
//! has a mark above the horizon, and marks only grow: so the list's first record names the group's least entry exactly, as long as
//! the entry still carries that mark. Where it does not, the record is put right, or dropped if its entry has risen above the horizon. An
//! empty list is read anew. And for each group a number is kept that its least mark does not fall below, its *bound*: only the group with the lowest
//! bound is looked at, until its bound is its least mark. That is the least of all.
//!
//! Promises the exact least mark in one thread (under contention a hit that comes in meanwhile may be overlooked), with one exception
//! that lets no call take long: after hits that all fell between two evictions every group may have to be read again, and no order could
//! tell the least of a million unknown numbers from fewer looks. A call reads all it must of up to 65 536 entries; above these, two groups
//! or three, and if that was not enough, it takes the least of those. The groups that remain have their turn in the next calls.
//!
//! Costs nothing on a hit and two bytes written per insert. Of a large store an eighth is listed at a time: about eight marks are read per
//! victim (each reading of a group is paid for by an eighth as many victims, hits or removals that used the last list up), and an entry takes 1.7
//! bytes. Of a smaller one a quarter is listed, and of up to 1 024 entries all: then a victim costs its share of the sorting.

use std::cmp::Ordering;

use super::Ranks;
use super::bit_set::BitSet;
use super::tournament_tree::TournamentTree;

/// Slots read at a time: the longest that a call has to wait for one list.
const GROUP: u32 = 1 << GROUP_BITS;
const GROUP_BITS: u32 = 12;
/// Which part of a group is listed at a time: less means fewer readings, and more memory (12 bytes for each that is listed).
const PART: usize = 8;
/// Where there are but few groups: memory counts less.
const SMALL_PART: usize = 4;
/// A group of so many is listed whole.
const FEW: usize = 1_024;
/// So many groups are always read as often as it takes: 65 536 marks, which fit into the caches of the processor.
const ALL_READ: usize = 16;
/// Victims that are known beforehand, by so many, are fetched from memory beforehand.
const AHEAD: usize = 4;
/// How many marks a call may look at, in groups, where there are more.
const LOOKS: usize = 2;

/// The live slots and, of these, the ones with the lowest marks.
#[derive(Debug, Default)]
pub(super) struct MinRank {
    live: BitSet,
    groups: Vec<Group>,
    /// The groups' bounds; of a group without entries, [`u64::MAX`].
    bounds: TournamentTree,
    /// The group of the last victim. As long as its least mark is below all others' bounds, no others have to be looked at.
    last_group: usize,
    /// No bound of another group is below this.
    others: u64,
    /// Above every slot there ever was.
    end: u32,
    /// Where lists are made.
    ranks: Vec<u64>,
    found: Vec<u64>,
}

#[derive(Debug, Default)]
struct Group {
    live: u32,
    /// How many are listed at a time.
    part: usize,
    /// Those with the lowest marks when they were listed, the least at the end. Some records are outdated.
    lowest: Vec<Ranked>,
    /// Every live entry up to this one in order has a record. `None`: nothing is listed.
    list_bound: Option<Ranked>,
}

/// An entry and the mark it had. In the order of marks; of equal ones the lower slot comes first.
///
/// Packed, for else the record is a third larger; but read as what was written, or the processor has to wait for parts of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C, packed(4))]
struct Ranked {
    rank: u64,
    slot: u32,
}

impl Ranked {
    fn new(rank: u64, slot: u32) -> Self {
        Self { rank, slot }
    }

    #[expect(clippy::cast_possible_truncation, reason = "the rest is the rank's")]
    /// From what is sorted: the part of the mark that is above a base, and the place in a group that begins at `first`.
    fn of(order: u64, base: u64, first: u32) -> Self {
        Self::new(base + (order >> GROUP_BITS), first + (order as u32 & (GROUP - 1)))
    }

    fn slot(self) -> u32 {
        self.slot
    }

    fn rank(self) -> u64 {
        self.rank
    }

    fn order(self) -> u128 {
        u128::from(self.rank()) << 32 | u128::from(self.slot())
    }
}

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> Ordering {
        self.order().cmp(&other.order())
    }
}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }

    fn lt(&self, other: &Self) -> bool {
        self.order() < other.order()
    }
}

impl MinRank {
    /// An entry came to live in `slot`.
    #[inline]
    pub(super) fn inserted(&mut self, slot: u32, rank: u64) {
        debug_assert!(!self.live.contains(slot), "slot {slot} is taken");
        self.live.insert(slot);
        self.end = self.end.max(slot + 1);
        let at = (slot / GROUP) as usize;
        if self.groups.len() <= at {
            self.grow(at);
        }
        let group = &mut self.groups[at];
        group.live += 1;
        group.add(Ranked::new(rank, slot));
        if rank < self.bounds.get(at) {
            self.sink(at, rank);
        }
    }

    #[cold]
    fn grow(&mut self, at: usize) {
        while self.groups.len() <= at {
            self.groups.push(Group::default());
            self.bounds.push();
        }
    }

    /// A newcomer is below all that its group had.
    #[inline(never)]
    fn sink(&mut self, at: usize, rank: u64) {
        self.bounds.set(at, rank);
        if at != self.last_group {
            self.others = self.others.min(rank);
        }
    }

    /// The entry in `slot` left. Its record, if any, is recognised as outdated later: the slot's mark is another one then.
    #[inline]
    pub(super) fn removed(&mut self, slot: u32) {
        debug_assert!(self.live.contains(slot), "slot {slot} is empty");
        self.live.remove(slot);
        let at = (slot / GROUP) as usize;
        let group = &mut self.groups[at];
        group.live -= 1;
        if group.live == 0 {
            *group = Group::default();
            self.bounds.set(at, u64::MAX);
        } else if group.lowest.last().is_some_and(|min_rank| min_rank.slot() == slot) {
            group.lowest.pop();
        }
    }

    /// The live slot with the least mark; of equal marks the lowest slot.
    #[inline]
    pub(super) fn victim(&mut self, view: &dyn Ranks) -> u32 {
        if let Some(&min_rank) = self.groups.get(self.last_group).and_then(|group| group.lowest.last())
            && min_rank.rank() < self.others
            && min_rank.rank() == view.rank(min_rank.slot())
        {
            if self.groups.len() > 1 {
                self.look_ahead(view);
            }
            return min_rank.slot();
        }
        self.victim_of_any(view)
    }

    /// A store of more than a group is larger than the nearest caches: who leaves next is known, so it need not be waited for.
    #[inline(never)]
    fn look_ahead(&self, view: &dyn Ranks) {
        let next = |steps: usize| {
            let lowest = &self.groups[self.last_group].lowest;
            lowest.len().checked_sub(1 + steps).map(|at| lowest[at].slot())
        };
        if let (Some(far), Some(near)) = (next(2 * AHEAD), next(AHEAD)) {
            view.prefetch(far, near);
        }
    }

    #[inline(never)]
    fn victim_of_any(&mut self, view: &dyn Ranks) -> u32 {
        // Twice what it takes: only threads that keep hitting all that is listed can use that up, and they must not keep a writer here.
        let groups = if self.groups.len() <= ALL_READ { 2 * self.groups.len() } else { LOOKS };
        let mut looks = groups * GROUP as usize;
        let mut best: Option<Ranked> = None;
        loop {
            let at = self.bounds.lowest();
            let (bound, group) = (self.bounds.get(at), &mut self.groups[at]);
            if let Some(min_rank) = group.min_rank(view, &mut looks) {
                if min_rank.rank() != bound {
                    self.bounds.set(at, min_rank.rank());
                }
                if self.bounds.lowest() == at {
                    (self.last_group, self.others) = (at, self.bounds.lowest_beside(at));
                    return min_rank.slot();
                }
                best = Some(best.map_or(min_rank, |best| best.min(min_rank)));
            } else if let Some(list_bound) = group.list_bound.filter(|list_bound| list_bound.rank() > bound) {
                // The list is used up. Before it is read anew, the others' bounds: one of them may be lower now.
                self.bounds.set(at, list_bound.rank());
            } else if looks >= group.live as usize || best.is_none() {
                looks = looks.saturating_sub(group.live as usize);
                self.ranks.clear();
                view.ranks(to_slot(at)..to_slot(at + 1).min(self.end), &mut self.ranks);
                let part = if groups <= ALL_READ * 2 { SMALL_PART } else { PART };
                group.part = if group.live as usize <= FEW { FEW } else { group.live as usize / part };
                // From the bound on; if all are far above it, from the least mark on.
                let (first, ranks, found) = (to_slot(at), &self.ranks, &mut self.found);
                let min_rank = || ranks.iter().copied().min().unwrap_or(u64::MAX);
                let listed = group.list(first, ranks, bound, found);
                let listed = listed.or_else(|| group.list(first, ranks, min_rank(), found));
                if let Some(min_rank) = listed {
                    self.bounds.set(at, min_rank.rank());
                    best = Some(best.map_or(min_rank, |best| best.min(min_rank)));
                }
            } else if let Some(best) = best {
                return best.slot();
            }
        }
    }

    /// Every live slot, ascending.
    pub(super) fn slots(&self) -> impl Iterator<Item = u32> {
        self.live.iter()
    }

    #[cfg(any(test, feature = "validate"))]
    pub(super) fn validate(&self, live: &[u32], view: &dyn Ranks) {
        let mut expected = live.to_vec();
        expected.sort_unstable();
        assert!(self.slots().eq(expected.iter().copied()), "the policy's live slots are the store's");
        for (at, group) in self.groups.iter().enumerate() {
            let slots = || self.live.range(to_slot(at), to_slot(at + 1));
            assert_eq!(group.live as usize, slots().count());
            assert!(slots().all(|slot| view.rank(slot) >= self.bounds.get(at)), "no rank is below the bound");
            group.validate(slots(), view);
            assert!(at == self.last_group || self.bounds.get(at) >= self.others, "no other group's bound is below");
        }
    }
}

fn to_slot(group: usize) -> u32 {
    u32::try_from(group).map_or(u32::MAX, |group| group.saturating_mul(GROUP))
}

impl Group {
    /// A newcomer belongs into the list if it is not above the horizon: rare for stamps, the rule for counts.
    #[inline]
    fn add(&mut self, newcomer: Ranked) {
        // A look at the mark in place: where the horizon is copied whole, its parts are waited for.
        if self.list_bound.as_ref().is_some_and(|list_bound| newcomer.rank() <= list_bound.rank()) {
            self.add_below(newcomer);
        }
    }

    #[inline(never)]
    fn add_below(&mut self, newcomer: Ranked) {
        if self.list_bound.is_none_or(|list_bound| newcomer > list_bound) {
            return;
        }
        if self.lowest.len() >= 2 * self.part {
            // Inserts and removals without a victim in between would pile up records for ever: the higher half goes, the horizon sinks.
            self.lowest.drain(..self.lowest.len() / 2);
            self.list_bound = self.lowest.first().copied();
            return self.add(newcomer);
        }
        let place = self.lowest.partition_point(|record| *record > newcomer);
        self.lowest.insert(place, newcomer);
    }

    /// The first record that is still true. It stays in the list: until the store removes its entry it is the right answer.
    fn min_rank(&mut self, view: &dyn Ranks, looks: &mut usize) -> Option<Ranked> {
        while let Some(&min_rank) = self.lowest.last() {
            let now = Ranked::new(view.rank(min_rank.slot()), min_rank.slot());
            if now == min_rank || (*looks == 0 && now.rank() != u64::MAX) {
                return Some(min_rank);
            }
            *looks = looks.saturating_sub(1);
            self.lowest.pop();
            self.add(now);
        }
        None
    }

    /// Lists the lowest part of these marks, the first of which is that of the slot `first`: in one pass, in a buffer of twice that part, which is halved whenever it is full.
    /// Gives the first record, unless there is none.
    ///
    /// No mark is below `base`. Those that are further above it than fits into a word beside a place are not listed, as those above the horizon.
    fn list(&mut self, first: u32, ranks: &[u64], base: u64, found: &mut Vec<u64>) -> Option<Ranked> {
        let part = self.part;
        let mut most = u64::MAX >> GROUP_BITS;
        found.clear();
        found.resize(ranks.len().min(2 * part), 0);
        let mut count = 0;
        for (place, &rank) in (0..).zip(ranks) {
            // Nobody lives where there is no mark. (Threads that hit one entry at one time may leave a mark below the base. Such a record is put right when its turn comes.)
            let above = rank.saturating_sub(base);
            // Written in any case, and counted if it belongs there: which ones do nobody can guess.
            found[count] = above << GROUP_BITS | place;
            count += usize::from(above <= most && rank != u64::MAX);
            if count == 2 * part {
                most = keep_lowest(found, part);
                count = part;
            }
        }
        found.truncate(count);
        if count > part {
            keep_lowest(found, part);
            found.truncate(part);
        }
        // Integers are sorted faster than records.
        found.sort_unstable();
        self.lowest.clear();
        self.lowest.extend(found.iter().rev().map(|&order| Ranked::of(order, base, first)));
        self.list_bound = self.lowest.first().copied();
        self.lowest.last().copied()
    }

    #[cfg(any(test, feature = "validate"))]
    fn validate(&self, slots: impl Iterator<Item = u32>, view: &dyn Ranks) {
        assert!(self.lowest.is_sorted_by(|a, b| a >= b));
        let Some(list_bound) = self.list_bound else { return assert!(self.lowest.is_empty()) };
        let listed: std::collections::HashMap<u32, u64> = self.lowest.iter().map(|r| (r.slot(), r.rank())).collect();
        for now in slots.map(|slot| Ranked::new(view.rank(slot), slot)) {
            assert!(
                now > list_bound || listed.get(&now.slot()).is_some_and(|&rank| rank <= now.rank()),
                "the lowest are listed"
            );
        }
    }
}

/// Puts the `part` lowest first; gives how far the greatest mark among them is above the base.
fn keep_lowest(found: &mut [u64], part: usize) -> u64 {
    let (_, &mut last, _) = found.select_nth_unstable(part - 1);
    last >> GROUP_BITS
}
