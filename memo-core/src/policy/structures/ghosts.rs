//! Ghosts: fingerprints of keys that were evicted recently, which tell a returning key from a new
//! one.
//!
//! A ghost is one word of 32 bits in a table of buckets: some bits of its key's hash, the queue
//! that its entry was evicted from, and the *epoch* of the eviction. An epoch is an eighth of as
//! many evictions as the cache has entries. The ghosts of each epoch are counted, so the oldest
//! ones can be forgotten without a search: their epoch ends, and their words count as empty from
//! then on. (Finer epochs are no better. It matters more that the few ghosts of the less busy queue
//! may grow old: with two full caches of evictions at most instead of 16, Zipf keys lost up to 6
//! points of hits.) In a full bucket a new ghost replaces the oldest one, which costs one ghost in
//! 200. So a ghost needs 6.4 bytes and no links, and each of these operations touches one bucket.
//!
//! Two keys with one hash are taken for each other. The false-positive rate is 1 in 2 000 new keys
//! at a million ghosts, and a false positive only makes the policy's guess slightly worse. A ghost
//! is forgotten after 16 full caches of evictions at the latest.

use std::ops::Range;

use super::linked_queues::QueueId;
use crate::random::Random;

/// Cells in a bucket, and how many ghosts a bucket is given on average: with less to spare, buckets
/// overflow.
const BUCKET: u32 = 16;
const MEAN_LOAD: u32 = 10;

/// Epochs in one full cache of evictions.
const EPOCHS_PER_TURNOVER: u32 = 8;
/// The age in epochs at which a ghost is forgotten.
const MAX_AGE: u32 = 128;
/// Bits of an epoch's number: they tell twice as many epochs apart as there are ages, so that
/// forgotten ghosts are swept before their number is used again.
const EPOCH_BITS: u32 = 8;
const EPOCHS: u32 = 1 << EPOCH_BITS;

/// The evicted keys, each with the queue that it was evicted from.
#[derive(Debug, Default)]
pub(crate) struct Ghosts {
    /// The cells of all buckets; zero is an empty one. Allocated zeroed and at its full size when
    /// the first ghost comes, and not written then, so that no call has to wait for that.
    cells: Vec<u32>,
    /// The number of ghosts that the table was made for.
    capacity: u32,
    /// Ghosts by the epoch of their eviction, and by queue.
    counts: Vec<[u32; 2]>,
    lens: [u32; 2],
    /// Per queue, the oldest epoch that is not forgotten.
    oldest: [u32; 2],
    /// Epochs are counted for as long as the cache lives, beyond the greatest number: they are only
    /// ever compared by how far they are apart.
    epoch: u32,
    /// Evictions in this epoch.
    evictions: u32,
    /// The next bucket to sweep.
    next_swept: u32,
}

/// A ghost: epoch, queue, fingerprint, from the highest bit to the lowest, which is always set.
#[derive(Clone, Copy)]
struct Ghost(u32);

impl Ghost {
    fn epoch(self) -> u32 {
        self.0 >> (32 - EPOCH_BITS)
    }

    fn queue(self) -> QueueId {
        QueueId::BOTH[(self.0 >> (31 - EPOCH_BITS)) as usize & 1]
    }

    fn fingerprint(self) -> u32 {
        self.0 & (u32::MAX >> (EPOCH_BITS + 1))
    }
}

impl Ghosts {
    /// Adds a key that was evicted from a full cache of this many entries.
    pub(crate) fn push(&mut self, queue: QueueId, hash: u32, entries: u32) {
        // The number of entries varies in a cache bounded by weight. Ghosts from when the cache was
        // far smaller or larger are of no use.
        if entries > self.capacity + self.capacity / 4 || entries < self.capacity / 8 {
            *self = Self::with_capacity(entries);
        }
        if self.evictions >= self.capacity / EPOCHS_PER_TURNOVER {
            self.next_epoch();
        }
        self.evictions += 1;
        let (bucket, fingerprint) = self.locate(hash);
        let cell = self.free_or_oldest(bucket);
        self.empty(cell);
        let epoch = self.epoch % EPOCHS;
        self.cells[cell] = (epoch << (32 - EPOCH_BITS)) | ((queue as u32) << (31 - EPOCH_BITS)) | fingerprint;
        self.counts[epoch as usize][queue as usize] += 1;
        self.lens[queue as usize] += 1;
    }

