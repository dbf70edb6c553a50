//! Who left recently: fingerprints of evicted keys, which tell a returning key from a new one.
//!
//! A ghost is 32 bits of its key's hash, with a place in one of two queues and in an index: about 20 bytes. Two keys with one fingerprint
//! are taken for each other: among a million ghosts, one new key in 4 000 is greeted as an old one, and all that follows is a
//! slightly wrong guess about who should stay.

use hashbrown::HashTable;

use super::chain::{Chains, Side};

/// The keys that left, each in the queue it left from.
#[derive(Debug, Default)]
pub(super) struct Ghosts {
    queues: Chains,
    fingerprints: Vec<u32>,
    free: Vec<u32>,
    /// Places by fingerprint.
    index: HashTable<u32>,
}

impl Ghosts {
    /// Remembers a key that left.
    pub(super) fn push(&mut self, side: Side, hash: u64) {
        self.recall(hash); // another key's fingerprint: one place per fingerprint
        let fingerprint = fingerprint(hash);
        let place = self.free.pop().unwrap_or_else(|| {
            self.fingerprints.push(0);
            u32::try_from(self.fingerprints.len() - 1).expect("no more ghosts than slots")
        });
        self.fingerprints[place as usize] = fingerprint;
        self.queues.push(side, place);
        self.index.insert_unique(spread(fingerprint), place, |&place| spread(self.fingerprints[place as usize]));
    }

    /// Forgets a key that comes back; tells from where it had left.
    pub(super) fn recall(&mut self, hash: u64) -> Option<Side> {
        let fingerprint = fingerprint(hash);
        let same = |&place: &u32| self.fingerprints[place as usize] == fingerprint;
        let (place, _) = self.index.find_entry(spread(fingerprint), same).ok()?.remove();
        self.free.push(place);
        Some(self.queues.remove(place))
    }

    /// Forgets the key of a queue that left longest ago.
    pub(super) fn forget_oldest(&mut self, side: Side) {
        let Some(place) = self.queues.oldest(side) else { return };
        let hash = spread(self.fingerprints[place as usize]);
        self.index.find_entry(hash, |&other| other == place).expect("every ghost is in the index").remove();
        self.queues.remove(place);
        self.free.push(place);
    }

    pub(super) fn len(&self, side: Side) -> u32 {
        self.queues.len(side)
    }

    pub(super) fn total(&self) -> u32 {
        self.queues.total()
    }

    #[cfg(any(test, debug_assertions))]
    pub(super) fn validate(&self) {
        self.queues.validate();
        assert_eq!(self.index.len(), self.total() as usize);
        assert_eq!(self.index.len() + self.free.len(), self.fingerprints.len(), "places are reused");
        for side in Side::BOTH {
            for place in self.queues.iter(side) {
                let hash = spread(self.fingerprints[place as usize]);
                assert_eq!(self.index.find(hash, |&other| other == place), Some(&place));
            }
        }
    }
}

/// Both halves of the hash: a store may have used either to choose a shard, in which it is then the same for all.
fn fingerprint(hash: u64) -> u32 {
    ((hash ^ (hash << 32)) >> 32) as u32
}

/// The fingerprint as the index wants it: it looks at the highest and the lowest bits.
fn spread(fingerprint: u32) -> u64 {
    u64::from(fingerprint).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(32) ^ u64::from(fingerprint)
}

#[cfg(test)]
mod tests {
    use super::{Ghosts, Side};

    #[test]
    fn ghosts_are_recalled_once_and_forgotten_in_order() {
        let mut ghosts = Ghosts::default();
        for hash in 1..=4 {
            ghosts.push(Side::Recent, hash);
        }
        ghosts.push(Side::Frequent, 5);
        ghosts.validate();
        assert_eq!((ghosts.recall(2), ghosts.recall(2)), (Some(Side::Recent), None));
        ghosts.forget_oldest(Side::Recent);
        ghosts.validate();
        assert_eq!((ghosts.recall(1), ghosts.recall(5)), (None, Some(Side::Frequent)));
        ghosts.push(Side::Frequent, 5);
        ghosts.push(Side::Frequent, 3);
        ghosts.validate();
        assert_eq!((ghosts.len(Side::Recent), ghosts.len(Side::Frequent), ghosts.total()), (1, 2, 3));
    }
}
