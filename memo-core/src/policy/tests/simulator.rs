//! A simulated cache that drives a policy as the engine does, with nothing but slots, ranks, stamps
//! and hits.

use std::cell::Cell;
use std::collections::HashMap;

use crate::policy::{OnHit, Policy, PolicyKind, Ranks, Victim, used_again};
use crate::random::Random;

pub(super) const KINDS: [PolicyKind; 5] =
    [PolicyKind::Lru, PolicyKind::Lfu, PolicyKind::Fifo, PolicyKind::Random { seed: 7 }, PolicyKind::Max];

/// The lowest eight bits of a stamp are the tag of its thread. Always the same one here, for there
/// is one thread.
const STAMP: u64 = 1 << 8;
const TAG: u64 = 5;

/// What an access did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    Hit,
    /// A miss that was admitted without an eviction, or a replaced value.
    Inserted,
    /// A miss that was admitted; this key was evicted.
    Evicted(u32),
    /// A miss that was not admitted.
    Rejected,
}

struct SimulatedEntry {
    key: u32,
    rank: Cell<u64>,
}

/// The entries, as policies see them.
struct SimulatedSlots {
    entries: Vec<Option<SimulatedEntry>>,
    hits: u64,
    ranks_read: Cell<u64>,
}

impl SimulatedSlots {
    fn entry(&self, slot: u32) -> Option<&SimulatedEntry> {
        self.entries[slot as usize].as_ref()
    }
}

impl Ranks for SimulatedSlots {
    fn rank(&self, slot: u32) -> u64 {
        self.ranks_read.set(self.ranks_read.get() + 1);
        self.entry(slot).map_or(u64::MAX, |entry| entry.rank.get())
    }

    fn set_rank(&self, slot: u32, rank: u64) {
        self.entry(slot).expect("policies write ranks of live slots only").rank.set(rank);
    }

    fn hits(&self) -> u64 {
        self.hits
    }
}

/// The cache.
pub(super) struct Simulator {
    policy: Box<dyn Policy>,
    capacity: usize,
    slots: SimulatedSlots,
    slot_of: HashMap<u32, u32>,
    free: Vec<u32>,
    stamp: u64,
}

