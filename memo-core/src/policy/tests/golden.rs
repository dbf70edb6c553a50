//! `lru`, `lfu` and `fifo` against recordings of Python's caches (`tests/golden` in the root package tells how they were made).

use super::model::{Model, Outcome};
use crate::policy::PolicyKind;

/// Unbounded caches have no policy: a bound that is never reached stands for none.
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
    word.parse().unwrap_or_else(|_| panic!("{word:?} is no number"))
}

#[test]
fn lru_hits_and_misses_as_functools_lru_cache_does() {
    let (mut model, mut hits, mut misses) = (Model::new(PolicyKind::Lru, 0), 0, 0);
    let mut traces = 0;
    for line in recording("lru_cache.txt").lines() {
        match line.split_once(' ').unwrap() {
            ("#", _) => {}
            ("trace", facts) => {
                let maxsize = value(facts, "maxsize");
                model = Model::new(PolicyKind::Lru, maxsize.parse().unwrap_or(UNBOUNDED));
                (hits, misses, traces) = (0, 0, traces + 1);
            }
            ("calls", calls) => {
                for call in calls.split(' ') {
                    if call == "!" {
                        model.clear();
                        (hits, misses) = (0, 0);
                        continue;
                    }
                    let (key, expected) = call.split_at(call.len() - 1);
                    let hit = model.access(number(key)) == Outcome::Hit;
                    assert_eq!(hit, expected == "+", "{call} in trace {traces}");
                    *if hit { &mut hits } else { &mut misses } += 1;
                }
                model.validate();
            }
            ("info", facts) => {
                let [their_hits, their_misses, their_size] =
                    ["hits", "misses", "currsize"].map(|name| number(value(facts, name)));
                assert_eq!((hits, misses), (their_hits, their_misses));
                assert_eq!(model.len(), their_size as usize);
            }
            (other, _) => panic!("{other:?} is no line of a recording"),
        }
    }
    assert_eq!(traces, 25);
}

/// Follows one recorded step, such as `7+`, `7-`, `7-3`, `7=`, `7/`.
fn follow(model: &mut Model, step: &str) {
    let scan_tag = step.find(|letter: char| !letter.is_ascii_digit()).unwrap();
    let (key, victim) = (number(&step[..scan_tag]), &step[scan_tag + 1..]);
    match (&step[scan_tag..=scan_tag], victim) {
        ("+", _) => assert_eq!(model.access(key), Outcome::Hit, "{step}"),
        ("-", "") => assert_eq!(model.access(key), Outcome::Kept, "{step}"),
        ("-", victim) => assert_eq!(model.access(key), Outcome::Evicted(number(victim)), "{step}"),
        ("=", _) => {
            assert!(model.contains(key), "{step}");
            model.insert(key);
        }
        ("/", _) => assert!(model.remove(key), "{step}"),
        _ => panic!("{step:?} is no step of a recording"),
    }
}

#[test]
fn lfu_and_fifo_evict_whom_cachetools_evicts() {
    let mut model = Model::new(PolicyKind::Fifo, 0);
    let mut traces = 0;
    for line in recording("cachetools.txt").lines() {
        match line.split_once(' ').unwrap_or((line, "")) {
            ("#", _) => {}
            ("trace", facts) => {
                let kind = if value(facts, "policy") == "lfu" { PolicyKind::Lfu } else { PolicyKind::Fifo };
                model = Model::new(kind, number(value(facts, "maxsize")) as usize);
                traces += 1;
            }
            ("steps", steps) => {
                steps.split(' ').for_each(|step| follow(&mut model, step));
                model.validate();
            }
            ("left", keys) => {
                assert_eq!(model.keys(), keys.split_whitespace().map(number).collect::<Vec<_>>());
            }
            (other, _) => panic!("{other:?} is no line of a recording"),
        }
    }
    assert_eq!(traces, 24);
}
