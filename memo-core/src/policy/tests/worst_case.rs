//! No single call takes long, however large the cache. Counted in ranks read, because time is not
//! repeatable.

use super::simulator::Simulator;
use crate::policy::PolicyKind;
use crate::random::Random;

const CAPACITY: u32 = 70_000;

/// The most ranks that one of these accesses read.
fn max_ranks_read(cache: &mut Simulator, keys: impl IntoIterator<Item = u32>) -> u64 {
    let reads = keys.into_iter().map(|key| {
        let before = cache.ranks_read();
        cache.access(key);
        cache.ranks_read() - before
    });
    reads.max().unwrap_or(0)
}

#[test]
fn no_access_to_a_large_cache_reads_more_than_three_groups_of_ranks() {
    for kind in [PolicyKind::Lru, PolicyKind::Lfu, PolicyKind::Max] {
        let mut cache = Simulator::new(kind, CAPACITY as usize);
        let mut random = Random::new(1);
        let mut max = max_ranks_read(&mut cache, 0..2 * CAPACITY);
        // Every entry is hit, in any order, and several times: all lists are outdated.
        for _ in 0..3 * CAPACITY {
            cache.hit(CAPACITY + u32::try_from(random.below(CAPACITY.into())).unwrap());
        }
        max = max.max(max_ranks_read(&mut cache, 3 * CAPACITY..4 * CAPACITY));
        let mixed = (4 * CAPACITY..5 * CAPACITY).flat_map(|key| [key, key - CAPACITY / 2, key - CAPACITY + 10]);
        max = max.max(max_ranks_read(&mut cache, mixed));
        assert!(max <= 3 * 4_096, "{}: {max} ranks", kind.name());
        cache.validate();
    }
}

#[test]
fn a_large_cache_that_was_hit_everywhere_still_evicts_old_entries_first() {
    // More groups than one call may read, and all their lists outdated at once.
    let mut cache = Simulator::new(PolicyKind::Lru, CAPACITY as usize);
    cache.run(0..CAPACITY);
    let mut keys: Vec<u32> = (0..CAPACITY).collect();
    let mut random = Random::new(2);
    for at in (1..keys.len()).rev() {
        keys.swap(at, usize::try_from(random.below(at as u64 + 1)).unwrap());
    }
    for &key in &keys {
        assert!(cache.hit(key));
    }
    cache.run(CAPACITY..CAPACITY + CAPACITY / 10);
    // The victims are the oldest entries, but for the few before every group had been read.
    let oldest = &keys[..CAPACITY as usize / 10];
    let left = oldest.iter().filter(|&&key| cache.contains(key)).count();
    assert!(left <= CAPACITY as usize / 4_096, "{left} of the oldest are left");
}
