//! What threads acquire for a time and others find meanwhile: the records of threads, the hazard
//! pointers of the pool.
//!
//! A member is made when all others are in use, and never freed. They are in a tree, in whose nodes
//! a bit says of each child whether any member below it is in use; the lowest free number is
//! acquired first. So a scan visits those in use and hardly more, however many there once were.

use super::atomic_ref::AtomicRef;
use crate::sync::atomic::AtomicU64;
use crate::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use crate::sync::{Mutex, PoisonError};

/// Children of a node, one bit each.
const FANOUT: usize = 1 << FANOUT_BITS;
const FANOUT_BITS: u32 = 6;

/// The members, and which of them are in use.
pub(super) struct Roster<T: 'static> {
    root: AtomicRef<RosterNode<T>>,
    /// Held to acquire and to release.
    changing: Mutex<()>,
}

struct RosterNode<T: 'static> {
    /// Of each child, whether it has a member in use, and whether it has no other. Written under
    /// the lock.
    in_use: AtomicU64,
    full: AtomicU64,
    /// The number of levels below.
    height: u32,
    children: Children<T>,
}

enum Children<T: 'static> {
    Nodes([AtomicRef<RosterNode<T>>; FANOUT]),
    Members([AtomicRef<T>; FANOUT]),
}

impl<T: Sync> Roster<T> {
    pub(super) const fn new() -> Self {
        Self { root: AtomicRef::none(), changing: Mutex::new(()) }
    }

    /// Acquires the free member with the lowest number; if there is none, one that `make` makes of
    /// the next number. A scan that begins after this visits it.
    pub(super) fn acquire(&self, make: impl FnOnce(u32) -> T) -> &'static T {
        let _changing = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let root = match self.root.load() {
            Some(root) if root.full.load(Relaxed) != u64::MAX => root,
            full => {
                let root: &'static RosterNode<T> = Box::leak(Box::new(RosterNode::above(full)));
                self.root.store(Some(root));
                root
            }
        };
        root.acquire(0, make)
    }

    /// Releases the member with this number.
    pub(super) fn release(&self, number: u32) {
        let _changing = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(root) = self.root.load() {
            root.release(number);
        }
    }

    /// Calls `see` with each member in use, until it returns false. Returns whether it never did.
    pub(super) fn all(&self, mut see: impl FnMut(&'static T) -> bool) -> bool {
        self.root.load().is_none_or(|root| root.all(&mut see))
    }
}

impl<T: Sync> RosterNode<T> {
    /// An empty node.
    fn new(height: u32) -> Self {
        let children = if height == 0 {
            Children::Members([const { AtomicRef::none() }; FANOUT])
        } else {
            Children::Nodes([const { AtomicRef::none() }; FANOUT])
        };
        Self { in_use: AtomicU64::new(0), full: AtomicU64::new(0), height, children }
    }

    /// A root whose first child is this one, which is full.
    fn above(full: Option<&'static Self>) -> Self {
        let node = Self::new(full.map_or(0, |full| full.height + 1));
        if let (Some(full), Children::Nodes(nodes)) = (full, &node.children) {
            nodes[0].store(Some(full));
            node.in_use.store(1, Relaxed);
            node.full.store(1, Relaxed);
        }
        node
    }

    fn is_full(&self) -> bool {
        self.full.load(Relaxed) == u64::MAX
    }

    /// Acquires a member below this node, which is not full and has this number in its level.
    fn acquire(&self, number: u32, make: impl FnOnce(u32) -> T) -> &'static T {
        let at = self.full.load(Relaxed).trailing_ones();
        let number = number << FANOUT_BITS | at;
        // Release: the word says of other members that they are free, whose last use another thread
        // has ended before this thread took the lock.
        self.in_use.store(self.in_use.load(Relaxed) | 1 << at, Release);
        let (member, is_full) = match &self.children {
            Children::Nodes(nodes) => {
                let node = nodes[at as usize].load_or_make(|| Self::new(self.height - 1));
                (node.acquire(number, make), node.is_full())
            }
            Children::Members(members) => (members[at as usize].load_or_make(|| make(number)), true),
        };
        if is_full {
            self.full.store(self.full.load(Relaxed) | 1 << at, Relaxed);
        }
        member
    }

    fn release(&self, number: u32) {
        let at = number >> (self.height * FANOUT_BITS) & ((1 << FANOUT_BITS) - 1);
        let is_unused = match &self.children {
            Children::Nodes(nodes) => nodes[at as usize].load().is_none_or(|node| {
                node.release(number);
                node.in_use.load(Relaxed) == 0
            }),
            Children::Members(_) => true,
        };
        self.full.store(self.full.load(Relaxed) & !(1 << at), Relaxed);
        if is_unused {
            // Release: what was read while the member was in use, has been read.
            self.in_use.store(self.in_use.load(Relaxed) & !(1 << at), Release);
        }
    }

    fn all(&self, see: &mut impl FnMut(&'static T) -> bool) -> bool {
        // Acquire: what the last users of members that are free have read, they have read before.
        let mut in_use = self.in_use.load(Acquire);
        while in_use != 0 {
            let at = in_use.trailing_zeros() as usize;
            in_use &= in_use - 1;
            let go_on = match &self.children {
                Children::Nodes(nodes) => nodes[at].load().is_none_or(|node| node.all(see)),
                Children::Members(members) => members[at].load().is_none_or(&mut *see),
            };
            if !go_on {
                return false;
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{FANOUT, Roster};
    use crate::random::Random;

    /// The numbers of all members in use.
    fn seen(roster: &Roster<u32>) -> Vec<u32> {
        let mut seen = Vec::new();
        assert!(roster.all(|&number| {
            seen.push(number);
            true
        }));
        seen
    }

    #[test]
    fn those_in_use_are_found_and_the_lowest_free_one_is_acquired() {
        // What it has is never freed.
        static ROSTER: Roster<u32> = Roster::new();
        let roster = &ROSTER;
        let mut free: BTreeSet<u32> = (0..20_000).collect();
        let mut in_use = Vec::new();
        let mut random = Random::new(1);
        for step in 0..20_000u32 {
            // Grows over three levels, and shrinks to nothing.
            let grows = if step < 12_000 { 3 } else { 1 };
            if random.below(4) < grows {
                let number = free.pop_first().unwrap();
                assert_eq!(*roster.acquire(|number| number), number);
                in_use.push(number);
            } else if !in_use.is_empty() {
                let at = usize::try_from(random.below(in_use.len() as u64)).unwrap();
                let number = in_use.swap_remove(at);
                roster.release(number);
                free.insert(number);
            }
            if step % 500 == 0 {
                let mut expected = in_use.clone();
                expected.sort_unstable();
                assert_eq!(seen(roster), expected);
            }
        }
    }

    #[test]
    fn a_scan_after_a_burst_visits_the_one_in_use() {
        // What it has is never freed.
        static ROSTER: Roster<u32> = Roster::new();
        let roster = &ROSTER;
        let many = u32::try_from(FANOUT * FANOUT * 2).unwrap();
        (0..many).for_each(|next| assert_eq!(*roster.acquire(|number| number), next));
        (0..many).filter(|&number| number != many - 1).for_each(|number| roster.release(number));
        let mut steps = 0;
        roster.all(|_| {
            steps += 1;
            true
        });
        assert_eq!((steps, seen(roster)), (1, vec![many - 1]));
        assert!(!roster.all(|_| false), "a scan ends when it is told to");
    }
}
