//! Keys of hash maps and sets: their order does not matter, everything else does.

use super::transcript::{assert_apart, assert_different, assert_same, bytes};
use crate::key::key_trait::Key;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, DefaultHasher, Hasher};

/// A map whose order follows from the order of insertion and removal, not from random seeds.
type Fixed<K, V> = HashMap<K, V, BuildHasherDefault<DefaultHasher>>;

#[test]
fn the_order_of_entries_does_not_matter() {
    let one: HashMap<String, u32> = (0..100).map(|n| (n.to_string(), n)).collect();
    let other: Fixed<String, u32> = (0..100).rev().map(|n| (n.to_string(), n)).collect();
    assert!(one.iter().zip(&other).any(|(a, b)| a != b), "another order, or nothing is tested");
    assert_same(&one, &other);
    let texts: HashMap<&str, u32> = one.iter().map(|(text, n)| (text.as_str(), *n)).collect();
    assert_same(&one, &texts);
    let numbers: HashSet<u64> = (0..100).collect();
    assert_same(&numbers, &(0..100).rev().collect::<HashSet<u64>>());
}

#[test]
fn each_entry_matters() {
    let map = HashMap::from([("a", 1.0), ("b", 2.0)]);
    assert_apart(&map, &HashMap::from([("a", 2.0), ("b", 1.0)]));
    assert_apart(&map, &HashMap::from([("a", 1.0), ("c", 2.0)]));
    assert_apart(&map, &HashMap::from([("a", 1.0)]));
    assert_apart(&map, &HashMap::<&str, f64>::new());
    assert_apart(&HashMap::from([("a", 0.0)]), &HashMap::from([("a", -0.0)]));
    assert_apart(&HashSet::from([1, 2]), &HashSet::from([1, 3]));
    assert_apart(&HashSet::from([0]), &HashSet::<i32>::new());
    assert_apart(&HashSet::from([("a", "bc")]), &HashSet::from([("ab", "c")]));
    assert_apart(&HashSet::from([[1, 2], [3, 4]]), &HashSet::from([[1, 4], [3, 2]]));
    assert_same(&HashMap::from([("a", f64::NAN)]), &HashMap::from([("a", -f64::NAN)]));
}

#[test]
fn sums_of_sets_do_not_collide() {
    let sets = (0_u32..1 << 10).map(|bits| (0..10).filter(|bit| bits >> bit & 1 == 1).collect::<HashSet<u32>>());
    assert_eq!(sets.map(|set| bytes(&set)).collect::<HashSet<_>>().len(), 1 << 10);
}

#[test]
fn more_entries_than_fit_on_the_stack_are_compared() {
    let many: HashSet<u32> = (0..5_000).collect();
    let mut other = many.clone();
    assert_same(&many, &other);
    other.remove(&4_321);
    other.insert(5_000);
    assert_apart(&many, &other);
}

#[test]
fn maps_nest() {
    let nested = |n: u32| HashMap::from([(1, HashSet::from(["a", "b"])), (2, HashSet::from([["x", "y"][n as usize]]))]);
    assert_same(&Some(nested(0)), &Some(nested(0)));
    assert_apart(&[nested(0)], &[nested(1)]);
}

/// A key without its letters' case, though `Eq` sees it; all hashes are equal.
#[derive(PartialEq, Eq, Hash)]
struct Caseless(&'static str);

impl Key for Caseless {
    type Stored = String;

    fn hash_key<H: Hasher>(&self, state: &mut H) {
        state.write_u8(0);
    }

    fn matches(&self, stored: &String) -> bool {
        self.0.eq_ignore_ascii_case(stored)
    }

    fn to_stored(&self) -> String {
        self.0.to_owned()
    }
}

#[test]
fn entries_with_equal_hashes_are_matched_one_by_one() {
    let set = |words: [&'static str; 3]| words.map(Caseless).into_iter().collect::<HashSet<_>>();
    assert_same(&set(["a", "A", "b"]), &set(["B", "a", "A"]));
    assert_different(&set(["a", "A", "b"]), &set(["a", "b", "B"]));
    assert_different(&set(["a", "b", "c"]), &set(["a", "b", "d"]));
}

#[test]
fn a_stored_map_shows_its_entries() {
    let stored = HashMap::from([("a", 1), ("b", 2)]).to_stored();
    let mut entries: Vec<(&str, i32)> = stored.iter().map(|(key, value)| (&**key, *value)).collect();
    entries.sort_unstable();
    assert_eq!((stored.len(), stored.is_empty(), entries), (2, false, vec![("a", 1), ("b", 2)]));
    assert_eq!(format!("{:?}", HashSet::from([7]).to_stored()), "{7}");
}
