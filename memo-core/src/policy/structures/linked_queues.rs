//! Two queues over the same small integers: each integer is in one of them or in none.
//!
//! Doubly linked through one array, so that a removal from the middle is O(1). An integer costs
//! eight bytes and one bit. The two queues are those that ARC and CAR tell apart: entries seen once
//! recently, and entries seen again.

use super::bit_set::BitSet;
use super::chunked_vec::ChunkedVec;

/// No neighbour.
const NONE: u32 = u32::MAX;

/// Which of the two queues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum QueueId {
    /// Entries seen once since they were inserted (T1 in the paper; B1 for ghosts).
    Recent,
    /// Entries seen again (T2; B2 for ghosts).
    Frequent,
}

impl QueueId {
    pub(crate) const BOTH: [Self; 2] = [Self::Recent, Self::Frequent];
}

#[derive(Clone, Copy, Debug)]
struct QueueLink {
    older: u32,
    newer: u32,
}

#[derive(Clone, Copy, Debug)]
struct QueueEnds {
    oldest: u32,
    newest: u32,
    len: u32,
}

impl Default for QueueEnds {
    fn default() -> Self {
        Self { oldest: NONE, newest: NONE, len: 0 }
    }
}

/// The two queues.
#[derive(Debug, Default)]
pub(crate) struct LinkedQueues {
    /// An integer that is in no queue is linked to itself.
    links: ChunkedVec<QueueLink>,
    /// The members of the queue [`Frequent`](QueueId::Frequent).
    frequent: BitSet,
    ends: [QueueEnds; 2],
}

impl LinkedQueues {
    /// Appends an integer that is in no queue as the newest of `queue`.
    pub(crate) fn push(&mut self, queue: QueueId, index: u32) {
        while self.links.len() <= index as usize {
            let alone = u32::try_from(self.links.len()).expect("it is an index");
            self.links.push(QueueLink { older: alone, newer: alone });
        }
        debug_assert_eq!(self.links[index].newer, index, "{index} is in a queue already");
        let ends = &mut self.ends[queue as usize];
        let older = std::mem::replace(&mut ends.newest, index);
        ends.len += 1;
        self.links[index] = QueueLink { older, newer: NONE };
        match queue {
            QueueId::Recent => self.frequent.remove(index),
            QueueId::Frequent => self.frequent.insert(index),
        }
        self.link(queue, older, index);
    }

    /// Removes an integer from its queue. Returns the queue.
    pub(crate) fn remove(&mut self, index: u32) -> QueueId {
        let queue = self.queue_of_member(index);
        let alone = QueueLink { older: index, newer: index };
        let QueueLink { older, newer } = std::mem::replace(&mut self.links[index], alone);
        debug_assert_ne!(newer, index, "{index} is in no queue");
        self.link(queue, older, newer);
        if newer == NONE {
            self.ends[queue as usize].newest = older;
        }
        self.ends[queue as usize].len -= 1;
        queue
    }

    /// Moves an integer from its queue to the newest end of `queue`.
    pub(crate) fn move_to_newest(&mut self, queue: QueueId, index: u32) {
        self.remove(index);
        self.push(queue, index);
    }

    /// The queue of an integer that is in one.
    fn queue_of_member(&self, index: u32) -> QueueId {
        if self.frequent.contains(index) { QueueId::Frequent } else { QueueId::Recent }
    }

    /// Makes two integers neighbours; [`NONE`] for `older` means the oldest end of the queue.
    fn link(&mut self, queue: QueueId, older: u32, newer: u32) {
        match older {
            NONE => self.ends[queue as usize].oldest = newer,
            older => self.links[older].newer = newer,
        }
        if newer != NONE {
            self.links[newer].older = older;
        }
    }

    pub(crate) fn oldest(&self, queue: QueueId) -> Option<u32> {
        Some(self.ends[queue as usize].oldest).filter(|&index| index != NONE)
    }

    pub(crate) fn len(&self, queue: QueueId) -> u32 {
        self.ends[queue as usize].len
    }

    /// The lengths of both queues.
    pub(crate) fn total(&self) -> u32 {
        self.len(QueueId::Recent) + self.len(QueueId::Frequent)
    }

    #[cfg(any(test, feature = "validate"))]
    pub(crate) fn queue_of(&self, index: u32) -> Option<QueueId> {
        let queued = (index as usize) < self.links.len() && self.links[index].newer != index;
        queued.then(|| self.queue_of_member(index))
    }

    /// The integers of a queue from the oldest to the newest.
    pub(crate) fn iter(&self, queue: QueueId) -> impl Iterator<Item = u32> {
        std::iter::successors(self.oldest(queue), |&index| Some(self.links[index].newer).filter(|&newer| newer != NONE))
    }

    #[cfg(any(test, feature = "validate"))]
    pub(crate) fn validate(&self) {
        for queue in QueueId::BOTH {
            let (mut older, mut len) = (NONE, 0);
            for index in self.iter(queue) {
                assert_eq!(self.queue_of(index), Some(queue));
                assert_eq!(self.links[index].older, older);
                (older, len) = (index, len + 1);
                assert!(len <= self.len(queue), "a queue has no loop");
            }
            assert_eq!((len, older), (self.len(queue), self.ends[queue as usize].newest));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{LinkedQueues, QueueId};

    #[test]
    fn integers_are_removed_from_the_oldest_end_the_middle_and_the_newest_end() {
        let mut queues = LinkedQueues::default();
        (0..5).for_each(|index| queues.push(QueueId::Recent, index));
        for (index, rest) in [(0, vec![1, 2, 3, 4]), (2, vec![1, 3, 4]), (4, vec![1, 3])] {
            assert_eq!(queues.remove(index), QueueId::Recent);
            queues.validate();
            assert_eq!(queues.iter(QueueId::Recent).collect::<Vec<_>>(), rest);
            assert_eq!(queues.queue_of(index), None);
        }
        queues.move_to_newest(QueueId::Frequent, 1);
        queues.move_to_newest(QueueId::Frequent, 3);
        queues.move_to_newest(QueueId::Frequent, 1);
        queues.validate();
        assert_eq!(queues.oldest(QueueId::Recent), None);
        assert_eq!(queues.iter(QueueId::Frequent).collect::<Vec<_>>(), [3, 1]);
        assert_eq!((queues.len(QueueId::Recent), queues.total()), (0, 2));
    }
}