impl Simulator {
    pub(super) fn new(kind: PolicyKind, capacity: usize) -> Self {
        Self {
            policy: kind.build(capacity),
            capacity,
            slots: SimulatedSlots { entries: Vec::new(), hits: 0, ranks_read: Cell::new(0) },
            slot_of: HashMap::new(),
            free: Vec::new(),
            stamp: TAG,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.slot_of.len()
    }

    /// How many ranks were read so far.
    pub(super) fn ranks_read(&self) -> u64 {
        self.slots.ranks_read.get()
    }

    pub(super) fn contains(&self, key: u32) -> bool {
        self.slot_of.contains_key(&key)
    }

    /// Every key, ascending.
    pub(super) fn keys(&self) -> Vec<u32> {
        let mut keys: Vec<_> = self.slot_of.keys().copied().collect();
        keys.sort_unstable();
        keys
    }

    /// A call: a hit, or a miss that is computed and inserted.
    pub(super) fn access(&mut self, key: u32) -> Access {
        if self.hit(key) { Access::Hit } else { self.insert(key) }
    }

    /// Calls whose outcome does not matter.
    pub(super) fn run(&mut self, keys: impl IntoIterator<Item = u32>) {
        for key in keys {
            self.access(key);
        }
    }

    /// The first half of a call: whether the key is present.
    pub(super) fn hit(&mut self, key: u32) -> bool {
        let Some(&slot) = self.slot_of.get(&key) else { return false };
        self.slots.hits += 1;
        let stamp = self.stamp + STAMP;
        if let Some(rank) = rank_after_hit(self.policy.on_hit(), self.slots.rank(slot), stamp) {
            self.slots.set_rank(slot, rank);
        }
        self.stamp = stamp;
        true
    }

    /// The other half: inserts the computed value, or replaces a value that is present by now.
    pub(super) fn insert(&mut self, key: u32) -> Access {
        if let Some(&slot) = self.slot_of.get(&key) {
            self.replace(key, slot);
            return Access::Inserted;
        }
        if self.capacity == 0 {
            return Access::Rejected;
        }
        let access = if self.len() < self.capacity {
            Access::Inserted
        } else {
            match self.policy.victim(Some(hash(key)), &self.slots) {
                Victim::Candidate => return Access::Rejected,
                Victim::Slot(slot) => Access::Evicted(self.take(slot, true)),
            }
        };
        let slot = self.free_slot();
        self.stamp += STAMP;
        let rank = self.policy.inserted(slot, hash(key), self.stamp);
        self.put(key, slot, rank);
        access
    }

    /// A store may write a new value into the old one's slot or into another: even keys stay, odd
    /// ones move.
    fn replace(&mut self, key: u32, old: u32) {
        let old_rank = self.slots.rank(old);
        let new = if key.is_multiple_of(2) { old } else { self.free_slot() };
        self.stamp += STAMP;
        let rank = self.policy.replaced(old, old_rank, new, hash(key), self.stamp);
        if new != old {
            self.slots.entries[old as usize] = None;
            self.free.push(old);
        }
        self.put(key, new, rank);
    }

    fn free_slot(&mut self) -> u32 {
        self.free.pop().unwrap_or_else(|| {
            self.slots.entries.push(None);
            u32::try_from(self.slots.entries.len() - 1).unwrap()
        })
    }

    fn put(&mut self, key: u32, slot: u32, rank: u64) {
        self.slots.entries[slot as usize] = Some(SimulatedEntry { key, rank: Cell::new(rank) });
        self.slot_of.insert(key, slot);
    }

    fn take(&mut self, slot: u32, evicted: bool) -> u32 {
        let key = self.slots.entries[slot as usize].take().expect("victims are live").key;
        self.slot_of.remove(&key);
        self.free.push(slot);
        self.policy.removed(slot, hash(key), evicted);
        key
    }

    pub(super) fn remove(&mut self, key: u32) -> bool {
        let slot = self.slot_of.get(&key).copied();
        slot.map(|slot| self.take(slot, false)).is_some()
    }

    pub(super) fn resize(&mut self, capacity: usize) {
        self.capacity = capacity;
        self.policy.resized(capacity);
        while self.len() > capacity {
            match self.policy.victim(None, &self.slots) {
                Victim::Candidate => panic!("there is no candidate while a cache is resized"),
                Victim::Slot(slot) => self.take(slot, true),
            };
        }
    }

    pub(super) fn clear(&mut self) {
        self.policy.cleared();
        self.slots.entries.clear();
        self.free.clear();
        self.slot_of.clear();
    }

    pub(super) fn validate(&self) {
        let live: Vec<u32> = self.slot_of.values().copied().collect();
        self.policy.validate(&live, &self.slots);
        assert!(self.len() <= self.capacity);
    }

    /// The share of the accesses that were hits.
    pub(super) fn hit_ratio(kind: PolicyKind, capacity: usize, trace: &[u32]) -> f64 {
        let mut cache = Self::new(kind, capacity);
        let hits = trace.iter().filter(|&&key| cache.access(key) == Access::Hit).count();
        f64::from(u32::try_from(hits).unwrap()) / f64::from(u32::try_from(trace.len()).unwrap())
    }
}

/// The rank of an entry after a hit; `None` if it stays as it is.
fn rank_after_hit(on_hit: OnHit, rank: u64, stamp: u64) -> Option<u64> {
    match on_hit {
        OnHit::Nothing => None,
        OnHit::Stamp => Some(stamp),
        OnHit::Count(max) => (rank < max).then(|| rank + 1),
        OnHit::CountThenStamp => Some(used_again(rank, stamp)),
    }
}

/// Any hash that looks like one: what a policy does must not depend on the order of the keys.
fn hash(key: u32) -> u32 {
    (Random::new(key.into()).next_u64() >> 33) as u32
}
