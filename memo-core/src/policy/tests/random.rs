//! `random`: uniform and repeatable.

use super::simulator::{Access, Simulator};
use crate::policy::PolicyKind;

fn victims(seed: u64, capacity: u32, inserts: u32) -> Vec<u32> {
    let mut cache = Simulator::new(PolicyKind::Random { seed }, capacity as usize);
    (0..capacity).for_each(|key| assert_eq!(cache.access(key), Access::Inserted));
    let accesses = (capacity..capacity + inserts).map(|key| cache.access(key));
    accesses
        .map(|access| match access {
            Access::Evicted(key) => key,
            other => panic!("an insert into a full cache evicts: {other:?}"),
        })
        .collect()
}

#[test]
fn equal_seeds_give_equal_victims_and_others_do_not() {
    assert_eq!(victims(1, 50, 500), victims(1, 50, 500));
    assert_ne!(victims(1, 50, 500), victims(2, 50, 500));
}

#[test]
fn every_entry_is_evicted_with_the_same_probability() {
    // In a full cache with one insert a step, the victim's age in steps is geometric and says
    // nothing of its slot: so count by slot, which a new entry inherits from the victim before it.
    const SLOTS: u32 = 64;
    const DRAWS: u32 = 64_000;
    let mut owner: Vec<u32> = (0..SLOTS).collect();
    let mut counts = vec![0_u32; SLOTS as usize];
    for (inserted, victim) in (SLOTS..).zip(victims(3, SLOTS, DRAWS)) {
        let slot = owner.iter().position(|&key| key == victim).unwrap();
        counts[slot] += 1;
        owner[slot] = inserted;
    }
    let expected = f64::from(DRAWS) / f64::from(SLOTS);
    let chi_square: f64 = counts.iter().map(|&count| (f64::from(count) - expected).powi(2) / expected).sum();
    // 63 degrees of freedom: for 99.9 % of all seeds it is below 103.4, for 0.1 % below 32.5.
    assert!((32.5..103.4).contains(&chi_square), "{chi_square}");
}

#[test]
fn hits_do_not_protect_an_entry() {
    let undisturbed = victims(5, 20, 100);
    let mut cache = Simulator::new(PolicyKind::Random { seed: 5 }, 20);
    (0..20).for_each(|key| assert_eq!(cache.access(key), Access::Inserted));
    for (key, victim) in (20..).zip(undisturbed) {
        (0..key).for_each(|old| assert!(!cache.contains(old) || cache.hit(old)));
        assert_eq!(cache.access(key), Access::Evicted(victim));
    }
}
