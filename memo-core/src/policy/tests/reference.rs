//! `lru`, `lfu` and `fifo` against reference implementations: a sorted array, searched at every
//! step, and a tree for large caches.

use std::collections::{BTreeMap, HashMap};

use proptest::collection::vec;
use proptest::prelude::{Strategy, any, prop_assert_eq, prop_oneof, proptest};

use super::simulator::{Access, Simulator};
use crate::policy::PolicyKind;
use crate::random::Random;

#[derive(Clone, Copy, Debug)]
enum Step {
    Access(u32),
    Insert(u32),
    Remove(u32),
    Resize(usize),
    Clear,
}

fn step(keys: u32) -> impl Strategy<Value = Step> {
    prop_oneof![
        // The lower half of the keys is used more often.
        60 => (0..keys, any::<bool>()).prop_map(move |(key, any)| Step::Access(if any { key } else { key / 2 })),
        5 => (0..keys).prop_map(Step::Insert),
        5 => (0..keys).prop_map(Step::Remove),
        1 => (1..40_usize).prop_map(Step::Resize),
        1 => proptest::strategy::Just(Step::Clear),
    ]
}

/// A cache whose entries are kept in eviction order, the next victim first: key and use count.
struct ReferenceArray {
    kind: PolicyKind,
    capacity: usize,
    entries: Vec<(u32, u64)>,
}

impl ReferenceArray {
    /// Moves a key that is used to its new position in the order. Returns whether the key is
    /// present.
    fn used(&mut self, key: u32, written: bool) -> bool {
        let Some(at) = self.entries.iter().position(|entry| entry.0 == key) else { return false };
        let uses = self.entries[at].1 + 1;
        let to = match self.kind {
            PolicyKind::Lfu => self.entries.iter().filter(|entry| entry.1 <= uses).count() - 1,
            PolicyKind::Fifo if !written => at,
            _ => self.entries.len() - 1,
        };
        self.entries.remove(at);
        self.entries.insert(to, (key, uses));
        true
    }

    fn insert(&mut self, key: u32) -> Access {
        if self.used(key, true) {
            return Access::Inserted;
        }
        let full = self.entries.len() == self.capacity;
        let outcome = if full { Access::Evicted(self.entries.remove(0).0) } else { Access::Inserted };
        let to = match self.kind {
            PolicyKind::Lfu => self.entries.iter().filter(|entry| entry.1 <= 1).count(),
            _ => self.entries.len(),
        };
        self.entries.insert(to, (key, 1));
        outcome
    }

    fn access(&mut self, key: u32) -> Access {
        if self.used(key, false) { Access::Hit } else { self.insert(key) }
    }
}

fn follow(kind: PolicyKind, capacity: usize, steps: &[Step]) -> Result<(), proptest::test_runner::TestCaseError> {
    let mut cache = Simulator::new(kind, capacity);
    let mut reference = ReferenceArray { kind, capacity, entries: Vec::new() };
    for &step in steps {
        match step {
            Step::Access(key) => prop_assert_eq!(cache.access(key), reference.access(key)),
            Step::Insert(key) => prop_assert_eq!(cache.insert(key), reference.insert(key)),
            Step::Remove(key) => {
                prop_assert_eq!(cache.remove(key), reference.entries.iter().any(|entry| entry.0 == key));
                reference.entries.retain(|entry| entry.0 != key);
            }
            Step::Resize(capacity) => {
                cache.resize(capacity);
                reference.capacity = capacity;
                let surplus = reference.entries.len().saturating_sub(capacity);
                reference.entries.drain(..surplus);
            }
            Step::Clear => {
                cache.clear();
                reference.entries.clear();
            }
        }
        cache.validate();
        let mut keys: Vec<u32> = reference.entries.iter().map(|entry| entry.0).collect();
        keys.sort_unstable();
        prop_assert_eq!(cache.keys(), keys);
    }
    Ok(())
}

proptest! {
    #![proptest_config(proptest::test_runner::Config { cases: 64, failure_persistence: None, ..Default::default() })]

    #[test]
    fn lru_evicts_the_same_entries_as_the_reference(capacity in 1..40_usize, steps in vec(step(60), 1..600)) {
        follow(PolicyKind::Lru, capacity, &steps)?;
    }

    #[test]
    fn lfu_evicts_the_same_entries_as_the_reference(capacity in 1..40_usize, steps in vec(step(60), 1..600)) {
        follow(PolicyKind::Lfu, capacity, &steps)?;
    }

    #[test]
    fn fifo_evicts_the_same_entries_as_the_reference(capacity in 1..40_usize, steps in vec(step(60), 1..600)) {
        follow(PolicyKind::Fifo, capacity, &steps)?;
    }
}

