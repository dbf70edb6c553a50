//! Who left recently: fingerprints of evicted keys, which tell a returning key from a new one.
//!
//! A ghost is one word of 32 bits in a table of buckets: some bits of its key's hash, the clock it left, and the *epoch* in which it left, an
//! eighth of a full cache of evictions. How many ghosts are left of each epoch is counted, so that the oldest ones can be forgotten without being
//! looked for: their epoch is over, and their words count as empty from then on. (Finer epochs are no better. What counts is that the few ghosts
//! of the less busy clock may grow old: with two caches of evictions at most instead of 16, Zipf keys lost up to 6 points of hits.) In a bucket that is full a newcomer takes the oldest
//! ghost's place, which costs one ghost in 200. So a ghost needs 6.4 bytes, nothing links it, and each of these operations touches one bucket.
//!
//! Two keys with one hash are taken for each other: among a million ghosts, one new key in 2 000 is greeted as an old one, and all that follows is a
//! slightly wrong guess about who should stay. Nobody is a ghost for more than 16 full caches of evictions.

use std::ops::Range;

use super::linked_queues::Side;
use crate::random::Random;

/// Ghosts that a bucket has places for, and how many it gets on average: with fewer to spare, buckets overflow.
const BUCKET: u32 = 16;
const LOAD: u32 = 10;

/// Epochs per full cache.
const PACE: u32 = 8;
/// Epochs after which nobody is a ghost any more.
const LONGEST: u32 = 128;
/// Epochs are told apart by so many bits: twice as many numbers as living epochs, so that dead ghosts are swept away before their number returns.
const EPOCH_BITS: u32 = 8;
const EPOCHS: u32 = 1 << EPOCH_BITS;

/// The keys that left, each with the clock it left from.
#[derive(Debug, Default)]
pub(super) struct Ghosts {
    /// Zero is an empty place. Made when it is first needed, at its full size and still untouched, so that nobody has to wait for it.
    words: Vec<u32>,
    /// As many ghosts as it was made for.
    room: u32,
    /// Ghosts by the epoch in which they left, and by side.
    counts: Vec<[u32; 2]>,
    lens: [u32; 2],
    /// Per side, the oldest epoch that is not forgotten.
    oldest: [u32; 2],
    now: u32,
    /// Evictions in this epoch.
    pushed: u32,
    /// The next bucket to sweep.
    swept: u32,
}

/// A ghost: epoch, side, fingerprint, from the highest bit to the lowest, which is always set.
#[derive(Clone, Copy)]
struct Ghost(u32);

impl Ghost {
    fn epoch(self) -> u32 {
        self.0 >> (32 - EPOCH_BITS)
    }

    fn side(self) -> Side {
        Side::BOTH[(self.0 >> (31 - EPOCH_BITS)) as usize & 1]
    }

    fn fingerprint(self) -> u32 {
        self.0 & (u32::MAX >> (EPOCH_BITS + 1))
    }
}

impl Ghosts {
    /// Remembers a key that left a full cache of so many entries.
    pub(super) fn push(&mut self, side: Side, hash: u32, entries: u32) {
        // A cache bounded by weight holds now more, now fewer. What it knew when it was far smaller or larger is of no use.
        if entries > self.room + self.room / 4 || entries < self.room / 8 {
            *self = Self::for_entries(entries);
        }
        if self.pushed >= self.room / PACE {
            self.next_epoch();
        }
        self.pushed += 1;
        let (bucket, fingerprint) = self.locate(hash);
        let place = self.place(bucket);
        self.bury(place);
        let epoch = self.now % EPOCHS;
        self.words[place] = (epoch << (32 - EPOCH_BITS)) | ((side as u32) << (31 - EPOCH_BITS)) | fingerprint;
        self.counts[epoch as usize][side as usize] += 1;
        self.lens[side as usize] += 1;
    }

