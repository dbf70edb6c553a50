//! The entry with the least mark, when marks only grow.
//!
//! Hits write marks and tell nobody, so no order can be kept up to date. It need not be. Slots are in groups of 4 096. Now and then the
//! lowest tenth of a group's marks is read into a sorted list; the greatest of these is the group's *horizon*. Whoever is not in the list
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
//! Costs nothing on a hit, two bytes written per insert, about ten marks read per victim (each reading of a group is paid for by a tenth as many
//! victims, hits or removals that used the last list up), and 1.4 bytes per entry.

use super::View;
use super::bits::Bits;
use super::lows::Lows;

/// Slots read at a time: the longest that a call has to wait for one list.
const GROUP: u32 = 4_096;
/// Which part of a group is listed at a time: less means fewer readings, and more memory.
const PART: usize = 10;
/// Small caches list at least this many, so that a reading never serves a single victim.
const FEW: usize = 16;
/// So many groups are always read as often as it takes: 65 536 marks, which fit into the caches of the processor.
const ALL_READ: usize = 16;
/// How many marks a call may look at, in groups, where there are more.
const LOOKS: usize = 2;

/// The live slots and, of these, the ones with the lowest marks.
#[derive(Debug, Default)]
pub(super) struct Least {
    live: Bits,
    groups: Vec<Group>,
    /// The groups' bounds; of a group without entries, [`u64::MAX`].
    bounds: Lows,
}

#[derive(Debug, Default)]
struct Group {
    live: u32,
    /// Those with the lowest marks when they were listed, the least at the end. Some records are outdated.
    lowest: Vec<Record>,
    /// Every live entry up to this one in order has a record. `None`: nothing is listed.
    horizon: Option<Record>,
}

/// An entry and the mark it had. In the order of marks; of equal ones the lower slot comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Record {
    /// Upper and lower half: with a `u64` the record would be a third larger.
    mark: [u32; 2],
    slot: u32,
}

impl Record {
    fn new(mark: u64, slot: u32) -> Self {
        Self { mark: [(mark >> 32) as u32, ((mark << 32) >> 32) as u32], slot }
    }

    fn mark(self) -> u64 {
        u64::from(self.mark[0]) << 32 | u64::from(self.mark[1])
    }
}

impl Least {
    /// An entry came to live in `slot`.
    pub(super) fn inserted(&mut self, slot: u32, mark: u64) {
        debug_assert!(!self.live.contains(slot), "slot {slot} is taken");
        self.live.insert(slot);
        let at = (slot / GROUP) as usize;
        while self.groups.len() <= at {
            self.groups.push(Group::default());
            self.bounds.push();
        }
        let group = &mut self.groups[at];
        group.live += 1;
        group.add(Record::new(mark, slot));
        if mark < self.bounds.get(at) {
            self.bounds.set(at, mark);
        }
    }

    /// The entry in `slot` left. Its record, if any, is recognised as outdated later: the slot's mark is another one then.
    pub(super) fn removed(&mut self, slot: u32) {
        debug_assert!(self.live.contains(slot), "slot {slot} is empty");
        self.live.remove(slot);
        let at = (slot / GROUP) as usize;
        let group = &mut self.groups[at];
        group.live -= 1;
        if group.live == 0 {
            *group = Group::default();
            self.bounds.set(at, u64::MAX);
        } else if group.lowest.last().is_some_and(|least| least.slot == slot) {
            group.lowest.pop();
        }
    }

    /// The live slot with the least mark; of equal marks the lowest slot.
    pub(super) fn victim(&mut self, view: &dyn View) -> u32 {
        // Twice what it takes: only threads that keep hitting all that is listed can use that up, and they must not keep a writer here.
        let groups = if self.groups.len() <= ALL_READ { 2 * self.groups.len() } else { LOOKS };
        let mut looks = groups * GROUP as usize;
        let mut best: Option<Record> = None;
        loop {
            let at = self.bounds.lowest();
            let (bound, group) = (self.bounds.get(at), &mut self.groups[at]);
            if let Some(least) = group.least(view, &mut looks) {
                if least.mark() == bound {
                    return least.slot;
                }
                self.bounds.set(at, least.mark());
                best = Some(best.map_or(least, |best| best.min(least)));
            } else if let Some(horizon) = group.horizon.filter(|horizon| horizon.mark() > bound) {
                // The list is used up. Before it is read anew, the others' bounds: one of them may be lower now.
                self.bounds.set(at, horizon.mark());
            } else if looks >= group.live as usize || best.is_none() {
                looks = looks.saturating_sub(group.live as usize);
                let slots = self.live.range(to_slot(at), to_slot(at + 1));
                if let Some(least) = group.list(slots, view) {
                    self.bounds.set(at, least.mark());
                    best = Some(best.map_or(least, |best| best.min(least)));
                }
            } else if let Some(best) = best {
                return best.slot;
            }
        }
    }

