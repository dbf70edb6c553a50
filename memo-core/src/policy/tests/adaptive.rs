//! `max` on workloads made to be hard: scans, loops, and the change from one to another.

use std::ops::Range;

use super::model::{Model, Outcome};
use crate::policy::PolicyKind;
use crate::random::Random;

fn hits(model: &mut Model, keys: impl IntoIterator<Item = u32>) -> f64 {
    let (mut hits, mut all) = (0, 0);
    for key in keys {
        hits += u32::from(model.access(key) == Outcome::Hit);
        all += 1;
    }
    f64::from(hits) / f64::from(all)
}

fn loops(keys: Range<u32>, accesses: usize) -> impl Iterator<Item = u32> {
    keys.cycle().take(accesses)
}

/// Keys of which the small ones are much more likely.
fn skewed(seed: u64, most: u32, accesses: usize) -> impl Iterator<Item = u32> {
    let mut random = Random::new(seed);
    let bounds: Vec<f64> = (1..=most).map(f64::from).collect();
    let key = move || {
        let drawn = f64::from(most).powf(random.fraction());
        u32::try_from(bounds.partition_point(|&bound| bound <= drawn)).unwrap()
    };
    std::iter::repeat_with(key).take(accesses)
}

#[test]
fn a_loop_that_does_not_fit_is_hit_by_the_part_that_does() {
    for (capacity, keys) in [(64, 100), (64, 1_000), (500, 600), (500, 5_000)] {
        let mut model = Model::new(PolicyKind::Max, capacity);
        hits(&mut model, loops(0..keys, 20 * keys as usize));
        let (settled, part) = (hits(&mut model, loops(0..keys, 10 * keys as usize)), f64::from(keys).recip());
        let part = f64::from(u32::try_from(capacity).unwrap()) * part;
        assert!(settled > 0.95 * part, "{capacity} of {keys}: {settled}");
    }
}

#[test]
fn a_loop_that_is_over_is_noticed() {
    for capacity in [64, 500, 4_000] {
        let mut model = Model::new(PolicyKind::Max, capacity);
        let size = u32::try_from(capacity).unwrap();
        hits(&mut model, loops(0..3 * size, 60 * capacity));
        // Another program, whose keys all fit: after some misses they are all there.
        let hot = 1_000_000..1_000_000 + size / 2;
        hits(&mut model, loops(hot.clone(), 1_500 + 4 * capacity));
        let settled = hits(&mut model, loops(hot, capacity));
        assert!(settled > 0.99, "{capacity}: {settled}");
    }
}

#[test]
fn a_scan_leaves_what_is_used_again() {
    let mut model = Model::new(PolicyKind::Max, 200);
    for round in 0..20 {
        hits(&mut model, loops(0..100, 500));
        // Five times the cache, never seen again.
        hits(&mut model, 10_000 + 1_000 * round..11_000 + 1_000 * round);
    }
    let kept = (0..100).filter(|&key| model.contains(key)).count();
    assert!(kept > 90, "{kept}");
}

#[test]
fn skewed_use_is_hit_more_often_than_by_lru() {
    for capacity in [50, 200, 1_000] {
        let [lru, max] = [PolicyKind::Lru, PolicyKind::Max]
            .map(|kind| hits(&mut Model::new(kind, capacity), skewed(1, 5_000, 40_000)));
        assert!(max > lru, "{capacity}: {max} {lru}");
    }
}

#[test]
fn what_is_popular_may_change() {
    let mut model = Model::new(PolicyKind::Max, 100);
    let mut late = 0.0;
    for phase in 0..10 {
        let shifted = |accesses| skewed(phase.into(), 90, accesses).map(move |key| key + 1_000 * phase);
        hits(&mut model, shifted(1_000));
        late += hits(&mut model, shifted(1_000)) / 10.0;
    }
    assert!(late > 0.98, "{late}");
}

#[test]
fn nothing_is_lost_where_nothing_can_be_gained() {
    // Hardly any hits, and keys that all return after long: looks like a loop, is none, and a closed door must do no harm.
    let uniform = || {
        let mut random = Random::new(9);
        std::iter::repeat_with(move || u32::try_from(random.below(3_000)).unwrap()).take(100_000)
    };
    let [lru, max] = [PolicyKind::Lru, PolicyKind::Max].map(|kind| hits(&mut Model::new(kind, 100), uniform()));
    assert!((lru - max).abs() < 0.005, "{lru} {max}");
}

#[test]
fn what_is_popular_may_drift() {
    // One key in 20 accesses falls behind for ever, however often it was used: whoever keeps it for old merits loses to LRU.
    let drifting = || skewed(2, 5_000, 60_000).zip(0_u32..).map(|(key, step)| key + step / 20);
    for capacity in [64, 256, 1_024] {
        let [lru, max] =
            [PolicyKind::Lru, PolicyKind::Max].map(|kind| hits(&mut Model::new(kind, capacity), drifting()));
        assert!(max > lru - 0.01, "{capacity}: {lru} {max}");
    }
}

#[test]
fn keys_that_come_back_after_very_different_times_are_no_loop() {
    // Each access goes to a random place in the order of last use, mostly deeper than the cache reaches. What is inside would get fewer
    // hits than what comes in.
    let mut random = Random::new(3);
    let mut order: Vec<u32> = (0..5_000).collect();
    let keys: Vec<u32> = std::iter::repeat_with(|| {
        let most = 1 + random.below(order.len() as u64);
        let depth = usize::try_from(random.below(most)).unwrap();
        let key = order.remove(order.len() - 1 - depth);
        order.push(key);
        key
    })
    .take(40_000)
    .collect();
    let [lru, max] =
        [PolicyKind::Lru, PolicyKind::Max].map(|kind| hits(&mut Model::new(kind, 64), keys.iter().copied()));
    assert!(max > lru - 0.01, "{lru} {max}");
}