    /// Forgets a key that comes back; tells from where it had left.
    pub(super) fn recall(&mut self, hash: u32) -> Option<Side> {
        if self.total() == 0 {
            return None;
        }
        let (bucket, fingerprint) = self.locate(hash);
        let place = bucket.into_iter().find(|&place| {
            let ghost = Ghost(self.words[place]);
            ghost.fingerprint() == fingerprint && self.age(ghost).is_some()
        })?;
        let side = Ghost(self.words[place]).side();
        self.bury(place);
        Some(side)
    }

    /// Forgets the keys of a side that left longest ago: those of one epoch that has any.
    pub(super) fn forget_oldest(&mut self, side: Side) {
        let at = side as usize;
        while self.lens[at] > 0 {
            let epoch = self.oldest[at];
            if epoch == self.now {
                self.next_epoch();
            }
            self.oldest[at] = epoch + 1;
            let forgotten = std::mem::take(&mut self.counts[(epoch % EPOCHS) as usize][at]);
            self.lens[at] -= forgotten;
            if forgotten > 0 {
                break;
            }
        }
    }

    pub(super) fn len(&self, side: Side) -> u32 {
        self.lens[side as usize]
    }

    pub(super) fn total(&self) -> u32 {
        self.lens[0] + self.lens[1]
    }

    fn for_entries(entries: u32) -> Self {
        let buckets = entries.div_ceil(LOAD).max(1);
        Self {
            words: vec![0; buckets as usize * BUCKET as usize],
            room: entries,
            counts: vec![[0; 2]; EPOCHS as usize],
            ..Self::default()
        }
    }

    fn buckets(&self) -> usize {
        self.words.len() / BUCKET as usize
    }

    /// The places of a key's bucket, and its fingerprint: different bits of a hash of the hash.
    fn locate(&self, hash: u32) -> (Range<usize>, u32) {
        let bits = Random::new(hash.into()).next_u64();
        let bucket = (((bits >> 32) * self.buckets() as u64) >> 32) as usize * BUCKET as usize;
        (bucket..bucket + BUCKET as usize, ((bits << 32) >> (33 + EPOCH_BITS)) as u32 | 1)
    }

    /// The place in a bucket for a newcomer: the first empty one, or the oldest ghost's.
    fn place(&self, bucket: Range<usize>) -> usize {
        let mut oldest = (0, bucket.start);
        for place in bucket {
            let Some(age) = self.age(Ghost(self.words[place])) else { return place };
            oldest = oldest.max((age, place));
        }
        oldest.1
    }

    /// How many epochs ago a ghost left; none for one that is forgotten and for an empty place.
    fn age(&self, ghost: Ghost) -> Option<u32> {
        let age = self.now.wrapping_sub(ghost.epoch()) % EPOCHS;
        (ghost.0 != 0 && age <= self.now - self.oldest[ghost.side() as usize]).then_some(age)
    }

    /// Empties a place.
    fn bury(&mut self, place: usize) {
        let ghost = Ghost(self.words[place]);
        if self.age(ghost).is_some() {
            self.counts[ghost.epoch() as usize][ghost.side() as usize] -= 1;
            self.lens[ghost.side() as usize] -= 1;
        }
        self.words[place] = 0;
    }

    fn next_epoch(&mut self) {
        (self.now, self.pushed) = (self.now + 1, 0);
        for side in Side::BOTH {
            let at = side as usize;
            if self.now - self.oldest[at] >= LONGEST {
                let epoch = self.oldest[at] % EPOCHS;
                self.lens[at] -= std::mem::take(&mut self.counts[epoch as usize][at]);
                self.oldest[at] += 1;
            }
        }
        self.sweep();
    }

