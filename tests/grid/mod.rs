//! Tests of every policy x expiry x sharing against a naive model, by random operations. The store
//! checks its own invariants after each step.

mod model;

use std::time::Duration;

use memokit::{Cache, LocalCache, ManualClock};
use proptest::prelude::*;

use model::Model;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    Unbounded,
    Lru,
    Lfu,
    Fifo,
    Random,
    Max,
}

impl Order {
    const ALL: [Self; 6] = [Self::Unbounded, Self::Lru, Self::Lfu, Self::Fifo, Self::Random, Self::Max];

    fn has_known_victims(self) -> bool {
        matches!(self, Self::Lru | Self::Lfu | Self::Fifo)
    }
}

#[derive(Clone, Copy, Debug)]
pub struct Expiry {
    ttl: Option<Duration>,
    idle: Option<Duration>,
}

impl Expiry {
    fn all() -> [Self; 4] {
        let (ttl, idle) = (Some(Duration::from_millis(70)), Some(Duration::from_millis(40)));
        [(None, None), (ttl, None), (None, idle), (ttl, idle)].map(|(ttl, idle)| Self { ttl, idle })
    }
}

#[derive(Clone, Debug)]
enum Step {
    Get(u8),
    Insert(u8, u32),
    Load(u8, u32),
    Peek(u8),
    Contains(u8),
    Remove(u8),
    Advance(u8),
    Retain(u8),
    Resize(usize),
    Sweep,
    Clear,
}

fn step() -> impl Strategy<Value = Step> {
    let key = 0..40u8;
    prop_oneof![
        8 => key.clone().prop_map(Step::Get),
        5 => (key.clone(), any::<u32>()).prop_map(|(k, v)| Step::Insert(k, v)),
        8 => (key.clone(), any::<u32>()).prop_map(|(k, v)| Step::Load(k, v)),
        1 => key.clone().prop_map(Step::Peek),
        1 => key.clone().prop_map(Step::Contains),
        2 => key.prop_map(Step::Remove),
        3 => (1..50u8).prop_map(Step::Advance),
        1 => (2..5u8).prop_map(Step::Retain),
        1 => (0..30usize).prop_map(Step::Resize),
        1 => Just(Step::Sweep),
        1 => Just(Step::Clear),
    ]
}

/// One body for both kinds of cache, which have the same methods.
macro_rules! run {
    ($cache:expr, $clock:expr, $model:expr, $steps:expr) => {{
        let (cache, clock, mut model) = ($cache, $clock, $model);
        for step in $steps {
            match step {
                Step::Get(key) => assert_eq!(cache.get(&key), model.get(key)),
                Step::Insert(key, value) => {
                    cache.insert(key, value);
                    model.insert(key, value);
                }
                Step::Load(key, value) => {
                    let expected = model.get(key).unwrap_or_else(|| {
                        model.insert(key, value);
                        value
                    });
                    assert_eq!(cache.get_or_insert_with(key, || value), expected);
                }
                Step::Peek(key) => assert_eq!(cache.peek(&key), model.peek(key)),
                Step::Contains(key) => assert_eq!(cache.contains(&key), model.peek(key).is_some()),
                Step::Remove(key) => assert_eq!(cache.remove(&key), model.remove(key)),
                Step::Advance(millis) => {
                    let by = Duration::from_millis(millis.into());
                    clock.advance(by);
                    model.advance(by);
                }
                Step::Retain(n) => {
                    cache.retain(|key, _| key % n != 0);
                    model.retain(|key| key % n != 0);
                }
                Step::Resize(bound) => {
                    cache.resize(bound);
                    model.resize(bound);
                }
                Step::Sweep => _ = cache.run_pending(),
                Step::Clear => {
                    cache.clear();
                    model.clear();
                }
            }
            cache.validate();
            let there: Vec<_> = cache.iter().map(|entry| (*entry.key(), *entry.value())).collect();
            model.follow(&there);
            let info = cache.info();
            assert!(info.currsize >= there.len(), "expired entries count until they are swept");
            assert_eq!((info.hits, info.misses), (model.hits, model.misses));
        }
    }};
}

macro_rules! built {
    ($cache:ident, $order:expr, $expiry:expr, $bound:expr, $clock:expr) => {{
        let mut builder = $cache::<u8, u32>::builder().clock($clock.clone()).seed(7);
        builder = match $order {
            Order::Unbounded => builder,
            Order::Lru => builder.lru($bound),
            Order::Lfu => builder.lfu($bound),
            Order::Fifo => builder.fifo($bound),
            Order::Random => builder.random($bound),
            Order::Max => builder.max($bound),
        };
        if let Some(ttl) = $expiry.ttl {
            builder = builder.ttl(ttl);
        }
        if let Some(idle) = $expiry.idle {
            builder = builder.idle(idle);
        }
        builder.build()
    }};
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_policy_and_expiry_agrees_with_the_model_shared(
        bound in prop_oneof![Just(0usize), Just(1), 2..25usize],
        steps in prop::collection::vec(step(), 1..120),
    ) {
        for order in Order::ALL {
            for expiry in Expiry::all() {
                let clock = ManualClock::new();
                let cache = built!(Cache, order, expiry, bound, clock);
                run!(cache, clock, Model::new(order, expiry, bound), steps.clone());
            }
        }
    }

    #[test]
    fn every_policy_and_expiry_agrees_with_the_model_local(
        bound in prop_oneof![Just(0usize), Just(1), 2..25usize],
        steps in prop::collection::vec(step(), 1..120),
    ) {
        for order in Order::ALL {
            for expiry in Expiry::all() {
                let clock = ManualClock::new();
                let cache = built!(LocalCache, order, expiry, bound, clock);
                run!(cache, clock, Model::new(order, expiry, bound), steps.clone());
            }
        }
    }
}
