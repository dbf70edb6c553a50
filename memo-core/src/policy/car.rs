//! CAR, the clock with adaptive replacement, with two-bit counters and a loop guard.
//!
//! Bansal and Modha, "CAR: Clock with Adaptive Replacement" (FAST 2004): entries seen once stand in one clock, entries seen again in
//! another, and ghosts of both tell when the split was wrong: a key that returns after it left the first clock votes for more
//! room there, one that left the second votes for more room there. So recency and frequency each get what the keys of today reward, a
//! scan passes through the first clock and leaves the second alone, and a hit is one store into the entry itself, none once it
//! has been hit three times.
//!
//! Four changes, each for a reason: counters of two bits instead of one, since the second clock then ranks its entries (an entry hit
//! three times survives three rounds); the room for ghosts is split as the entries are not, so that each side remembers what the
//! split has no place for; votes are damped (see `learn`); and [`Guard`], since CAR, like LRU, gains nothing from a loop that does not
//! fit. There is no frequency filter at the door, on purpose: recursion needs its newest results most, and such filters turn exactly
//! these away.
//!
//! Over seven recorded programs at 64, 256, 1 024 and 4 096 entries it gets 86 % of the hits that knowing the future would (LRU 73 %,
//! CAR by the paper 78 %), and nowhere more than 0.6 points of hit ratio less than LRU. Seven of these 86 come from the guard, nearly
//! all in two cells that are pure loops; damping and guard were chosen on these same programs, so expect a little less of others.
//! Recursion through a cache far too small for it runs each body once.
//!
//! Costs nine bytes per entry, about twenty per ghost, and amortised O(1) per miss.

use super::chain::{Chains, Side};
use super::ghosts::Ghosts;
use super::guard::Guard;
use super::{Policy, Touch, Victim, View};

/// Two bits of hits per entry.
const MOST_HITS: u64 = 3;
/// The first clock's share of the cache before any ghost has voted: a small one protects what is used again from scans.
const FIRST_SHARE: f64 = 0.1;
/// How far the hands look for an unused entry, in rounds over all entries, before they take what they point at: counters that other
/// threads fill up all the time must not keep a writer here.
const ROUNDS: u32 = 4;

/// The two clocks, their ghosts and the split between them.
#[derive(Debug)]
pub(super) struct Car {
    /// A clock is a queue here: its hand is the oldest end, and passing an entry by moves it to the newest.
    clocks: Chains,
    ghosts: Ghosts,
    /// The first clock's share of the entries (`p / c` in the paper).
    share: f64,
    /// Entries when the cache was last full; no more ghosts than this. Counted rather than configured: a cache bounded by weight
    /// has no other measure, and a shard has its part of the bound.
    entries: u32,
    guard: Guard,
}

impl Default for Car {
    fn default() -> Self {
        let (clocks, ghosts, guard) = (Chains::default(), Ghosts::default(), Guard::default());
        Self { clocks, ghosts, share: FIRST_SHARE, entries: 0, guard }
    }
}

impl Car {
    /// The clocks over entries that lived under another policy.
    pub(super) fn over(slots: impl Iterator<Item = u32>) -> Self {
        let mut car = Self::default();
        slots.for_each(|slot| car.clocks.push(Side::Recent, slot));
        car
    }

    /// Every live slot.
    pub(super) fn slots(&self) -> impl Iterator<Item = u32> {
        Side::BOTH.into_iter().flat_map(|side| self.clocks.iter(side))
    }

    /// Turns the hands until one finds an entry that was not hit since it last passed.
    fn turn(&mut self, view: &dyn View) -> u32 {
        let mut looks = self.entries.saturating_mul(ROUNDS);
        let room = (self.share * f64::from(self.entries)).max(1.0);
        loop {
            let recent = f64::from(self.clocks.len(Side::Recent)) >= room || self.clocks.len(Side::Frequent) == 0;
            let side = if recent { Side::Recent } else { Side::Frequent };
            let slot = self.clocks.oldest(side).expect("a victim is asked for only while an entry lives");
            // An entry that lived under another policy may bear that one's mark.
            let hits = view.mark(slot).min(MOST_HITS);
            if hits == 0 || looks == 0 {
                return slot;
            }
            looks -= 1;
            view.set_mark(slot, if recent { 0 } else { hits - 1 });
            self.clocks.renew(Side::Frequent, slot);
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
    fn touch(&self) -> Touch {
        Touch::Count(MOST_HITS)
    }

    fn inserted(&mut self, slot: u32, hash: u64, _tick: u64) -> u64 {
        let side = match self.ghosts.recall(hash) {
            Some(side) => {
                self.learn(side);
                Side::Frequent
            }
            None => Side::Recent,
        };
        self.clocks.push(side, slot);
        0
    }

    fn replaced(&mut self, old: u32, old_mark: u64, new: u32, _hash: u64, _tick: u64) -> u64 {
        // The key was needed again and keeps its clock; only its place there is new.
        let side = self.clocks.remove(old);
        self.clocks.push(side, new);
        (old_mark.min(MOST_HITS) + 1).min(MOST_HITS)
    }

    fn removed(&mut self, slot: u32, hash: u64, evicted: bool) {
        let side = self.clocks.remove(slot);
        if evicted {
            self.ghosts.push(side, hash);
            self.forget_ghosts();
        }
    }

    fn victim(&mut self, newcomer: Option<u64>, view: &dyn View) -> Victim {
        self.entries = self.clocks.total();
        if let Some(hash) = newcomer
            && !self.guard.admits(hash, self.entries, || view.hits())
        {
            return Victim::Newcomer;
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

    #[cfg(any(test, debug_assertions))]
    fn validate(&self, live: &[u32], _view: &dyn View) {
        self.clocks.validate();
        self.ghosts.validate();
        assert_eq!(self.clocks.total() as usize, live.len());
        assert!(live.iter().all(|&slot| self.clocks.home(slot).is_some()), "every live slot is in a clock");
        assert!(self.ghosts.total() <= self.entries, "no more ghosts than entries");
        assert!((0.0..=1.0).contains(&self.share));
    }
}