    /// Removes the ghost of a key that returns. Returns the queue that the key was evicted from.
    pub(crate) fn take(&mut self, hash: u32) -> Option<QueueId> {
        if self.total() == 0 {
            return None;
        }
        let (bucket, fingerprint) = self.locate(hash);
        let cell = bucket.into_iter().find(|&cell| {
            let ghost = Ghost(self.cells[cell]);
            ghost.fingerprint() == fingerprint && self.age(ghost).is_some()
        })?;
        let queue = Ghost(self.cells[cell]).queue();
        self.empty(cell);
        Some(queue)
    }

    /// Forgets the oldest ghosts of a queue: those of the oldest epoch that has any.
    pub(crate) fn forget_oldest(&mut self, queue: QueueId) {
        let at = queue as usize;
        while self.lens[at] > 0 {
            let epoch = self.oldest[at];
            if epoch == self.epoch {
                self.next_epoch();
            }
            self.oldest[at] = epoch.wrapping_add(1);
            let forgotten = std::mem::take(&mut self.counts[(epoch % EPOCHS) as usize][at]);
            self.lens[at] -= forgotten;
            if forgotten > 0 {
                break;
            }
        }
    }

    pub(crate) fn len(&self, queue: QueueId) -> u32 {
        self.lens[queue as usize]
    }

    pub(crate) fn total(&self) -> u32 {
        self.lens[0] + self.lens[1]
    }

    fn with_capacity(entries: u32) -> Self {
        let buckets = entries.div_ceil(MEAN_LOAD).max(1);
        Self {
            cells: vec![0; buckets as usize * BUCKET as usize],
            capacity: entries,
            counts: vec![[0; 2]; EPOCHS as usize],
            ..Self::default()
        }
    }

    fn buckets(&self) -> usize {
        self.cells.len() / BUCKET as usize
    }

    /// The cells of a key's bucket, and the key's fingerprint: different bits of a hash of the
    /// hash.
    fn locate(&self, hash: u32) -> (Range<usize>, u32) {
        let bits = Random::new(hash.into()).next_u64();
        let bucket = (((bits >> 32) * self.buckets() as u64) >> 32) as usize * BUCKET as usize;
        (bucket..bucket + BUCKET as usize, ((bits << 32) >> (33 + EPOCH_BITS)) as u32 | 1)
    }

    /// The cell in a bucket for a new ghost: the first empty one, or that of the oldest ghost.
    fn free_or_oldest(&self, bucket: Range<usize>) -> usize {
        let mut oldest = (0, bucket.start);
        for cell in bucket {
            let Some(age) = self.age(Ghost(self.cells[cell])) else { return cell };
            oldest = oldest.max((age, cell));
        }
        oldest.1
    }

    /// The epochs since a ghost's eviction; `None` for a forgotten ghost and for an empty cell.
    fn age(&self, ghost: Ghost) -> Option<u32> {
        let age = self.epoch.wrapping_sub(ghost.epoch()) % EPOCHS;
        (ghost.0 != 0 && age <= self.epoch.wrapping_sub(self.oldest[ghost.queue() as usize])).then_some(age)
    }

    /// Empties a cell.
    fn empty(&mut self, cell: usize) {
        let ghost = Ghost(self.cells[cell]);
        if self.age(ghost).is_some() {
            self.counts[ghost.epoch() as usize][ghost.queue() as usize] -= 1;
            self.lens[ghost.queue() as usize] -= 1;
        }
        self.cells[cell] = 0;
    }

    fn next_epoch(&mut self) {
        (self.epoch, self.evictions) = (self.epoch.wrapping_add(1), 0);
        for queue in QueueId::BOTH {
            let at = queue as usize;
            if self.epoch.wrapping_sub(self.oldest[at]) >= MAX_AGE {
                let epoch = self.oldest[at] % EPOCHS;
                self.lens[at] -= std::mem::take(&mut self.counts[epoch as usize][at]);
                self.oldest[at] = self.oldest[at].wrapping_add(1);
            }
        }
        self.sweep();
    }

    /// Empties the cells of forgotten ghosts in a part of the buckets, before they could be taken
    /// for ghosts of a later epoch with the same number.
    fn sweep(&mut self) {
        let buckets = self.buckets();
        for _ in 0..buckets.div_ceil((EPOCHS - MAX_AGE) as usize / 2) {
            let first = self.next_swept as usize * BUCKET as usize;
            for cell in first..first + BUCKET as usize {
                if self.age(Ghost(self.cells[cell])).is_none() {
                    self.cells[cell] = 0;
                }
            }
            self.next_swept = if self.next_swept as usize + 1 < buckets { self.next_swept + 1 } else { 0 };
        }
    }

