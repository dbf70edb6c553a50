//! What holds for every policy, whatever happens to the cache.

use super::simulator::{Access, KINDS, Simulator};
use crate::policy::PolicyKind;
use crate::random::Random;

#[test]
fn invariants_hold_after_every_step() {
    for kind in KINDS {
        for capacity in [1, 2, 16, 17, 50] {
            let mut random = Random::new(capacity);
            let mut cache = Simulator::new(kind, usize::try_from(capacity).unwrap());
            for step in 0..4_000_u32 {
                let key = u32::try_from(random.below(3 * capacity).min(random.below(3 * capacity))).unwrap();
                match random.below(200) {
                    0 => cache.clear(),
                    1 => cache.resize(usize::try_from(random.below(2 * capacity)).unwrap()),
                    2..8 => assert_eq!(cache.contains(key), cache.remove(key)),
                    8..14 => assert_ne!(cache.insert(key), Access::Hit),
                    // Something that looks like a loop from time to time.
                    _ if step / 500 % 2 == 0 => cache.run([step % u32::try_from(capacity * 2).unwrap()]),
                    _ => cache.run([key]),
                }
                cache.validate();
            }
        }
    }
}

#[test]
fn nothing_is_evicted_while_there_is_room() {
    for kind in KINDS {
        for capacity in [1, 2, 16, 17, 128, 1_000] {
            let mut cache = Simulator::new(kind, capacity);
            let keys = 0..u32::try_from(capacity).unwrap();
            assert!(keys.clone().all(|key| cache.access(key) == Access::Inserted), "{} {capacity}", kind.name());
            assert!(keys.clone().all(|key| cache.access(key) == Access::Hit), "{} {capacity}", kind.name());
        }
    }
}

#[test]
fn a_resized_cache_keeps_as_much_as_fits() {
    for kind in KINDS {
        let mut cache = Simulator::new(kind, 100);
        for capacity in [100, 30, 10, 16, 17, 3, 200, 8, 0, 40] {
            let before = cache.keys();
            cache.resize(capacity);
            cache.validate();
            assert_eq!(cache.len(), before.len().min(capacity), "{} {capacity}", kind.name());
            assert!(cache.keys().iter().all(|key| before.contains(key)));
            for key in 0..300 {
                cache.access(key % 150);
                cache.validate();
            }
            assert_eq!(cache.len(), capacity.min(150), "{} {capacity}", kind.name());
        }
    }
}

#[test]
fn recency_decides_in_a_cache_that_was_resized_to_a_small_one() {
    let mut cache = Simulator::new(PolicyKind::Max, 64);
    cache.run(0..200);
    cache.resize(4);
    cache.run(300..304);
    assert_eq!(cache.access(300), Access::Hit);
    assert_eq!(cache.access(400), Access::Evicted(301));
}

#[test]
fn a_cleared_cache_starts_anew() {
    for kind in KINDS {
        let mut cache = Simulator::new(kind, 20);
        cache.run(0..50);
        cache.clear();
        cache.validate();
        assert_eq!(cache.len(), 0);
        assert!((100..120).all(|key| cache.access(key) == Access::Inserted));
        assert!((100..120).all(|key| cache.access(key) == Access::Hit));
        cache.validate();
    }
}

#[test]
fn removals_and_inserts_without_a_victim_leave_no_trace() {
    for kind in KINDS {
        let mut cache = Simulator::new(kind, 40);
        cache.run(0..60);
        // Below capacity no victim is ever chosen, so outdated records would have to pile up.
        cache.resize(60);
        for key in 1_000..5_000 {
            cache.access(key);
            assert!(cache.remove(key) || kind == PolicyKind::Max);
        }
        cache.validate();
        let keys = cache.keys();
        assert!(keys.iter().all(|&key| cache.access(key) == Access::Hit));
    }
}

#[test]
fn choosing_a_victim_reads_a_few_ranks_on_average() {
    // New keys that are never used again among hits and removals: slots are reused in every way
    // there is.
    for kind in KINDS {
        let mut random = Random::new(3);
        let mut cache = Simulator::new(kind, 2_000);
        // Used twice, so that `lfu` keeps all of them and gives one slot to each new key in turn.
        cache.run((0..2_000).chain(0..2_000));
        let (accesses, before) = (20_000_u32, cache.ranks_read());
        for step in 0..accesses {
            let key = u32::try_from(random.below(2_000)).unwrap();
            cache.hit(key);
            cache.access(10_000 + step);
            if step % 10 == 0 && cache.remove(10_000 + step) {
                cache.access(key);
            }
        }
        let ranks = (cache.ranks_read() - before) / u64::from(accesses);
        assert!(ranks < 20, "{}: {ranks} ranks read per access", kind.name());
    }
}

#[test]
fn the_names_are_the_words_of_the_attribute() {
    assert_eq!(KINDS.map(PolicyKind::name), ["lru", "lfu", "fifo", "random", "max"]);
}
