//! CAR, CLOCK with adaptive replacement, with two-bit counters and loop detection.
//!
//! Bansal and Modha, "CAR: Clock with Adaptive Replacement" (FAST 2004). Entries seen once are in
//! one CLOCK (T1), entries seen again in another (T2). Ghosts of both (B1, B2) show when the split
//! between them is wrong: a ghost hit in B1 asks for more room in T1, one in B2 for more room in
//! T2. So recency and frequency each get the share that the current keys reward, and a scan passes
//! through T1 and leaves T2 alone. A hit is one store into the entry itself, and none once the
//! entry has been hit three times.
//!
//! Five changes, each for a reason:
//!
//! - Counters of two bits instead of one reference bit (as in GCLOCK), since T2 then ranks its
//!   entries: an entry that was hit three times survives three rounds. But only while that proves
//!   right, see [`SecondChance`].
//! - The room for ghosts is split inversely to the room for entries, so that each of B1 and B2
//!   remembers what its CLOCK has no room for.
//! - Adaptation is damped, see `adapt`.
//! - [`LoopDetector`], since CAR, like LRU, gains nothing from a loop that does not fit.
//! - No frequency filter for admission, on purpose: recursion needs its newest results most, and
//!   such filters reject exactly these.
//!
//! Hits relative to Belady's optimum, at all capacities in powers of four from 64 to the number of
//! keys: 86.6 % over seven recorded programs (LRU 75.0 %). Over 14 whole recorded traces it is
//! never more than 0.6 points of hit ratio behind LRU; while it adapts, it may be further behind:
//! by 1.3 points in the first 60 000 accesses of one of them, with 1 024 and 4 096 entries. Six of
//! these 86 come from the loop detector, in two cells that are pure loops. Over 22 synthetic
//! traces, 80.5 % (LRU 62.3 %): Zipf with exponents from 0.5 to 1.1, loops, scans among hot keys,
//! popularity that drifts or jumps, and recency alone. The constants were chosen on these two sets.
//! Over 22 others of the same kinds, on which nothing was chosen, 84.1 % (LRU 65.3 %). On the
//! synthetic ones LRU is ahead by up to 2.6 points, where the order of last use tells everything
//! and frequency nothing. Recursion through a cache far too small for it runs each body once,
//! unless the entry needed next just fits: edit distance of 60 x 60 that asks for its diagonal
//! neighbour last runs each body 3 to 5 times with 80 to 122 entries (LRU once from 122 on).
//!
//! Costs 15.6 bytes per entry (links 8.1, ghosts 6.4, second chances 1) and amortised O(1) per
//! miss; no single call takes long.

use super::interface::{OnHit, Policy, Ranks, Victim};
use super::structures::{Ghosts, LinkedQueues, LoopDetector, QueueId, SecondChance};

/// A counter of hits has two bits.
const MAX_HITS: u64 = 3;
/// The share of T1 before the first ghost hit: a small one protects entries that are used again
/// from scans.
const INITIAL_SHARE: f64 = 0.1;
/// How far the hands look for an unused entry, in rounds over all entries, before they take the
/// entry that they point at: counters that other threads keep raising must not keep a writer here.
const MAX_ROUNDS: u32 = 4;
/// Entries that one eviction may pass, so that none takes long: when all entries of a large cache
/// are in use, it is no great loss to evict some of these before the hands have come round.
const MAX_PASSED: u32 = 512;

/// The two CLOCKs, their ghosts and the split between them.
#[derive(Debug)]
pub(super) struct Car {
    /// T1 and T2. A CLOCK is a queue here: its hand is at the oldest end, and passing an entry
    /// moves it to the newest.
    queues: LinkedQueues,
    /// B1 and B2.
    ghosts: Ghosts,
    /// The target size of T1 as a share of the entries (`p / c` in the paper).
    recent_share: f64,
    /// Entries when the cache was last full; there are never more ghosts than this. Counted rather
    /// than configured: a cache bounded by weight has no other measure, and a shard has its part of
    /// the bound.
    entries: u32,
    second_chance: SecondChance,
    loop_detector: LoopDetector,
}

impl Default for Car {
    fn default() -> Self {
        Self {
            queues: LinkedQueues::default(),
            ghosts: Ghosts::default(),
            recent_share: INITIAL_SHARE,
            entries: 0,
            second_chance: SecondChance::default(),
            loop_detector: LoopDetector::default(),
        }
    }
}

impl Car {
    /// Takes over the entries of another policy.
    pub(super) fn from_slots(slots: impl Iterator<Item = u32>) -> Self {
        let mut car = Self::default();
        slots.for_each(|slot| car.push(QueueId::Recent, slot));
        car
    }

    /// Every live slot.
    pub(super) fn slots(&self) -> impl Iterator<Item = u32> {
        QueueId::BOTH.into_iter().flat_map(|queue| self.queues.iter(queue))
    }

    fn push(&mut self, queue: QueueId, slot: u32) {
        self.queues.push(queue, slot);
        if queue == QueueId::Frequent {
            self.second_chance.track(slot);
        }
    }

