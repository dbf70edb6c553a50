//! What holds for every policy, whatever happens to the cache.

use super::model::{KINDS, Model, Outcome};
use crate::policy::PolicyKind;
use crate::random::Random;

#[test]
fn invariants_hold_after_every_step() {
    for kind in KINDS {
        for capacity in [1, 2, 16, 17, 50] {
            let mut random = Random::new(capacity);
            let mut model = Model::new(kind, usize::try_from(capacity).unwrap());
            for step in 0..4_000_u32 {
                let key = u32::try_from(random.below(3 * capacity).min(random.below(3 * capacity))).unwrap();
                match random.below(200) {
                    0 => model.clear(),
                    1 => model.resize(usize::try_from(random.below(2 * capacity)).unwrap()),
                    2..8 => assert_eq!(model.contains(key), model.remove(key)),
                    8..14 => assert_ne!(model.insert(key), Outcome::Hit),
                    // Something that looks like a loop now and then.
                    _ if step / 500 % 2 == 0 => model.run([step % u32::try_from(capacity * 2).unwrap()]),
                    _ => model.run([key]),
                }
                model.validate();
            }
        }
    }
}

#[test]
fn everything_that_fits_stays() {
    for kind in KINDS {
        for capacity in [1, 2, 16, 17, 128, 1_000] {
            let mut model = Model::new(kind, capacity);
            let keys = 0..u32::try_from(capacity).unwrap();
            assert!(keys.clone().all(|key| model.access(key) == Outcome::Kept), "{} {capacity}", kind.name());
            assert!(keys.clone().all(|key| model.access(key) == Outcome::Hit), "{} {capacity}", kind.name());
        }
    }
}

#[test]
fn a_resized_cache_keeps_as_much_as_fits() {
    for kind in KINDS {
        let mut model = Model::new(kind, 100);
        for capacity in [100, 30, 10, 16, 17, 3, 200, 8, 0, 40] {
            let before = model.keys();
            model.resize(capacity);
            model.validate();
            assert_eq!(model.len(), before.len().min(capacity), "{} {capacity}", kind.name());
            assert!(model.keys().iter().all(|key| before.contains(key)));
            for key in 0..300 {
                model.access(key % 150);
                model.validate();
            }
            assert_eq!(model.len(), capacity.min(150), "{} {capacity}", kind.name());
        }
    }
}

#[test]
fn recency_decides_in_a_cache_that_was_resized_to_a_small_one() {
    let mut model = Model::new(PolicyKind::Max, 64);
    model.run(0..200);
    model.resize(4);
    model.run(300..304);
    assert_eq!(model.access(300), Outcome::Hit);
    assert_eq!(model.access(400), Outcome::Evicted(301));
}

#[test]
fn a_cleared_cache_starts_anew() {
    for kind in KINDS {
        let mut model = Model::new(kind, 20);
        model.run(0..50);
        model.clear();
        model.validate();
        assert_eq!(model.len(), 0);
        assert!((100..120).all(|key| model.access(key) == Outcome::Kept));
        assert!((100..120).all(|key| model.access(key) == Outcome::Hit));
        model.validate();
    }
}

#[test]
fn removals_and_inserts_without_a_victim_leave_no_trace() {
    for kind in KINDS {
        let mut model = Model::new(kind, 40);
        model.run(0..60);
        // Below the bound: nobody is ever chosen, and outdated book-keeping would have to pile up.
        model.resize(60);
        for key in 1_000..5_000 {
            model.access(key);
            assert!(model.remove(key) || kind == PolicyKind::Max);
        }
        model.validate();
        let keys = model.keys();
        assert!(keys.iter().all(|&key| model.access(key) == Outcome::Hit));
    }
}

#[test]
fn choosing_a_victim_takes_a_few_looks_at_marks_on_average() {
    // Newcomers that are never seen again among hits and removals: slots change hands in every way there is.
    for kind in KINDS {
        let mut random = Random::new(3);
        let mut model = Model::new(kind, 2_000);
        // Used twice, so that `lfu` lets all of them stay and hands one slot from newcomer to newcomer.
        model.run((0..2_000).chain(0..2_000));
        let (accesses, before) = (20_000_u32, model.looks());
        for step in 0..accesses {
            let key = u32::try_from(random.below(2_000)).unwrap();
            model.hit(key);
            model.access(10_000 + step);
            if step % 10 == 0 && model.remove(10_000 + step) {
                model.access(key);
            }
        }
        let looks = (model.looks() - before) / u64::from(accesses);
        assert!(looks < 20, "{}: {looks} looks per access", kind.name());
    }
}

#[test]
fn the_names_are_the_words_of_the_attribute() {
    assert_eq!(KINDS.map(PolicyKind::name), ["lru", "lfu", "fifo", "random", "max"]);
}
