//! The largest number of hits that any cache can have: Belady, "A study of replacement algorithms
//! for a virtual-storage computer" (IBM Systems Journal, 1966). The victim is the entry whose next
//! use is furthest in the future, the new entry included.

use std::collections::{BTreeSet, HashMap};

/// Later than any call.
const NEVER: usize = usize::MAX;

/// How many of the calls are hits.
pub(super) fn hits(keys: &[u32], capacity: usize) -> usize {
    // Ordered by the next use; entries without one in any order.
    let mut entries: BTreeSet<(usize, u32)> = BTreeSet::new();
    let mut hits = 0;
    for (now, (&key, next)) in keys.iter().zip(next_uses(keys)).enumerate() {
        // A cached entry is in the set with its predicted next use, which is now.
        hits += usize::from(entries.remove(&(now, key)));
        entries.insert((next, key));
        if entries.len() > capacity {
            entries.pop_last();
        }
    }
    hits
}

/// For each call, the time of the next call with the same key.
fn next_uses(keys: &[u32]) -> Vec<usize> {
    let mut seen = HashMap::new();
    let mut next: Vec<usize> = (0..keys.len()).rev().map(|now| seen.insert(keys[now], now).unwrap_or(NEVER)).collect();
    next.reverse();
    next
}

#[cfg(test)]
mod tests {
    use super::hits;
    use crate::workload::Random;

    /// Tries every choice of the entries to keep after each call; sets of keys are bit sets.
    fn most_hits(keys: &[u32], capacity: u32, cached: u32) -> usize {
        let Some((&key, rest)) = keys.split_first() else { return 0 };
        let known = cached | 1 << key;
        let members = (0..u32::BITS).filter(|other| known >> other & 1 == 1);
        let smaller = members.map(|other| known & !(1 << other)).filter(|cached| cached.count_ones() <= capacity);
        let best = smaller.map(|cached| most_hits(rest, capacity, cached)).max().unwrap_or(0);
        let all = if known.count_ones() <= capacity { most_hits(rest, capacity, known) } else { 0 };
        usize::from(cached == known) + best.max(all)
    }

    #[test]
    fn no_choice_of_victims_has_more_hits() {
        let mut random = Random::new(5);
        for capacity in 1..=2 {
            for _ in 0..20 {
                let keys: Vec<u32> = (0..9).map(|_| (random.next() >> 40) as u32 % 4).collect();
                assert_eq!(hits(&keys, capacity), most_hits(&keys, u32::try_from(capacity).unwrap(), 0), "{keys:?}");
            }
        }
    }

    #[test]
    fn a_loop_hits_with_the_part_that_fits() {
        let loops: Vec<u32> = (0..10).cycle().take(100).collect();
        assert_eq!(hits(&loops, 10), 90);
        assert_eq!(hits(&loops, 9), 81);
    }
}
