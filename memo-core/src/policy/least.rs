//! The entry with the least mark, when marks only grow.
//!
//! Hits write marks and tell nobody, so no order can be kept up to date. It need not be: now and then the lowest eighth of all marks
//! is read into a small heap, and the greatest mark in it is the *horizon*. Whoever is not in the heap has a mark above the horizon,
//! and marks only grow: so the heap's least record names the victim exactly, as long as the entry still carries that mark. Where it
//! does not, the record is put right, or dropped if its entry has risen above the horizon. An empty heap is read anew.
//!
//! Promises the exact least mark in one thread (under contention a hit that comes in meanwhile may be overlooked). Costs nothing on a
//! hit, a byte per insert, about eight marks read per victim (each reading of all is paid for by an eighth as many victims, hits or
//! removals that used the last one up) and five bytes per entry.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;

use super::View;

/// Which part of all entries is ranked at a time: less means fewer readings of all marks, and more memory.
const PART: usize = 8;
/// Small caches rank at least this many, so that a reading of all marks never serves a single victim.
const FEW: usize = 16;

/// The live slots and, of these, the ones with the lowest marks.
#[derive(Debug, Default)]
pub(super) struct Least {
    /// Grows by one when an entry comes to a slot and when it leaves: odd while one lives there, and another number for the next one.
    /// It wraps: a record that outlives 128 tenants of its slot may be taken for the current one's, which already has one. That costs a look.
    terms: Vec<u8>,
    len: usize,
    /// Some of the records are outdated.
    lowest: BinaryHeap<Reverse<Record>>,
    /// Every live entry with a mark below this has a record. `None`: nothing is ranked.
    horizon: Option<u64>,
}

/// An entry and the mark it had. In the order of marks; of equal ones the lower slot comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Record {
    mark: u64,
    slot: u32,
    term: u8,
}

impl Least {
    /// An entry came to live in `slot`.
    pub(super) fn inserted(&mut self, slot: u32, mark: u64) {
        if slot as usize >= self.terms.len() {
            self.terms.resize(slot as usize + 1, 0);
        }
        let term = &mut self.terms[slot as usize];
        debug_assert!(!is_live(*term), "slot {slot} is taken");
        *term = term.wrapping_add(1);
        self.len += 1;
        if self.horizon.is_some_and(|horizon| mark <= horizon) {
            self.lowest.push(Reverse(Record { mark, slot, term: *term }));
            // Inserts and removals without a victim in between would pile up outdated records for ever.
            if self.lowest.len() > 2 * self.len + 4 * FEW {
                self.forget_ranks();
            }
        }
    }

    /// The entry in `slot` left. Its record, if any, is recognised as outdated later.
    pub(super) fn removed(&mut self, slot: u32) {
        let term = &mut self.terms[slot as usize];
        debug_assert!(is_live(*term), "slot {slot} is empty");
        *term = term.wrapping_add(1);
        self.len -= 1;
    }

    /// The live slot with the least mark; of equal marks the lowest slot.
    pub(super) fn victim(&mut self, view: &dyn View) -> u32 {
        if let Some(slot) = self.least_ranked(view) {
            return slot;
        }
        self.rank(view);
        // Taken without another look at its mark: threads that hit all entries all the time must not keep a writer here.
        self.lowest.peek().expect("a victim is asked for only while an entry lives").0.slot
    }

    /// The heap's least record that is still true. It stays in the heap: until the store removes its entry it is the right answer.
    fn least_ranked(&mut self, view: &dyn View) -> Option<u32> {
        while let Some(mut top) = self.lowest.peek_mut() {
            let Record { mark, slot, term } = top.0;
            // A former tenant's record must go, not be put right: the present one has its own.
            if self.terms[slot as usize] != term {
                PeekMut::pop(top);
                continue;
            }
            let now = view.mark(slot);
            if now == mark {
                return Some(slot);
            }
            if self.horizon.is_some_and(|horizon| now <= horizon) {
                top.0.mark = now;
            } else {
                PeekMut::pop(top);
            }
        }
        None
    }

    /// Reads all marks and keeps the lowest part: in one pass, in a buffer of twice that part, which is halved whenever it is full.
    fn rank(&mut self, view: &dyn View) {
        let part = (self.len / PART).max(FEW);
        let mut found = std::mem::take(&mut self.lowest).into_vec();
        found.clear();
        found.reserve(self.len.min(2 * part));
        let mut bound = u64::MAX;
        for (slot, term) in records(&self.terms) {
            let mark = view.mark(slot);
            if mark > bound {
                continue;
            }
            found.push(Reverse(Record { mark, slot, term }));
            if found.len() == 2 * part {
                bound = keep_lowest(&mut found, part);
            }
        }
        if found.len() > part {
            keep_lowest(&mut found, part);
        }
        self.horizon = found.iter().map(|record| record.0.mark).max();
        self.lowest = found.into();
    }

    fn forget_ranks(&mut self) {
        self.lowest.clear();
        self.horizon = None;
    }

    /// Every live slot, ascending.
    pub(super) fn slots(&self) -> impl Iterator<Item = u32> {
        records(&self.terms).map(|(slot, _)| slot)
    }

    #[cfg(any(test, debug_assertions))]
    pub(super) fn validate(&self, live: &[u32]) {
        let mut expected = live.to_vec();
        expected.sort_unstable();
        assert!(self.slots().eq(expected.iter().copied()), "the policy's live slots are the store's");
        assert_eq!(self.len, live.len());
        assert!(self.lowest.len() <= 2 * self.terms.len() + 4 * FEW, "outdated records are bounded");
    }
}

/// Leaves the `part` lowest records; gives the greatest mark among them.
fn keep_lowest(found: &mut Vec<Reverse<Record>>, part: usize) -> u64 {
    let (_, last, _) = found.select_nth_unstable_by_key(part - 1, |record| record.0);
    let greatest = last.0.mark;
    found.truncate(part);
    greatest
}

fn is_live(term: u8) -> bool {
    term % 2 == 1
}

fn records(terms: &[u8]) -> impl Iterator<Item = (u32, u8)> {
    (0..).zip(terms.iter().copied()).filter(|&(_, term)| is_live(term))
}
