//! Two queues over the same small integers: each is in one of them or in none.
//!
//! Doubly linked through one array, so that leaving from the middle is O(1): eight bytes and one bit per integer. The two queues are
//! those that CAR and ARC tell apart, entries seen once recently and entries seen again.

use super::bit_set::BitSet;
use super::chunked_vec::ChunkedVec;

/// No neighbour.
const NONE: u32 = u32::MAX;

/// Which of the two queues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// Seen once since they came (T1 and B1 in the paper).
    Recent,
    /// Seen again (T2 and B2).
    Frequent,
}

impl Side {
    pub(super) const BOTH: [Self; 2] = [Self::Recent, Self::Frequent];
}

#[derive(Clone, Copy, Debug)]
struct QueueLink {
    older: u32,
    newer: u32,
}

#[derive(Clone, Copy, Debug)]
struct Ends {
    oldest: u32,
    newest: u32,
    len: u32,
}

impl Default for Ends {
    fn default() -> Self {
        Self { oldest: NONE, newest: NONE, len: 0 }
    }
}

/// The two queues.
#[derive(Debug, Default)]
pub(super) struct LinkedQueues {
    /// One that is in no queue is linked to itself.
    links: ChunkedVec<QueueLink>,
    /// Those that are in the queue of the [frequent](Side::Frequent).
    frequent: BitSet,
    ends: [Ends; 2],
}

impl LinkedQueues {
    /// Appends an integer that is in no queue as the newest.
    pub(super) fn push(&mut self, side: Side, index: u32) {
        while self.links.len() <= index as usize {
            let alone = u32::try_from(self.links.len()).expect("it is an index");
            self.links.push(QueueLink { older: alone, newer: alone });
        }
        debug_assert_eq!(self.links[index].newer, index, "{index} is in a queue already");
        let ends = &mut self.ends[side as usize];
        let older = std::mem::replace(&mut ends.newest, index);
        ends.len += 1;
        self.links[index] = QueueLink { older, newer: NONE };
        match side {
            Side::Recent => self.frequent.remove(index),
            Side::Frequent => self.frequent.insert(index),
        }
        self.join(side, older, index);
    }

    /// Takes an integer out of its queue, and names it.
    pub(super) fn remove(&mut self, index: u32) -> Side {
        let side = self.side(index);
        let alone = QueueLink { older: index, newer: index };
        let QueueLink { older, newer } = std::mem::replace(&mut self.links[index], alone);
        debug_assert_ne!(newer, index, "{index} is in no queue");
        self.join(side, older, newer);
        if newer == NONE {
            self.ends[side as usize].newest = older;
        }
        self.ends[side as usize].len -= 1;
        side
    }

    /// Makes a queued integer the newest of a queue.
    pub(super) fn renew(&mut self, side: Side, index: u32) {
        self.remove(index);
        self.push(side, index);
    }

    fn side(&self, index: u32) -> Side {
        if self.frequent.contains(index) { Side::Frequent } else { Side::Recent }
    }

    /// Makes two integers neighbours; [`NONE`] for `older` means the old end of the queue.
    fn join(&mut self, side: Side, older: u32, newer: u32) {
        match older {
            NONE => self.ends[side as usize].oldest = newer,
            older => self.links[older].newer = newer,
        }
        if newer != NONE {
            self.links[newer].older = older;
        }
    }

    pub(super) fn oldest(&self, side: Side) -> Option<u32> {
        Some(self.ends[side as usize].oldest).filter(|&index| index != NONE)
    }

    pub(super) fn len(&self, side: Side) -> u32 {
        self.ends[side as usize].len
    }

    /// The lengths of both queues.
    pub(super) fn total(&self) -> u32 {
        self.len(Side::Recent) + self.len(Side::Frequent)
    }

    #[cfg(any(test, feature = "validate"))]
    pub(super) fn last_group(&self, index: u32) -> Option<Side> {
        let queued = (index as usize) < self.links.len() && self.links[index].newer != index;
        queued.then(|| self.side(index))
    }

    /// The integers of a queue from the oldest to the newest.
    pub(super) fn iter(&self, side: Side) -> impl Iterator<Item = u32> {
        std::iter::successors(self.oldest(side), |&index| Some(self.links[index].newer).filter(|&newer| newer != NONE))
    }

    #[cfg(any(test, feature = "validate"))]
    pub(super) fn validate(&self) {
        for side in Side::BOTH {
            let (mut older, mut len) = (NONE, 0);
            for index in self.iter(side) {
                assert_eq!(self.last_group(index), Some(side));
                assert_eq!(self.links[index].older, older);
                (older, len) = (index, len + 1);
                assert!(len <= self.len(side), "a queue has no loop");
            }
            assert_eq!((len, older), (self.len(side), self.ends[side as usize].newest));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{LinkedQueues, Side};

    #[test]
    fn integers_leave_from_the_front_the_middle_and_the_back() {
        let mut chains = LinkedQueues::default();
        (0..5).for_each(|index| chains.push(Side::Recent, index));
        for (index, rest) in [(0, vec![1, 2, 3, 4]), (2, vec![1, 3, 4]), (4, vec![1, 3])] {
            assert_eq!(chains.remove(index), Side::Recent);
            chains.validate();
            assert_eq!(chains.iter(Side::Recent).collect::<Vec<_>>(), rest);
            assert_eq!(chains.last_group(index), None);
        }
        chains.renew(Side::Frequent, 1);
        chains.renew(Side::Frequent, 3);
        chains.renew(Side::Frequent, 1);
        chains.validate();
        assert_eq!(chains.oldest(Side::Recent), None);
        assert_eq!(chains.iter(Side::Frequent).collect::<Vec<_>>(), [3, 1]);
        assert_eq!((chains.len(Side::Recent), chains.total()), (0, 2));
    }
}
