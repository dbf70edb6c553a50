//! `max` on hard workloads: scans, loops, and changes from one to another.

use std::ops::Range;

use super::simulator::{Access, Simulator};
use crate::policy::PolicyKind;
use crate::random::Random;

fn hits(cache: &mut Simulator, keys: impl IntoIterator<Item = u32>) -> f64 {
    let (mut hits, mut all) = (0, 0);
    for key in keys {
        hits += u32::from(cache.access(key) == Access::Hit);
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
fn a_loop_that_does_not_fit_hits_the_part_that_does() {
    for (capacity, keys) in [(64, 100), (64, 1_000), (500, 600), (500, 5_000)] {
        let mut cache = Simulator::new(PolicyKind::Max, capacity);
        hits(&mut cache, loops(0..keys, 20 * keys as usize));
        let settled = hits(&mut cache, loops(0..keys, 10 * keys as usize));
        let fitting = f64::from(u32::try_from(capacity).unwrap()) / f64::from(keys);
        assert!(settled > 0.95 * fitting, "{capacity} of {keys}: {settled}");
    }
}

#[test]
fn the_end_of_a_loop_is_detected() {
    for capacity in [64, 500, 4_000] {
        let mut cache = Simulator::new(PolicyKind::Max, capacity);
        let size = u32::try_from(capacity).unwrap();
        hits(&mut cache, loops(0..3 * size, 60 * capacity));
        // Another program, whose keys all fit: after some misses they are all there.
        let hot = 1_000_000..1_000_000 + size / 2;
        hits(&mut cache, loops(hot.clone(), 1_500 + 4 * capacity));
        let settled = hits(&mut cache, loops(hot, capacity));
        assert!(settled > 0.99, "{capacity}: {settled}");
    }
}

#[test]
fn a_scan_does_not_evict_entries_that_are_used_again() {
    let mut cache = Simulator::new(PolicyKind::Max, 200);
    for round in 0..20 {
        hits(&mut cache, loops(0..100, 500));
        // Five times the cache, never used again.
        hits(&mut cache, 10_000 + 1_000 * round..11_000 + 1_000 * round);
    }
    let present = (0..100).filter(|&key| cache.contains(key)).count();
    assert!(present > 90, "{present}");
}

#[test]
fn skewed_keys_hit_more_often_than_with_lru() {
    for capacity in [50, 200, 1_000] {
        let [lru, max] = [PolicyKind::Lru, PolicyKind::Max]
            .map(|kind| hits(&mut Simulator::new(kind, capacity), skewed(1, 5_000, 40_000)));
        assert!(max > lru, "{capacity}: {max} {lru}");
    }
}

#[test]
fn popularity_may_jump() {
    let mut cache = Simulator::new(PolicyKind::Max, 100);
    let mut late = 0.0;
    for phase in 0..10 {
        let shifted = |accesses| skewed(phase.into(), 90, accesses).map(move |key| key + 1_000 * phase);
        hits(&mut cache, shifted(1_000));
        late += hits(&mut cache, shifted(1_000)) / 10.0;
    }
    assert!(late > 0.98, "{late}");
}

#[test]
fn nothing_is_lost_where_nothing_can_be_gained() {
    // Hardly any hits, and keys that all return after a long time: this looks like a loop and is
    // none, and suspended admission must do no harm.
    let uniform = || {
        let mut random = Random::new(9);
        std::iter::repeat_with(move || u32::try_from(random.below(3_000)).unwrap()).take(100_000)
    };
    let [lru, max] = [PolicyKind::Lru, PolicyKind::Max].map(|kind| hits(&mut Simulator::new(kind, 100), uniform()));
    assert!((lru - max).abs() < 0.005, "{lru} {max}");
}

#[test]
fn popularity_may_drift() {
    // Every 20 accesses one key is never used again, however often it was used before: a policy
    // that keeps it for its old uses loses to LRU.
    let drifting = || skewed(2, 5_000, 60_000).zip(0_u32..).map(|(key, step)| key + step / 20);
    for capacity in [64, 256, 1_024] {
        let [lru, max] =
            [PolicyKind::Lru, PolicyKind::Max].map(|kind| hits(&mut Simulator::new(kind, capacity), drifting()));
        assert!(max > lru - 0.01, "{capacity}: {lru} {max}");
    }
}

#[test]
fn keys_with_very_different_reuse_times_are_no_loop() {
    // Each access goes to a random position in the order of last use, mostly deeper than the cache
    // reaches. The entries in the cache would get fewer hits than the keys that miss.
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
        [PolicyKind::Lru, PolicyKind::Max].map(|kind| hits(&mut Simulator::new(kind, 64), keys.iter().copied()));
    assert!(max > lru - 0.01, "{lru} {max}");
}
