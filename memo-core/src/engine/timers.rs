//! When entries are over: a heap of dates, the soonest on top.
//!
//! A date is pushed when an entry is written. It may be too soon when it is reached, because a hit moved the entry's time to idle on:
//! then it goes back with the new date. It may be of an entry that left long ago: births tell. A heap that is mostly such leftovers
//! is rebuilt, so it never holds more than twice the live entries and a few. O(log n) a write, nothing on a hit.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// No date: never over.
pub(crate) const NEVER: u64 = u64::MAX;

#[derive(Default)]
pub(crate) struct Timers {
    heap: BinaryHeap<Reverse<Date>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Date {
    at: u64,
    slot: u32,
    birth: u64,
}

impl Timers {
    /// Few enough to let be.
    const SLACK: usize = 64;

    /// `current(slot)` is the birth of the entry that lives in the slot now.
    pub(crate) fn push(&mut self, at: u64, slot: u32, birth: u64, live: usize, current: impl Fn(u32) -> Option<u64>) {
        if self.heap.len() > 2 * live + Self::SLACK {
            self.heap.retain(|Reverse(date)| current(date.slot) == Some(date.birth));
        }
        self.heap.push(Reverse(Date { at, slot, birth }));
        debug_assert!(self.heap.len() <= 2 * live + Self::SLACK + 2, "leftovers are thrown out");
    }

    /// Whether anything may be over at `now`. May say yes too early, never too late.
    pub(crate) fn is_due(&self, now: u64) -> bool {
        self.heap.peek().is_some_and(|Reverse(date)| date.at <= now)
    }

    /// The next entry that is over, if any. `due(slot, birth)` is its true date, if that entry still lives there.
    pub(crate) fn pop(&mut self, now: u64, due: impl Fn(u32, u64) -> Option<u64>) -> Option<u32> {
        while let Some(&Reverse(date)) = self.heap.peek() {
            if date.at > now {
                return None;
            }
            self.heap.pop();
            match due(date.slot, date.birth) {
                None => {}
                Some(at) if at <= now => return Some(date.slot),
                Some(at) => self.heap.push(Reverse(Date { at, ..date })),
            }
        }
        None
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    #[cfg(any(test, debug_assertions))]
    pub(crate) fn holds(&self, slot: u32, birth: u64, at_most: u64) -> bool {
        self.heap.iter().any(|Reverse(date)| date.slot == slot && date.birth == birth && date.at <= at_most)
    }
}
