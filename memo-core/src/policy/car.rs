//! CAR, the clock with adaptive replacement, with two-bit counters and a loop guard.
//!
//! Bansal and Modha, "CAR: Clock with Adaptive Replacement" (FAST 2004): entries seen once stand in one clock, entries seen again in
//! another, and ghosts of both tell when the split was wrong: a key that returns after it left the first clock votes for more
//! room there, one that left the second votes for more room there. So recency and frequency each get what the keys of today reward, a
//! scan passes through the first clock and leaves the second alone, and a hit is one store into the entry itself, none once it
//! has been hit three times.
//!
//! Five changes, each for a reason: counters of two bits instead of one, since the second clock then ranks its entries (an entry hit
//! three times survives three rounds), but only while that proves right (see [`SecondChance`]); the room for ghosts is split as the entries are not,
//! so that each side remembers what the split has no place for; votes are damped (see `learn`); and [`LoopDetector`], since CAR, like
//! LRU, gains nothing from a loop that does not fit. There is no frequency filter at the door, on purpose: recursion needs its newest
//! results most, and such filters turn exactly these away.
//!
//! What it gets, in hits of those that knowing the future would get, at all capacities in powers of four from 64 to the number of keys: 86.6 %
//! over seven recorded programs (LRU 75.0 %), nowhere more than 0.7 points of hit ratio behind LRU; six of these 86 come from the guard,
//! in two cells that are pure loops. Over 22 made-up traces, 80.5 % (LRU 62.3 %): Zipf with exponents from 0.5 to 1.1, loops, scans among hot
//! keys, popularity that drifts or jumps, and recency alone. Constants were chosen on these two sets. Over 22 others of the same kinds, on
//! which nothing was chosen, 84.1 % (LRU 65.3 %). On the made-up ones LRU is ahead by up to 2.6 points, where the order of last use tells
//! everything and frequency nothing. Recursion through a cache far too small for it runs each body once, unless what it needs next just fits:
//! edit distance of 60 x 60 that asks for its diagonal neighbour last runs them 3 to 5 times with 80 to 122 entries (LRU once from 122 on).
//!
//! Costs 15.6 bytes per entry (links 8.1, ghosts 6.4, credit 1), and amortised O(1) per miss; no single call takes long.

use super::ghosts::Ghosts;
use super::linked_queues::{LinkedQueues, Side};
use super::loop_detector::LoopDetector;
use super::second_chance::SecondChance;
use super::{OnHit, Policy, Ranks, Victim};

/// Two bits of hits per entry.
const MOST_HITS: u64 = 3;
/// The first clock's share of the cache before any ghost has voted: a small one protects what is used again from scans.
const FIRST_SHARE: f64 = 0.1;
/// How far the hands look for an unused entry, in rounds over all entries, before they take what they point at: counters that other
/// threads fill up all the time must not keep a writer here.
const ROUNDS: u32 = 4;
/// Entries that one eviction looks at, so that it never takes long: when all entries of a large cache are in use, it is no great loss to let
/// go of some of these before the hands have come round.
const LOOKS: u32 = 512;

/// The two clocks, their ghosts and the split between them.
#[derive(Debug)]
pub(super) struct Car {
    /// A clock is a queue here: its hand is the oldest end, and passing an entry by moves it to the newest.
    clocks: LinkedQueues,
    ghosts: Ghosts,
    /// The first clock's share of the entries (`p / c` in the paper).
    share: f64,
    /// Entries when the cache was last full; no more ghosts than this. Counted rather than configured: a cache bounded by weight
    /// has no other measure, and a shard has its part of the bound.
    entries: u32,
    credit: SecondChance,
    guard: LoopDetector,
}

impl Default for Car {
    fn default() -> Self {
        let (clocks, ghosts, guard) = (LinkedQueues::default(), Ghosts::default(), LoopDetector::default());
        Self { clocks, ghosts, share: FIRST_SHARE, entries: 0, credit: SecondChance::default(), guard }
    }
}

impl Car {
    /// The clocks over entries that lived under another policy.
    pub(super) fn over(slots: impl Iterator<Item = u32>) -> Self {
        let mut car = Self::default();
        slots.for_each(|slot| car.enter(Side::Recent, slot));
        car
    }

    /// Every live slot.
    pub(super) fn slots(&self) -> impl Iterator<Item = u32> {
        Side::BOTH.into_iter().flat_map(|side| self.clocks.iter(side))
    }

