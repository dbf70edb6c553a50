//! Tests that `#[memoize]` and [`Cache`] hit and miss as Python's `functools.lru_cache` does, call
//! by call: replays of the recordings in `golden/`.

use memokit::{Cache, CacheInfo, memoize};

/// A cache that replays a recording.
trait Replayed {
    /// Returns whether the call is a hit.
    fn call(&self, key: u32) -> bool;
    fn info(&self) -> CacheInfo;
    fn clear(&self);
}

impl Replayed for Cache<u32, u32> {
    fn call(&self, key: u32) -> bool {
        let mut ran = false;
        let value = self.get_or_insert_with(key, || {
            ran = true;
            key + 1
        });
        assert_eq!(value, key + 1);
        !ran
    }

    fn info(&self) -> CacheInfo {
        Cache::info(self)
    }

    fn clear(&self) {
        Cache::clear(self);
    }
}

// Memoized functions, one per bound, as their users would write them.

#[memoize(lru = 0)]
fn none(key: u32) -> u32 {
    key + 1
}

#[memoize(lru = 1)]
fn one(key: u32) -> u32 {
    key + 1
}

#[memoize(lru = 2)]
fn two(key: u32) -> u32 {
    key + 1
}

#[memoize(lru = 20)]
fn twenty(key: u32) -> u32 {
    key + 1
}

#[memoize]
fn unbounded(key: u32) -> u32 {
    key + 1
}

struct Function {
    call: fn(u32) -> u32,
    info: fn() -> CacheInfo,
    clear: fn(),
}

impl Function {
    fn bounded_by(maxsize: &str) -> Self {
        macro_rules! handle {
            ($name:ident) => {
                Self { call: $name, info: $name::cache_info, clear: $name::cache_clear }
            };
        }
        match maxsize {
            "0" => handle!(none),
            "1" => handle!(one),
            "2" => handle!(two),
            "20" => handle!(twenty),
            "none" => handle!(unbounded),
            other => panic!("no function with the bound {other}"),
        }
    }
}

impl Replayed for Function {
    fn call(&self, key: u32) -> bool {
        let before = (self.info)().hits;
        assert_eq!((self.call)(key), key + 1);
        (self.info)().hits > before
    }

    fn info(&self) -> CacheInfo {
        (self.info)()
    }

    fn clear(&self) {
        (self.clear)();
    }
}

fn value<'a>(line: &'a str, name: &str) -> &'a str {
    let found = line.split(' ').find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
    found.unwrap_or_else(|| panic!("no {name} in {line:?}"))
}

fn replay<R: Replayed>(make: impl Fn(&str) -> R) {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/lru_cache.txt");
    let recording = std::fs::read_to_string(path).expect("the recording is in the project");
    let (mut cache, mut traces) = (make("0"), 0);
    for line in recording.lines() {
        match line.split_once(' ').expect("a word and facts") {
            ("trace", facts) => {
                cache = make(value(facts, "maxsize"));
                cache.clear();
                traces += 1;
            }
            ("calls", calls) => {
                for call in calls.split(' ') {
                    if call == "!" {
                        cache.clear();
                        continue;
                    }
                    let (key, expected) = call.split_at(call.len() - 1);
                    let hit = cache.call(key.parse().expect("a key"));
                    assert_eq!(hit, expected == "+", "{call} in trace {traces}");
                }
            }
            ("info", facts) => {
                let info = cache.info();
                let ours = format!(
                    "hits={} misses={} maxsize={} currsize={}",
                    info.hits,
                    info.misses,
                    info.maxsize.map_or("none".into(), |n| n.to_string()),
                    info.currsize
                );
                assert_eq!(ours, facts, "trace {traces}");
            }
            _ => {}
        }
    }
    assert_eq!(traces, 25);
}

#[test]
fn a_memoized_function_hits_and_misses_as_functools_lru_cache_does() {
    replay(Function::bounded_by);
}

#[test]
fn a_cache_hits_and_misses_as_functools_lru_cache_does() {
    replay(|maxsize| {
        let builder = Cache::builder();
        maxsize.parse().map_or_else(|_| Cache::builder().build(), |bound| builder.lru(bound).build())
    });
}
