//! `lru`, `lfu` and `fifo` against the shortest programs that do the same: an array, searched and sorted at every step.

use std::collections::{BTreeMap, HashMap};

use proptest::collection::vec;
use proptest::prelude::{Strategy, any, prop_assert_eq, prop_oneof, proptest};

use super::model::{Model, Outcome};
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
        // The lower half of the keys is asked for more often.
        60 => (0..keys, any::<bool>()).prop_map(move |(key, any)| Step::Access(if any { key } else { key / 2 })),
        5 => (0..keys).prop_map(Step::Insert),
        5 => (0..keys).prop_map(Step::Remove),
        1 => (1..40_usize).prop_map(Step::Resize),
        1 => proptest::strategy::Just(Step::Clear),
    ]
}

/// The order of leaving, least first: key, uses, last use.
struct Naive {
    kind: PolicyKind,
    capacity: usize,
    entries: Vec<(u32, u64)>,
}

impl Naive {
    /// The key was used: it is where the policy wants it among the others.
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

    fn insert(&mut self, key: u32) -> Outcome {
        if self.used(key, true) {
            return Outcome::Kept;
        }
        let full = self.entries.len() == self.capacity;
        let outcome = if full { Outcome::Evicted(self.entries.remove(0).0) } else { Outcome::Kept };
        let to = match self.kind {
            PolicyKind::Lfu => self.entries.iter().filter(|entry| entry.1 <= 1).count(),
            _ => self.entries.len(),
        };
        self.entries.insert(to, (key, 1));
        outcome
    }

    fn access(&mut self, key: u32) -> Outcome {
        if self.used(key, false) { Outcome::Hit } else { self.insert(key) }
    }
}

fn follow(kind: PolicyKind, capacity: usize, steps: &[Step]) -> Result<(), proptest::test_runner::TestCaseError> {
    let mut model = Model::new(kind, capacity);
    let mut naive = Naive { kind, capacity, entries: Vec::new() };
    for &step in steps {
        match step {
            Step::Access(key) => prop_assert_eq!(model.access(key), naive.access(key)),
            Step::Insert(key) => prop_assert_eq!(model.insert(key), naive.insert(key)),
            Step::Remove(key) => {
                prop_assert_eq!(model.remove(key), naive.entries.iter().any(|entry| entry.0 == key));
                naive.entries.retain(|entry| entry.0 != key);
            }
            Step::Resize(capacity) => {
                model.resize(capacity);
                naive.capacity = capacity;
                let surplus = naive.entries.len().saturating_sub(capacity);
                naive.entries.drain(..surplus);
            }
            Step::Clear => {
                model.clear();
                naive.entries.clear();
            }
        }
        model.validate();
        let mut keys: Vec<u32> = naive.entries.iter().map(|entry| entry.0).collect();
        keys.sort_unstable();
        prop_assert_eq!(model.keys(), keys);
    }
    Ok(())
}

proptest! {
    #![proptest_config(proptest::test_runner::Config { cases: 64, failure_persistence: None, ..Default::default() })]

    #[test]
    fn lru_evicts_what_a_plain_list_would(capacity in 1..40_usize, steps in vec(step(60), 1..600)) {
        follow(PolicyKind::Lru, capacity, &steps)?;
    }

    #[test]
    fn lfu_evicts_what_a_plain_list_would(capacity in 1..40_usize, steps in vec(step(60), 1..600)) {
        follow(PolicyKind::Lfu, capacity, &steps)?;
    }

    #[test]
    fn fifo_evicts_what_a_plain_list_would(capacity in 1..40_usize, steps in vec(step(60), 1..600)) {
        follow(PolicyKind::Fifo, capacity, &steps)?;
    }
}

#[test]
fn order_stays_exact_where_only_a_part_is_ranked() {
    // Above 160 entries a list holds a tenth of them: horizons, newcomers below them and outdated records all occur.
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

/// The same order as [`Naive`]'s in a tree, for caches that are too large to be searched from end to end.
struct Ordered {
    kind: PolicyKind,
    /// By uses (always 0 but for `lfu`) and last use or arrival.
    order: BTreeMap<(u64, u64), u32>,
    places: HashMap<u32, (u64, u64)>,
    now: u64,
}

impl Ordered {
    fn used(&mut self, key: u32, written: bool) {
        let before = self.places.get(&key).copied();
        if before.is_some() && self.kind == PolicyKind::Fifo && !written {
            return;
        }
        self.now += 1;
        let uses = before.map_or(0, |place| place.0);
        let place = (uses + u64::from(self.kind == PolicyKind::Lfu), self.now);
        if let Some(before) = before {
            self.order.remove(&before);
        }
        self.order.insert(place, key);
        self.places.insert(key, place);
    }

    fn remove(&mut self, key: u32) -> bool {
        self.places.remove(&key).is_some_and(|place| self.order.remove(&place).is_some())
    }

    fn evict(&mut self) -> u32 {
        let (_, key) = self.order.pop_first().unwrap();
        self.places.remove(&key);
        key
    }
}

/// Phases as they come in programs: newcomers only, hits only, both, removals, smaller and larger again.
fn follow_in_a_large_cache(kind: PolicyKind, capacity: usize, seed: u64) {
    let mut random = Random::new(seed);
    let mut model = Model::new(kind, capacity);
    let mut plain = Ordered { kind, order: BTreeMap::new(), places: HashMap::new(), now: 0 };
    let mut capacity = capacity;
    for phase in 0..8 {
        let keys = capacity as u64 * [2, 1, 3][phase % 3];
        for _ in 0..capacity {
            let key = u32::try_from(random.below(keys).min(random.below(keys))).unwrap();
            match random.below(100) {
                0..3 if phase % 4 == 1 => assert_eq!(model.remove(key), plain.remove(key)),
                3..6 if phase % 4 == 3 => {
                    let known = plain.places.contains_key(&key);
                    let evicted = (!known && plain.places.len() == capacity).then(|| plain.evict());
                    assert_eq!(model.insert(key), evicted.map_or(Outcome::Kept, Outcome::Evicted));
                    plain.used(key, true);
                }
                _ if phase % 4 == 2 && !model.contains(key) && random.below(50) > 0 => {}
                _ => {
                    let expected = if plain.places.contains_key(&key) {
                        Outcome::Hit
                    } else if plain.places.len() == capacity {
                        Outcome::Evicted(plain.evict())
                    } else {
                        Outcome::Kept
                    };
                    plain.used(key, false);
                    assert_eq!(model.access(key), expected, "{} {capacity}", kind.name());
                }
            }
        }
        model.validate();
        if phase == 4 {
            capacity -= capacity / 3;
            model.resize(capacity);
            while plain.places.len() > capacity {
                plain.evict();
            }
        }
        let mut keys: Vec<u32> = plain.places.keys().copied().collect();
        keys.sort_unstable();
        assert_eq!(model.keys(), keys);
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