    fn enter(&mut self, side: Side, slot: u32) {
        self.clocks.push(side, slot);
        if side == Side::Frequent {
            self.credit.open(slot);
        }
    }

    /// Turns the hands until one finds an entry that was not hit since it last passed.
    fn turn(&mut self, view: &dyn Ranks) -> u32 {
        let mut looks = self.entries.saturating_mul(ROUNDS).min(LOOKS);
        let room = (self.share * f64::from(self.entries)).max(1.0);
        loop {
            let recent = f64::from(self.clocks.len(Side::Recent)) >= room || self.clocks.len(Side::Frequent) == 0;
            let side = if recent { Side::Recent } else { Side::Frequent };
            let slot = self.clocks.oldest(side).expect("a victim is asked for only while an entry lives");
            // An entry that lived under another policy may bear that one's mark.
            let hits = view.rank(slot).min(MOST_HITS);
            let passes = match side {
                Side::Recent => (hits > 0).then_some(0),
                Side::Frequent => self.credit.pass(slot, hits, self.entries),
            };
            let Some(left) = passes.filter(|_| looks > 0) else { return slot };
            looks -= 1;
            view.set_rank(slot, left);
            self.clocks.renew(Side::Frequent, slot);
            if recent {
                self.credit.open(slot);
            }
        }
    }

    /// A ghost came back: its side was too small. The fewer its like among the ghosts, the more its return says; by the root of the ratio,
    /// since the ratio itself (the paper's) lets a handful of ghosts throw the split about: it cost one recorded program 0.7 points.
    fn learn(&mut self, side: Side) {
        let returned = f64::from(self.ghosts.len(side) + 1);
        let others = f64::from(self.ghosts.total() + 1) - returned;
        let step = (others / returned).max(1.0).sqrt() / f64::from(self.entries.max(1));
        self.share = match side {
            Side::Recent => (self.share + step).min(1.0),
            Side::Frequent => (self.share - step).max(0.0),
        };
    }

    /// No more ghosts than entries; of the first clock's, no more than the second clock has room.
    fn forget_ghosts(&mut self) {
        while self.ghosts.total() > self.entries {
            let room = ((1.0 - self.share) * f64::from(self.entries)).max(1.0);
            let recent = f64::from(self.ghosts.len(Side::Recent)) > room || self.ghosts.len(Side::Frequent) == 0;
            self.ghosts.forget_oldest(if recent { Side::Recent } else { Side::Frequent });
        }
    }
}

impl Policy for Car {
    fn on_hit(&self) -> OnHit {
        OnHit::Count(MOST_HITS)
    }

    fn inserted(&mut self, slot: u32, hash: u32, _tick: u64) -> u64 {
        let side = match self.ghosts.recall(hash) {
            Some(side) => {
                self.learn(side);
                Side::Frequent
            }
            None => Side::Recent,
        };
        self.enter(side, slot);
        0
    }

    fn replaced(&mut self, old: u32, old_mark: u64, new: u32, _hash: u32, _tick: u64) -> u64 {
        // The key was needed again and keeps its clock; only its place there is new.
        let side = self.clocks.remove(old);
        self.enter(side, new);
        (old_mark.min(MOST_HITS) + 1).min(MOST_HITS)
    }

    fn removed(&mut self, slot: u32, hash: u32, evicted: bool) {
        let side = self.clocks.remove(slot);
        if evicted {
            self.ghosts.push(side, hash, self.entries);
            self.forget_ghosts();
        }
    }

    fn victim(&mut self, newcomer: Option<u32>, view: &dyn Ranks) -> Victim {
        self.entries = self.clocks.total();
        if let Some(hash) = newcomer
            && !self.guard.admits(hash, self.entries, || view.hits())
        {
            return Victim::Candidate;
        }
        Victim::Slot(self.turn(view))
    }

    fn resized(&mut self, capacity: usize) {
        self.entries = self.entries.min(u32::try_from(capacity).unwrap_or(u32::MAX));
        self.forget_ghosts();
    }

    fn cleared(&mut self) {
        *self = Self::default();
    }

    #[cfg(any(test, feature = "validate"))]
    fn validate(&self, live: &[u32], _view: &dyn Ranks) {
        self.clocks.validate();
        self.ghosts.validate();
        assert_eq!(self.clocks.total() as usize, live.len());
        assert!(live.iter().all(|&slot| self.clocks.last_group(slot).is_some()), "every live slot is in a clock");
        assert!(self.ghosts.total() <= self.entries, "no more ghosts than entries");
        assert!((0.0..=1.0).contains(&self.share));
    }
}