    /// Empties the places of the forgotten in a part of all buckets, before they could be taken for ghosts of an epoch with the same number.
    fn sweep(&mut self) {
        let buckets = self.buckets();
        for _ in 0..buckets.div_ceil((EPOCHS - LONGEST) as usize / 2) {
            let first = self.swept as usize * BUCKET as usize;
            for place in first..first + BUCKET as usize {
                if self.age(Ghost(self.words[place])).is_none() {
                    self.words[place] = 0;
                }
            }
            self.swept = if self.swept as usize + 1 < buckets { self.swept + 1 } else { 0 };
        }
    }

    #[cfg(any(test, feature = "validate"))]
    pub(super) fn validate(&self) {
        let mut counts = vec![[0; 2]; self.counts.len()];
        for ghost in self.words.iter().map(|&word| Ghost(word)).filter(|&ghost| self.age(ghost).is_some()) {
            counts[ghost.epoch() as usize][ghost.side() as usize] += 1;
        }
        assert_eq!(self.counts, counts);
        let total = |side: Side| counts.iter().map(|count| count[side as usize]).sum::<u32>();
        assert_eq!(self.lens, Side::BOTH.map(total));
        assert!(self.oldest.iter().all(|&oldest| oldest <= self.now && self.now - oldest < LONGEST));
    }
}

#[cfg(test)]
mod tests {
    use super::{Ghosts, LONGEST, PACE};
    use crate::policy::linked_queues::Side;

    #[test]
    fn ghosts_are_recalled_once_and_forgotten_in_order() {
        let mut ghosts = Ghosts::default();
        for hash in 1..=4 {
            ghosts.push(Side::Recent, hash, 7);
        }
        ghosts.push(Side::Frequent, 5, 7);
        ghosts.validate();
        assert_eq!((ghosts.recall(2), ghosts.recall(2)), (Some(Side::Recent), None));
        ghosts.forget_oldest(Side::Recent);
        ghosts.validate();
        assert_eq!((ghosts.recall(1), ghosts.recall(5)), (None, Some(Side::Frequent)));
        ghosts.push(Side::Frequent, 5, 7);
        ghosts.push(Side::Frequent, 3, 7);
        ghosts.validate();
        // The third key left both clocks: that is two ghosts, of which either may be met first.
        assert_eq!((ghosts.len(Side::Recent), ghosts.len(Side::Frequent), ghosts.total()), (2, 2, 4));
    }

    #[test]
    fn nearly_all_ghosts_of_a_full_cache_are_remembered_and_none_of_those_before_long() {
        const ENTRIES: u32 = 10_000;
        let mut ghosts = Ghosts::default();
        for hash in 0..ENTRIES {
            ghosts.push(Side::Recent, hash, ENTRIES);
        }
        ghosts.validate();
        assert!(ghosts.total() > ENTRIES - ENTRIES / 100, "{}", ghosts.total());
        for hash in 0..ENTRIES / PACE * LONGEST {
            ghosts.push(Side::Frequent, ENTRIES + hash, ENTRIES);
            if ghosts.total() > ENTRIES {
                ghosts.forget_oldest(Side::Frequent);
            }
        }
        ghosts.validate();
        assert_eq!(ghosts.len(Side::Recent), 0);
        assert!((0..ENTRIES).all(|hash| ghosts.recall(hash).is_none()));
        let strangers = (1 << 30..(1 << 30) + ENTRIES).filter(|&hash| ghosts.recall(hash).is_some()).count();
        assert!(strangers <= 2, "{strangers}");
    }

    #[test]
    fn a_cache_that_holds_far_more_or_far_less_than_before_starts_anew() {
        let mut ghosts = Ghosts::default();
        (0..100).for_each(|hash| ghosts.push(Side::Recent, hash, 100));
        ghosts.push(Side::Recent, 1_000, 110);
        assert!(ghosts.total() > 90);
        ghosts.push(Side::Recent, 1_001, 200);
        assert_eq!(ghosts.total(), 1);
        ghosts.push(Side::Recent, 1_002, 20);
        assert_eq!(ghosts.total(), 1);
        ghosts.validate();
    }
}