    /// Every live slot, ascending.
    pub(super) fn slots(&self) -> impl Iterator<Item = u32> {
        self.live.iter()
    }

    #[cfg(any(test, debug_assertions))]
    pub(super) fn validate(&self, live: &[u32], view: &dyn View) {
        let mut expected = live.to_vec();
        expected.sort_unstable();
        assert!(self.slots().eq(expected.iter().copied()), "the policy's live slots are the store's");
        for (at, group) in self.groups.iter().enumerate() {
            let slots = || self.live.range(to_slot(at), to_slot(at + 1));
            assert_eq!(group.live as usize, slots().count());
            assert!(slots().all(|slot| view.mark(slot) >= self.bounds.get(at)), "no mark is below the bound");
            group.validate(slots(), view);
        }
    }
}

fn to_slot(group: usize) -> u32 {
    u32::try_from(group).map_or(u32::MAX, |group| group.saturating_mul(GROUP))
}

impl Group {
    fn part(&self) -> usize {
        (self.live as usize / PART).max(FEW)
    }

    /// A newcomer belongs into the list if it is not above the horizon: rare for stamps, the rule for counts.
    fn add(&mut self, newcomer: Record) {
        if self.horizon.is_none_or(|horizon| newcomer > horizon) {
            return;
        }
        if self.lowest.len() >= 2 * self.part() {
            // Inserts and removals without a victim in between would pile up records for ever: the higher half goes, the horizon sinks.
            self.lowest.drain(..self.lowest.len() / 2);
            self.horizon = self.lowest.first().copied();
            return self.add(newcomer);
        }
        let place = self.lowest.partition_point(|record| *record > newcomer);
        self.lowest.insert(place, newcomer);
    }

    /// The first record that is still true. It stays in the list: until the store removes its entry it is the right answer.
    fn least(&mut self, view: &dyn View, looks: &mut usize) -> Option<Record> {
        while let Some(&least) = self.lowest.last() {
            let now = Record::new(view.mark(least.slot), least.slot);
            if now == least || (*looks == 0 && now.mark() != u64::MAX) {
                return Some(least);
            }
            *looks = looks.saturating_sub(1);
            self.lowest.pop();
            self.add(now);
        }
        None
    }

    /// Reads the marks of these slots and lists the lowest part: in one pass, in a buffer of twice that part, which is halved whenever it is full.
    /// Gives the first record, unless the group has none.
    fn list(&mut self, slots: impl Iterator<Item = u32>, view: &dyn View) -> Option<Record> {
        let part = self.part();
        let mut found = Vec::with_capacity(2 * part);
        let mut bound = u64::MAX;
        slots.for_each(|slot| {
            let mark = view.mark(slot);
            if mark <= bound {
                found.push(Record::new(mark, slot));
                if found.len() == 2 * part {
                    bound = keep_lowest(&mut found, part);
                }
            }
        });
        if found.len() > part {
            keep_lowest(&mut found, part);
        }
        found.sort_unstable_by(|a, b| b.cmp(a));
        self.horizon = found.first().copied();
        self.lowest.clear();
        self.lowest.extend_from_slice(&found);
        found.last().copied()
    }

    #[cfg(any(test, debug_assertions))]
    fn validate(&self, slots: impl Iterator<Item = u32>, view: &dyn View) {
        assert!(self.lowest.is_sorted_by(|a, b| a >= b));
        let Some(horizon) = self.horizon else { return assert!(self.lowest.is_empty()) };
        let listed: std::collections::HashMap<u32, u64> = self.lowest.iter().map(|r| (r.slot, r.mark())).collect();
        for now in slots.map(|slot| Record::new(view.mark(slot), slot)) {
            assert!(
                now > horizon || listed.get(&now.slot).is_some_and(|&mark| mark <= now.mark()),
                "the lowest are listed"
            );
        }
    }
}

/// Leaves the `part` lowest records; gives the greatest mark among them.
fn keep_lowest(found: &mut Vec<Record>, part: usize) -> u64 {
    let (_, last, _) = found.select_nth_unstable(part - 1);
    let greatest = last.mark();
    found.truncate(part);
    greatest
}
