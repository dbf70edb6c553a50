//! A bounded map that drives a policy as the engine does, and knows nothing else: slots, marks, ticks, hits.

use std::cell::Cell;
use std::collections::HashMap;

use crate::policy::{Policy, PolicyKind, Ranks, Victim};

pub(super) const KINDS: [PolicyKind; 5] =
    [PolicyKind::Lru, PolicyKind::Lfu, PolicyKind::Fifo, PolicyKind::Random { seed: 7 }, PolicyKind::Max];

/// Ticks have a tag of eight bits below them. Always the same one here, for there is one thread.
const TICK: u64 = 1 << 8;
const TAG: u64 = 5;

/// What an access found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Hit,
    /// There was room for the newcomer.
    Kept,
    /// The newcomer took this key's place.
    Evicted(u32),
    /// The newcomer was handed back.
    Refused,
}

struct Entry {
    key: u32,
    rank: Cell<u64>,
}

/// The entries, as policies see them.
struct Slots {
    entries: Vec<Option<Entry>>,
    hits: u64,
    looks: Cell<u64>,
}

impl Slots {
    fn entry(&self, slot: u32) -> Option<&Entry> {
        self.entries[slot as usize].as_ref()
    }
}

impl Ranks for Slots {
    fn rank(&self, slot: u32) -> u64 {
        self.looks.set(self.looks.get() + 1);
        self.entry(slot).map_or(u64::MAX, |entry| entry.rank.get())
    }

    fn set_rank(&self, slot: u32, rank: u64) {
        self.entry(slot).expect("policies write ranks of live slots only").rank.set(rank);
    }

    fn hits(&self) -> u64 {
        self.hits
    }
}

/// The map.
pub(super) struct Model {
    policy: Box<dyn Policy>,
    capacity: usize,
    slots: Slots,
    places: HashMap<u32, u32>,
    free: Vec<u32>,
    stamp: u64,
}

impl Model {
    pub(super) fn new(kind: PolicyKind, capacity: usize) -> Self {
        Self {
            policy: kind.build(capacity),
            capacity,
            slots: Slots { entries: Vec::new(), hits: 0, looks: Cell::new(0) },
            places: HashMap::new(),
            free: Vec::new(),
            stamp: TAG,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    /// How many marks were read so far.
    pub(super) fn looks(&self) -> u64 {
        self.slots.looks.get()
    }

    pub(super) fn contains(&self, key: u32) -> bool {
        self.places.contains_key(&key)
    }

    /// Every key, ascending.
    pub(super) fn keys(&self) -> Vec<u32> {
        let mut keys: Vec<_> = self.places.keys().copied().collect();
        keys.sort_unstable();
        keys
    }

    /// A call: found, or computed and kept.
    pub(super) fn access(&mut self, key: u32) -> Outcome {
        if self.hit(key) { Outcome::Hit } else { self.insert(key) }
    }

    /// Calls whose outcome is of no interest.
    pub(super) fn run(&mut self, keys: impl IntoIterator<Item = u32>) {
        for key in keys {
            self.access(key);
        }
    }

    /// The first half of a call: whether the key was there.
    pub(super) fn hit(&mut self, key: u32) -> bool {
        let Some(&slot) = self.places.get(&key) else { return false };
        self.slots.hits += 1;
        let (on_hit, stamp) = (self.policy.on_hit(), self.stamp + TICK);
        if let Some(rank) = on_hit.rank(self.slots.rank(slot), || stamp) {
            self.slots.set_rank(slot, rank);
        }
        self.stamp = stamp;
        true
    }

    /// The other half: the computed value arrives, over an older one if there is one by now.
    pub(super) fn insert(&mut self, key: u32) -> Outcome {
        if let Some(&slot) = self.places.get(&key) {
            self.replace(key, slot);
            return Outcome::Kept;
        }
        if self.capacity == 0 {
            return Outcome::Refused;
        }
        let outcome = if self.len() < self.capacity {
            Outcome::Kept
        } else {
            match self.policy.victim(Some(hash(key)), &self.slots) {
                Victim::Candidate => return Outcome::Refused,
                Victim::Slot(slot) => Outcome::Evicted(self.take(slot, true)),
            }
        };
        let slot = self.free_slot();
        self.stamp += TICK;
        let rank = self.policy.inserted(slot, hash(key), self.stamp);
        self.keep(key, slot, rank);
        outcome
    }

    /// A store may write a new value in the old one's place or in another: even keys stay, odd ones move.
    fn replace(&mut self, key: u32, old: u32) {
        let old_mark = self.slots.rank(old);
        let new = if key.is_multiple_of(2) { old } else { self.free_slot() };
        self.stamp += TICK;
        let rank = self.policy.replaced(old, old_mark, new, hash(key), self.stamp);
        if new != old {
            self.slots.entries[old as usize] = None;
            self.free.push(old);
        }
        self.keep(key, new, rank);
    }

    fn free_slot(&mut self) -> u32 {
        self.free.pop().unwrap_or_else(|| {
            self.slots.entries.push(None);
            u32::try_from(self.slots.entries.len() - 1).unwrap()
        })
    }

    fn keep(&mut self, key: u32, slot: u32, rank: u64) {
        self.slots.entries[slot as usize] = Some(Entry { key, rank: Cell::new(rank) });
        self.places.insert(key, slot);
    }

    fn take(&mut self, slot: u32, evicted: bool) -> u32 {
        let key = self.slots.entries[slot as usize].take().expect("victims are live").key;
        self.places.remove(&key);
        self.free.push(slot);
        self.policy.removed(slot, hash(key), evicted);
        key
    }

    pub(super) fn remove(&mut self, key: u32) -> bool {
        let slot = self.places.get(&key).copied();
        slot.map(|slot| self.take(slot, false)).is_some()
    }

    pub(super) fn resize(&mut self, capacity: usize) {
        self.capacity = capacity;
        self.policy.resized(capacity);
        while self.len() > capacity {
            match self.policy.victim(None, &self.slots) {
                Victim::Candidate => panic!("there is no newcomer while a cache is resized"),
                Victim::Slot(slot) => self.take(slot, true),
            };
        }
    }

    pub(super) fn clear(&mut self) {
        self.policy.cleared();
        self.slots.entries.clear();
        self.free.clear();
        self.places.clear();
    }

    pub(super) fn validate(&self) {
        let live: Vec<u32> = self.places.values().copied().collect();
        self.policy.validate(&live, &self.slots);
        assert!(self.len() <= self.capacity);
    }

    /// The part of the accesses that were hits.
    pub(super) fn hit_ratio(kind: PolicyKind, capacity: usize, trace: &[u32]) -> f64 {
        let mut model = Self::new(kind, capacity);
        let hits = trace.iter().filter(|&&key| model.access(key) == Outcome::Hit).count();
        f64::from(u32::try_from(hits).unwrap()) / f64::from(u32::try_from(trace.len()).unwrap())
    }
}

/// Any hash that looks like one: what policies make of it must not depend on the keys' own order.
fn hash(key: u32) -> u32 {
    (crate::random::Random::new(key.into()).next_u64() >> 33) as u32
}
