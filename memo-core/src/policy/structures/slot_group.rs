//! A group of slots, and a sorted list of the slots in it that have the lowest ranks.
//!
//! The list is not kept up to date while hits raise ranks, so its records are checked when they are
//! needed. It stays useful because of its *list bound*: every unlisted entry ranks above it, and
//! since ranks only grow, it stays above.

use std::cmp::Ordering;

use crate::policy::interface::Ranks;

/// Slots per group: the most ranks that are read for one list, and so the longest that a call waits
/// for one.
pub(super) const GROUP: u32 = 1 << GROUP_BITS;
const GROUP_BITS: u32 = 12;

/// An entry and the rank it had. Ordered by rank; of equal ranks the lower slot comes first.
///
/// Packed, or the record would be a third larger; but read as it was written, or the processor
/// would have to wait for its parts (a failed store-to-load forwarding).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C, packed(4))]
pub(super) struct RankedSlot {
    rank: u64,
    slot: u32,
}

impl RankedSlot {
    pub(super) fn new(rank: u64, slot: u32) -> Self {
        Self { rank, slot }
    }

    /// From a sort key: how far the rank is above `base`, and which slot of the group that begins
    /// at `first`.
    #[expect(clippy::cast_possible_truncation, reason = "the rest is the rank's")]
    fn from_sort_key(key: u64, base: u64, first: u32) -> Self {
        Self::new(base + (key >> GROUP_BITS), first + (key as u32 & (GROUP - 1)))
    }

    pub(super) fn slot(self) -> u32 {
        self.slot
    }

    pub(super) fn rank(self) -> u64 {
        self.rank
    }

    fn order(self) -> u128 {
        u128::from(self.rank()) << 32 | u128::from(self.slot())
    }
}

impl Ord for RankedSlot {
    fn cmp(&self, other: &Self) -> Ordering {
        self.order().cmp(&other.order())
    }
}

impl PartialOrd for RankedSlot {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }

    fn lt(&self, other: &Self) -> bool {
        self.order() < other.order()
    }
}

/// The count of live slots in a group, and the list.
#[derive(Debug, Default)]
pub(super) struct SlotGroup {
    pub(super) live: u32,
    /// How many entries are listed at a time.
    pub(super) list_size: usize,
    /// The entries that had the lowest ranks when they were listed, the lowest of all last. A
    /// record is outdated once its entry has another rank.
    pub(super) lowest: Vec<RankedSlot>,
    /// Every live entry up to this one in order has a record. `None`: nothing is listed.
    pub(super) list_bound: Option<RankedSlot>,
}

impl SlotGroup {
    /// Lists a new entry if it is not above the list bound: rare for stamps, the rule for counts.
    #[inline]
    pub(super) fn add(&mut self, new: RankedSlot) {
        // The rank is compared in place: a copy of the whole bound would have to wait for its
        // parts.
        if self.list_bound.as_ref().is_some_and(|list_bound| new.rank() <= list_bound.rank()) {
            self.add_below_bound(new);
        }
    }

    #[inline(never)]
    fn add_below_bound(&mut self, new: RankedSlot) {
        if self.list_bound.is_none_or(|list_bound| new > list_bound) {
            return;
        }
        if self.lowest.len() >= 2 * self.list_size {
            // Inserts and removals without a victim in between would pile up records without limit:
            // the higher half is dropped, which lowers the list bound.
            self.lowest.drain(..self.lowest.len() / 2);
            self.list_bound = self.lowest.first().copied();
            return self.add(new);
        }
        let at = self.lowest.partition_point(|record| *record > new);
        self.lowest.insert(at, new);
    }

    /// The lowest record that is not outdated; once `budget` records have been corrected, the
    /// lowest record of a live entry even if it is outdated. It stays listed: it is the right
    /// answer until the store removes its entry.
    pub(super) fn min(&mut self, ranks: &dyn Ranks, budget: &mut usize) -> Option<RankedSlot> {
        while let Some(&lowest) = self.lowest.last() {
            let now = RankedSlot::new(ranks.rank(lowest.slot()), lowest.slot());
            if now == lowest || (*budget == 0 && now.rank() != u64::MAX) {
                return Some(lowest);
            }
            *budget = budget.saturating_sub(1);
            self.lowest.pop();
            self.add(now);
        }
        None
    }

    /// Makes a new list from `ranks`, the ranks of the slots from `first` on. One pass collects
    /// sort keys in a buffer of twice the list's size and halves it whenever it is full. Returns
    /// the lowest record, unless there is none.
    ///
    /// No rank is below `base`. Ranks that are too far above it to fit into a word beside a slot
    /// are not listed, like those above the list bound.
    pub(super) fn refill(
        &mut self,
        first: u32,
        ranks: &[u64],
        base: u64,
        sort_keys: &mut Vec<u64>,
    ) -> Option<RankedSlot> {
        let size = self.list_size;
        let mut max_above = u64::MAX >> GROUP_BITS;
        sort_keys.clear();
        sort_keys.resize(ranks.len().min(2 * size), 0);
        let mut count = 0;
        for (slot, &rank) in (0..).zip(ranks) {
            // Without a rank the slot is empty. (Threads that hit one entry at the same time may
            // leave a rank below the base. Such a record is corrected when its turn comes.)
            let above = rank.saturating_sub(base);
            // Written in any case, and counted if it belongs here: a branch would be unpredictable.
            sort_keys[count] = above << GROUP_BITS | slot;
            count += usize::from(above <= max_above && rank != u64::MAX);
            if count == 2 * size {
                max_above = select_lowest(sort_keys, size);
                count = size;
            }
        }
        sort_keys.truncate(count);
        if count > size {
            select_lowest(sort_keys, size);
            sort_keys.truncate(size);
        }
        // Words are sorted faster than records.
        sort_keys.sort_unstable();
        self.lowest.clear();
        self.lowest.extend(sort_keys.iter().rev().map(|&key| RankedSlot::from_sort_key(key, base, first)));
        self.list_bound = self.lowest.first().copied();
        self.lowest.last().copied()
    }

    #[cfg(any(test, feature = "validate"))]
    pub(super) fn validate(&self, slots: impl Iterator<Item = u32>, ranks: &dyn Ranks) {
        assert!(self.lowest.is_sorted_by(|a, b| a >= b));
        let Some(list_bound) = self.list_bound else { return assert!(self.lowest.is_empty()) };
        let listed: std::collections::HashMap<u32, u64> = self.lowest.iter().map(|r| (r.slot(), r.rank())).collect();
        for now in slots.map(|slot| RankedSlot::new(ranks.rank(slot), slot)) {
            assert!(
                now > list_bound || listed.get(&now.slot()).is_some_and(|&rank| rank <= now.rank()),
                "the lowest are listed"
            );
        }
    }
}

/// Puts the `size` lowest keys first. Returns how far the greatest rank among them is above the
/// base.
fn select_lowest(sort_keys: &mut [u64], size: usize) -> u64 {
    let (_, &mut last, _) = sort_keys.select_nth_unstable(size - 1);
    last >> GROUP_BITS
}