#[test]
fn order_stays_exact_while_only_a_part_is_listed() {
    // New entries above and below the list bound, and outdated records, all occur.
    let mut random = Random::new(11);
    let steps: Vec<Step> = (0..3_000)
        .map(|_| {
            let key = u32::try_from(random.below(900).min(random.below(900))).unwrap();
            match random.below(20) {
                0 => Step::Remove(key),
                1 => Step::Insert(key),
                _ => Step::Access(key),
            }
        })
        .collect();
    for kind in [PolicyKind::Lru, PolicyKind::Lfu, PolicyKind::Fifo] {
        follow(kind, 300, &steps).unwrap();
    }
}

/// The order of [`ReferenceArray`] in a tree, for caches too large for a linear search at every
/// step.
struct ReferenceTree {
    kind: PolicyKind,
    /// By use count (0 unless `lfu`) and the time of the last use or insert.
    order: BTreeMap<(u64, u64), u32>,
    positions: HashMap<u32, (u64, u64)>,
    now: u64,
}

impl ReferenceTree {
    fn used(&mut self, key: u32, written: bool) {
        let before = self.positions.get(&key).copied();
        if before.is_some() && self.kind == PolicyKind::Fifo && !written {
            return;
        }
        self.now += 1;
        let uses = before.map_or(0, |position| position.0);
        let position = (uses + u64::from(self.kind == PolicyKind::Lfu), self.now);
        if let Some(before) = before {
            self.order.remove(&before);
        }
        self.order.insert(position, key);
        self.positions.insert(key, position);
    }

    fn remove(&mut self, key: u32) -> bool {
        self.positions.remove(&key).is_some_and(|position| self.order.remove(&position).is_some())
    }

    fn evict(&mut self) -> u32 {
        let (_, key) = self.order.pop_first().unwrap();
        self.positions.remove(&key);
        key
    }
}

/// Phases as they occur in programs: inserts, hits, removals, replacements, and a smaller capacity.
fn follow_in_a_large_cache(kind: PolicyKind, capacity: usize, seed: u64) {
    let mut random = Random::new(seed);
    let mut cache = Simulator::new(kind, capacity);
    let mut reference = ReferenceTree { kind, order: BTreeMap::new(), positions: HashMap::new(), now: 0 };
    let mut capacity = capacity;
    for phase in 0..8 {
        let keys = capacity as u64 * [2, 1, 3][phase % 3];
        for _ in 0..capacity {
            let key = u32::try_from(random.below(keys).min(random.below(keys))).unwrap();
            match random.below(100) {
                0..3 if phase % 4 == 1 => assert_eq!(cache.remove(key), reference.remove(key)),
                3..6 if phase % 4 == 3 => {
                    let present = reference.positions.contains_key(&key);
                    let evicted = (!present && reference.positions.len() == capacity).then(|| reference.evict());
                    assert_eq!(cache.insert(key), evicted.map_or(Access::Inserted, Access::Evicted));
                    reference.used(key, true);
                }
                _ if phase % 4 == 2 && !cache.contains(key) && random.below(50) > 0 => {}
                _ => {
                    let expected = if reference.positions.contains_key(&key) {
                        Access::Hit
                    } else if reference.positions.len() == capacity {
                        Access::Evicted(reference.evict())
                    } else {
                        Access::Inserted
                    };
                    reference.used(key, false);
                    assert_eq!(cache.access(key), expected, "{} {capacity}", kind.name());
                }
            }
        }
        cache.validate();
        if phase == 4 {
            capacity -= capacity / 3;
            cache.resize(capacity);
            while reference.positions.len() > capacity {
                reference.evict();
            }
        }
        let mut keys: Vec<u32> = reference.positions.keys().copied().collect();
        keys.sort_unstable();
        assert_eq!(cache.keys(), keys);
    }
}

#[test]
fn order_stays_exact_over_many_groups() {
    for kind in [PolicyKind::Lru, PolicyKind::Lfu, PolicyKind::Fifo] {
        for (capacity, seed) in [(4_097, 1), (40_000, 2)] {
            follow_in_a_large_cache(kind, capacity, seed);
        }
    }
}
