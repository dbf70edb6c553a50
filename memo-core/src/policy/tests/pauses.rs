//! No single call may take long, however large the cache: counted in marks that it reads, because time is not repeatable.

use super::model::Model;
use crate::policy::PolicyKind;
use crate::random::Random;

const CAPACITY: u32 = 70_000;

/// The most marks that one of these accesses read.
fn most_looks(model: &mut Model, keys: impl IntoIterator<Item = u32>) -> u64 {
    let looks = keys.into_iter().map(|key| {
        let before = model.looks();
        model.access(key);
        model.looks() - before
    });
    looks.max().unwrap_or(0)
}

#[test]
fn no_access_to_a_large_cache_reads_more_than_three_groups_of_marks() {
    for kind in [PolicyKind::Lru, PolicyKind::Lfu, PolicyKind::Max] {
        let mut model = Model::new(kind, CAPACITY as usize);
        let mut random = Random::new(1);
        let mut most = most_looks(&mut model, 0..2 * CAPACITY);
        // Everything is hit, in any order, and several times: whatever was known of the order is void.
        for _ in 0..3 * CAPACITY {
            model.hit(CAPACITY + u32::try_from(random.below(CAPACITY.into())).unwrap());
        }
        most = most.max(most_looks(&mut model, 3 * CAPACITY..4 * CAPACITY));
        let mixed = (4 * CAPACITY..5 * CAPACITY).flat_map(|key| [key, key - CAPACITY / 2, key - CAPACITY + 10]);
        most = most.max(most_looks(&mut model, mixed));
        assert!(most <= 3 * 4_096, "{}: {most} ranks", kind.name());
        model.validate();
    }
}

#[test]
fn a_large_cache_that_was_hit_everywhere_still_evicts_old_entries_first() {
    // More groups than one call may read, all of them void at once.
    let mut model = Model::new(PolicyKind::Lru, CAPACITY as usize);
    model.run(0..CAPACITY);
    let mut keys: Vec<u32> = (0..CAPACITY).collect();
    let mut random = Random::new(2);
    for at in (1..keys.len()).rev() {
        keys.swap(at, usize::try_from(random.below(at as u64 + 1)).unwrap());
    }
    for &key in &keys {
        assert!(model.hit(key));
    }
    model.run(CAPACITY..CAPACITY + CAPACITY / 10);
    // All but the few that went before every group had been read are the very oldest.
    let oldest = &keys[..CAPACITY as usize / 10];
    let left = oldest.iter().filter(|&&key| model.contains(key)).count();
    assert!(left <= CAPACITY as usize / 4_096, "{left} of the oldest are left");
}