    /// Advances the hands until one finds an entry that was not hit since the hand last passed it.
    fn advance_hands(&mut self, ranks: &dyn Ranks) -> u32 {
        let mut budget = self.entries.saturating_mul(MAX_ROUNDS).min(MAX_PASSED);
        let room = (self.recent_share * f64::from(self.entries)).max(1.0);
        loop {
            let recent = f64::from(self.queues.len(QueueId::Recent)) >= room || self.queues.len(QueueId::Frequent) == 0;
            let queue = if recent { QueueId::Recent } else { QueueId::Frequent };
            let slot = self.queues.oldest(queue).expect("a victim is asked for only while an entry is live");
            // The rank may still be one that another policy gave.
            let hits = ranks.rank(slot).min(MAX_HITS);
            let passed = match queue {
                QueueId::Recent => (hits > 0).then_some(0),
                QueueId::Frequent => self.second_chance.visit(slot, hits, self.entries),
            };
            let Some(counter) = passed.filter(|_| budget > 0) else { return slot };
            budget -= 1;
            ranks.set_rank(slot, counter);
            self.queues.move_to_newest(QueueId::Frequent, slot);
            if recent {
                self.second_chance.track(slot);
            }
        }
    }

    /// Moves the split after a ghost hit: the queue that the ghost was evicted from was too small.
    /// The smaller its part of the ghosts, the more the hit says, by the square root of the ratio:
    /// the ratio itself (the paper's) lets a handful of ghosts throw the split about, which cost
    /// one recorded program 0.7 points.
    fn adapt(&mut self, queue: QueueId) {
        let same_queue = f64::from(self.ghosts.len(queue) + 1);
        let other_queue = f64::from(self.ghosts.total() + 1) - same_queue;
        let step = (other_queue / same_queue).max(1.0).sqrt() / f64::from(self.entries.max(1));
        self.recent_share = match queue {
            QueueId::Recent => (self.recent_share + step).min(1.0),
            QueueId::Frequent => (self.recent_share - step).max(0.0),
        };
    }

    /// Keeps no more ghosts than entries, and no more of them in B1 than T2 has room for entries.
    fn trim_ghosts(&mut self) {
        while self.ghosts.total() > self.entries {
            let room = ((1.0 - self.recent_share) * f64::from(self.entries)).max(1.0);
            let recent = f64::from(self.ghosts.len(QueueId::Recent)) > room || self.ghosts.len(QueueId::Frequent) == 0;
            self.ghosts.forget_oldest(if recent { QueueId::Recent } else { QueueId::Frequent });
        }
    }
}

impl Policy for Car {
    fn on_hit(&self) -> OnHit {
        OnHit::Count(MAX_HITS)
    }

    fn inserted(&mut self, slot: u32, hash: u32, _stamp: u64) -> u64 {
        let queue = match self.ghosts.take(hash) {
            Some(queue) => {
                self.adapt(queue);
                QueueId::Frequent
            }
            None => QueueId::Recent,
        };
        self.push(queue, slot);
        0
    }

    fn replaced(&mut self, old: u32, old_rank: u64, new: u32, _hash: u32, _stamp: u64) -> u64 {
        // The key was used again, so it stays in its queue; only its position there is new.
        let queue = self.queues.remove(old);
        self.push(queue, new);
        (old_rank.min(MAX_HITS) + 1).min(MAX_HITS)
    }

    fn removed(&mut self, slot: u32, hash: u32, evicted: bool) {
        let queue = self.queues.remove(slot);
        if evicted {
            self.ghosts.push(queue, hash, self.entries);
            self.trim_ghosts();
        }
    }

    fn victim(&mut self, candidate: Option<u32>, ranks: &dyn Ranks) -> Victim {
        // Without a candidate the store need not be full: its bound was lowered, a value became
        // heavier, or the next victim was asked for.
        if candidate.is_some() || self.entries == 0 {
            self.entries = self.queues.total();
        }
        if let Some(hash) = candidate
            && !self.loop_detector.admits(hash, self.entries, || ranks.hits())
        {
            return Victim::Candidate;
        }
        Victim::Slot(self.advance_hands(ranks))
    }

    fn resized(&mut self, capacity: usize) {
        self.entries = self.entries.min(u32::try_from(capacity).unwrap_or(u32::MAX));
        self.trim_ghosts();
    }

    fn cleared(&mut self) {
        *self = Self::default();
    }

    #[cfg(any(test, feature = "validate"))]
    fn validate(&self, live: &[u32], _ranks: &dyn Ranks) {
        self.queues.validate();
        self.ghosts.validate();
        assert_eq!(self.queues.total() as usize, live.len());
        assert!(live.iter().all(|&slot| self.queues.queue_of(slot).is_some()), "every live slot is in a queue");
        assert!(self.ghosts.total() <= self.entries, "no more ghosts than entries");
        assert!((0.0..=1.0).contains(&self.recent_share));
    }
}
