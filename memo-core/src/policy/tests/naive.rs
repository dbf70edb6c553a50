//! `lru`, `lfu` and `fifo` against the shortest programs that do the same: an array, searched and sorted at every step.

use proptest::collection::vec;
use proptest::prelude::{Strategy, any, prop_assert_eq, prop_oneof, proptest};

use super::model::{Model, Outcome};
use crate::policy::PolicyKind;

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
    // Above 128 entries a ranking holds an eighth of them: horizons, newcomers below them and outdated records all occur.
    let mut random = crate::random::Random::new(11);
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
