//! The most hits that any cache could have: Belady, "A study of replacement algorithms for a virtual-storage computer" (IBM Systems
//! Journal, 1966). Who leaves is whose next use is furthest away, the newcomer included.

use std::collections::{BTreeSet, HashMap};

/// Later than any call.
const NEVER: usize = usize::MAX;

/// How many of the calls would be hits.
pub(super) fn hits(keys: &[u32], capacity: usize) -> usize {
    // By the next use; those without one in any order.
    let mut entries: BTreeSet<(usize, u32)> = BTreeSet::new();
    let mut hits = 0;
    for (now, (&key, next)) in keys.iter().zip(next_uses(keys)).enumerate() {
        // Whoever is in is there under the next use as it was foreseen, which is now.
        hits += usize::from(entries.remove(&(now, key)));
        entries.insert((next, key));
        if entries.len() > capacity {
            entries.pop_last();
        }
    }
    hits
}

/// For each call, when its key is used again.
fn next_uses(keys: &[u32]) -> Vec<usize> {
    let mut seen = HashMap::new();
    let mut next: Vec<usize> = (0..keys.len()).rev().map(|at| seen.insert(keys[at], at).unwrap_or(NEVER)).collect();
    next.reverse();
    next
}

#[cfg(test)]
mod tests {
    use super::hits;
    use crate::draw::Random;

    /// Tries everything: whom to keep, as a set of bits, after each call.
    fn most_hits(keys: &[u32], capacity: u32, kept: u32) -> usize {
        let Some((&key, rest)) = keys.split_first() else { return 0 };
        let known = kept | 1 << key;
        let members = (0..u32::BITS).filter(|other| known >> other & 1 == 1);
        let smaller = members.map(|other| known & !(1 << other)).filter(|kept| kept.count_ones() <= capacity);
        let best = smaller.map(|kept| most_hits(rest, capacity, kept)).max().unwrap_or(0);
        let all = if known.count_ones() <= capacity { most_hits(rest, capacity, known) } else { 0 };
        usize::from(kept == known) + best.max(all)
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
    fn of_a_loop_the_part_that_fits_is_hit() {
        let loops: Vec<u32> = (0..10).cycle().take(100).collect();
        assert_eq!(hits(&loops, 10), 90);
        assert_eq!(hits(&loops, 9), 81);
    }
}
