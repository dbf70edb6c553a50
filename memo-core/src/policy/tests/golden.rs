//! `lru`, `lfu` and `fifo` against recordings of Python's caches (`tests/golden` in the root
//! package says how they were made).

use super::simulator::{Access, Simulator};
use crate::policy::PolicyKind;

/// An unbounded cache has no policy, so it is simulated by a capacity that is never reached.
const UNBOUNDED: usize = 1_000_000;

fn recording(file: &str) -> String {
    let path = format!("{}/../tests/golden/{file}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The value of `name=value` in a line.
fn value<'a>(line: &'a str, name: &str) -> &'a str {
    let found = line.split(' ').find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
    found.unwrap_or_else(|| panic!("no {name} in {line:?}"))
}

fn number(word: &str) -> u32 {
    word.parse().unwrap_or_else(|_| panic!("{word:?} is not a number"))
}

#[test]
fn lru_hits_and_misses_as_functools_lru_cache_does() {
    let (mut cache, mut hits, mut misses) = (Simulator::new(PolicyKind::Lru, 0), 0, 0);
    let mut traces = 0;
    for line in recording("lru_cache.txt").lines() {
        match line.split_once(' ').unwrap() {
            ("#", _) => {}
            ("trace", facts) => {
                let maxsize = value(facts, "maxsize");
                cache = Simulator::new(PolicyKind::Lru, maxsize.parse().unwrap_or(UNBOUNDED));
                (hits, misses, traces) = (0, 0, traces + 1);
            }
            ("calls", calls) => {
                for call in calls.split(' ') {
                    if call == "!" {
                        cache.clear();
                        (hits, misses) = (0, 0);
                        continue;
                    }
                    let (key, expected) = call.split_at(call.len() - 1);
                    let hit = cache.access(number(key)) == Access::Hit;
                    assert_eq!(hit, expected == "+", "{call} in trace {traces}");
                    *if hit { &mut hits } else { &mut misses } += 1;
                }
                cache.validate();
            }
            ("info", facts) => {
                let [their_hits, their_misses, their_size] =
                    ["hits", "misses", "currsize"].map(|name| number(value(facts, name)));
                assert_eq!((hits, misses), (their_hits, their_misses));
                assert_eq!(cache.len(), their_size as usize);
            }
            (other, _) => panic!("{other:?} is not a line of a recording"),
        }
    }
    assert_eq!(traces, 25);
}

/// Follows one recorded step, such as `7+`, `7-`, `7-3`, `7=`, `7/`.
fn follow(cache: &mut Simulator, step: &str) {
    let sign = step.find(|letter: char| !letter.is_ascii_digit()).unwrap();
    let (key, victim) = (number(&step[..sign]), &step[sign + 1..]);
    match (&step[sign..=sign], victim) {
        ("+", _) => assert_eq!(cache.access(key), Access::Hit, "{step}"),
        ("-", "") => assert_eq!(cache.access(key), Access::Inserted, "{step}"),
        ("-", victim) => assert_eq!(cache.access(key), Access::Evicted(number(victim)), "{step}"),
        ("=", _) => {
            assert!(cache.contains(key), "{step}");
            cache.insert(key);
        }
        ("/", _) => assert!(cache.remove(key), "{step}"),
        _ => panic!("{step:?} is not a step of a recording"),
    }
}

#[test]
fn lfu_and_fifo_evict_the_same_entries_as_cachetools() {
    let mut cache = Simulator::new(PolicyKind::Fifo, 0);
    let mut traces = 0;
    for line in recording("cachetools.txt").lines() {
        match line.split_once(' ').unwrap_or((line, "")) {
            ("#", _) => {}
            ("trace", facts) => {
                let kind = if value(facts, "policy") == "lfu" { PolicyKind::Lfu } else { PolicyKind::Fifo };
                cache = Simulator::new(kind, number(value(facts, "maxsize")) as usize);
                traces += 1;
            }
            ("steps", steps) => {
                steps.split(' ').for_each(|step| follow(&mut cache, step));
                cache.validate();
            }
            ("left", keys) => {
                assert_eq!(cache.keys(), keys.split_whitespace().map(number).collect::<Vec<_>>());
            }
            (other, _) => panic!("{other:?} is not a line of a recording"),
        }
    }
    assert_eq!(traces, 24);
}