    #[cfg(any(test, feature = "validate"))]
    pub(crate) fn validate(&self) {
        let mut counts = vec![[0; 2]; self.counts.len()];
        for ghost in self.cells.iter().map(|&word| Ghost(word)).filter(|&ghost| self.age(ghost).is_some()) {
            counts[ghost.epoch() as usize][ghost.queue() as usize] += 1;
        }
        assert_eq!(self.counts, counts);
        let total = |queue: QueueId| counts.iter().map(|count| count[queue as usize]).sum::<u32>();
        assert_eq!(self.lens, QueueId::BOTH.map(total));
        assert!(self.oldest.iter().all(|&oldest| self.epoch.wrapping_sub(oldest) < MAX_AGE));
    }
}

#[cfg(test)]
mod tests {
    use super::{EPOCHS, EPOCHS_PER_TURNOVER, Ghosts, MAX_AGE, QueueId};

    #[test]
    fn ghosts_are_taken_once_and_forgotten_in_order() {
        let mut ghosts = Ghosts::default();
        for hash in 1..=4 {
            ghosts.push(QueueId::Recent, hash, 7);
        }
        ghosts.push(QueueId::Frequent, 5, 7);
        ghosts.validate();
        assert_eq!((ghosts.take(2), ghosts.take(2)), (Some(QueueId::Recent), None));
        ghosts.forget_oldest(QueueId::Recent);
        ghosts.validate();
        assert_eq!((ghosts.take(1), ghosts.take(5)), (None, Some(QueueId::Frequent)));
        ghosts.push(QueueId::Frequent, 5, 7);
        ghosts.push(QueueId::Frequent, 3, 7);
        ghosts.validate();
        // The third key was evicted from both queues: these are two ghosts, and either may be found
        // first.
        assert_eq!((ghosts.len(QueueId::Recent), ghosts.len(QueueId::Frequent), ghosts.total()), (2, 2, 4));
    }

    #[test]
    fn nearly_all_ghosts_of_a_full_cache_are_remembered_and_no_old_ones() {
        const ENTRIES: u32 = 10_000;
        let mut ghosts = Ghosts::default();
        for hash in 0..ENTRIES {
            ghosts.push(QueueId::Recent, hash, ENTRIES);
        }
        ghosts.validate();
        assert!(ghosts.total() > ENTRIES - ENTRIES / 100, "{}", ghosts.total());
        for hash in 0..ENTRIES / EPOCHS_PER_TURNOVER * MAX_AGE {
            ghosts.push(QueueId::Frequent, ENTRIES + hash, ENTRIES);
            if ghosts.total() > ENTRIES {
                ghosts.forget_oldest(QueueId::Frequent);
            }
        }
        ghosts.validate();
        assert_eq!(ghosts.len(QueueId::Recent), 0);
        assert!((0..ENTRIES).all(|hash| ghosts.take(hash).is_none()));
        let false_positives = (1 << 30..(1 << 30) + ENTRIES).filter(|&hash| ghosts.take(hash).is_some()).count();
        assert!(false_positives <= 2, "{false_positives}");
    }

    /// A cache of few entries comes there within hours.
    #[test]
    fn ghosts_live_on_when_the_number_of_their_epoch_starts_over() {
        let mut late = Ghosts::with_capacity(20);
        (late.epoch, late.oldest) = (u32::MAX - 200, [u32::MAX - 200; 2]);
        let mut early = Ghosts::with_capacity(20);
        (early.epoch, early.oldest) = (u32::MAX % EPOCHS - 200, [u32::MAX % EPOCHS - 200; 2]);
        for hash in 0..2_000u32 {
            let queue = QueueId::BOTH[hash as usize % 3 % 2];
            for ghosts in [&mut late, &mut early] {
                ghosts.push(queue, hash, 20);
                while ghosts.total() > 20 {
                    ghosts.forget_oldest(queue);
                }
                ghosts.validate();
            }
            assert_eq!(late.take(hash.wrapping_sub(7)), early.take(hash.wrapping_sub(7)));
            assert_eq!(late.lens, early.lens);
        }
    }

    #[test]
    fn a_cache_that_holds_far_more_or_far_fewer_entries_than_before_starts_anew() {
        let mut ghosts = Ghosts::default();
        (0..100).for_each(|hash| ghosts.push(QueueId::Recent, hash, 100));
        ghosts.push(QueueId::Recent, 1_000, 110);
        assert!(ghosts.total() > 90);
        ghosts.push(QueueId::Recent, 1_001, 200);
        assert_eq!(ghosts.total(), 1);
        ghosts.push(QueueId::Recent, 1_002, 20);
        assert_eq!(ghosts.total(), 1);
        ghosts.validate();
    }
}
