//! Runs one code path of memokit a number of times: `paths PATH CALLS`.
//!
//! `instructions.sh` runs it under a tool that counts instructions, once with N calls and once with
//! none. The difference divided by N is the cost of one call; the start of the process cancels out.
//! No peer is linked, so it builds in seconds.

use std::hint::black_box;
use std::process::ExitCode;
use std::time::Duration;

use memokit::{Cache, Lazy, LocalCache, cached_field, memoize};

/// Few enough that none is evicted, and a power of two, so that the index is masked with one
/// instruction.
const KEYS: usize = 64;
const BOUND: usize = 100;

/// Distinct numbers without a pattern, by `SplitMix64`. Keys in arithmetic progression suit some
/// seeds of the hasher better than others.
const fn number(id: u64) -> u64 {
    let mut mixed = id.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

/// Each path runs through this many caches, one after the other, because the depth of look-ups
/// depends on the seed of each cache's hasher.
const CACHES: usize = 16;

/// Repeats a block for each cache, and adds the results up. A function in the block is a different
/// function in each repetition.
macro_rules! in_each {
    ($body:block) => {
        in_each!(@ $body $body $body $body $body $body $body $body $body $body $body $body $body $body $body $body)
    };
    (@ $($body:block)*) => {
        <[u64; CACHES]>::into_iter([$($body),*]).fold(0, u64::wrapping_add)
    };
}

#[derive(Default)]
struct Circle {
    radius: u64,
    area: Lazy<u64>,
}

impl Circle {
    #[cached_field]
    fn area(&self) -> u64 {
        self.radius
    }
}

struct Arguments {
    name: String,
    list: [u32; 8],
    rate: f64,
    tag: Option<&'static str>,
}

/// A path: its name, and a function that calls it a number of times and adds the results up.
type Path = (&'static str, fn(usize) -> u64);

const PATHS: [Path; 14] = [
    // The loop around the other paths: the script subtracts it.
    ("loop", |calls| in_each!({ hits(calls, |key| key) })),
    ("cache_lru_get", |calls| in_each!({ get(calls, &Cache::builder().lru(BOUND).build()) })),
    ("cache_max_get", |calls| in_each!({ get(calls, &Cache::builder().max(BOUND).build()) })),
    ("cache_unbounded_get", |calls| in_each!({ get(calls, &Cache::builder().build()) })),
    ("cache_ttl_get", |calls| {
        in_each!({
            let cache = Cache::builder().lru(BOUND).ttl(Duration::from_hours(24)).build();
            // The timer thread starts, and its clock ticks, before the hits that are counted.
            for round in 0..5 {
                cache.insert(round, round);
                assert_eq!(cache.peek(&round), Some(round));
                std::thread::sleep(Duration::from_millis(5));
            }
            get(calls, &cache)
        })
    }),
    ("local_cache_get", |calls| {
        in_each!({
            let cache = LocalCache::builder().lru(BOUND).build();
            numbers().for_each(|key| cache.insert(key, key));
            hits(calls, |key| cache.get(&key).unwrap_or(0))
        })
    }),
    ("memoize_u64", |calls| {
        in_each!({
            #[memoize(lru = 100)]
            fn of_number(key: u64) -> u64 {
                key ^ 1
            }
            hits(calls, of_number)
        })
    }),
    ("memoize_local_u64", |calls| {
        in_each!({
            #[memoize(lru = 100, local)]
            fn of_number(key: u64) -> u64 {
                key ^ 1
            }
            hits(calls, of_number)
        })
    }),
    ("memoize_str_20", |calls| {
        let keys: Vec<String> = (0..KEYS).map(|id| format!("user:{id:08x}:{id:06}")).collect();
        in_each!({
            #[memoize(lru = 100)]
            fn of_text(key: &str) -> u64 {
                key.len() as u64
            }
            cycle(calls, &keys, |key| of_text(key))
        })
    }),
    ("memoize_four_arguments", |calls| {
        let keys: Vec<Arguments> = (0_u32..).take(KEYS).map(Arguments::new).collect();
        in_each!({
            #[memoize(lru = 100)]
            fn of_four(name: &str, list: &[u32], rate: f64, tag: Option<&str>) -> u64 {
                name.len() as u64 + u64::from(list[0]) + rate.to_bits() + tag.map_or(0, str::len) as u64
            }
            cycle(calls, &keys, |key| of_four(&key.name, &key.list, key.rate, key.tag))
        })
    }),
    ("cached_field", |calls| {
        let circles: Vec<Circle> = numbers().map(|radius| Circle { radius, ..Circle::default() }).collect();
        in_each!({ cycle(calls, &circles, Circle::area) })
    }),
    ("memoize_u64_async", |calls| {
        in_each!({
            #[memoize(lru = 100)]
            #[expect(clippy::unused_async, reason = "a hit awaits nothing")]
            async fn of_number(key: u64) -> u64 {
                key ^ 1
            }
            hits(calls, |key| poll_once(of_number(key)))
        })
    }),
    ("cache_lru_128_miss", |calls| {
        in_each!({
            let cache = Cache::builder().lru(128).build();
            misses(calls, |key| cache.get_or_insert_with(key, || key ^ 1))
        })
    }),
    ("memoize_lru_128_miss", |calls| {
        in_each!({
            #[memoize(lru = 128)]
            fn of_number(key: u64) -> u64 {
                key ^ 1
            }
            misses(calls, of_number)
        })
    }),
];

impl Arguments {
    fn new(id: u32) -> Self {
        let tag = (!id.is_multiple_of(3)).then_some("a tag of some size");
        Self { name: format!("user:{id:08x}:{id:06}"), list: [id; 8], rate: f64::from(id) / 2.0, tag }
    }
}

fn numbers() -> impl Iterator<Item = u64> {
    (0..).map(number).take(KEYS)
}

fn get(calls: usize, cache: &Cache<u64, u64>) -> u64 {
    numbers().for_each(|key| cache.insert(key, key));
    hits(calls, |key| cache.get(&key).unwrap_or(0))
}

fn hits(calls: usize, call: impl Fn(u64) -> u64) -> u64 {
    cycle(calls, &numbers().collect::<Vec<_>>(), |key| call(*key))
}

/// Calls with one key after the other, in a cycle.
fn cycle<K>(calls: usize, keys: &[K], call: impl Fn(&K) -> u64) -> u64 {
    let keys = keys.first_chunk::<KEYS>().expect("there are KEYS keys");
    (0..calls / CACHES).fold(0_u64, |sum, index| sum.wrapping_add(call(black_box(&keys[index % KEYS]))))
}

/// Calls with a new key each time.
fn misses(calls: usize, call: impl Fn(u64) -> u64) -> u64 {
    (0_u64..).take(calls / CACHES).fold(0_u64, |sum, id| sum.wrapping_add(call(black_box(number(id)))))
}

/// The output of a future that is ready at its first poll.
fn poll_once<T>(future: impl Future<Output = T>) -> T {
    use std::task::{Context, Poll, Waker};
    match std::pin::pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => unreachable!("a hit, or a body that awaits nothing"),
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let path = arguments.first().and_then(|name| PATHS.iter().find(|(path, _)| path == name));
    if let (Some((_, path)), Some(Ok(calls))) = (path, arguments.get(1).map(|calls| calls.parse())) {
        println!("{}", path(calls));
        return ExitCode::SUCCESS;
    }
    eprintln!("usage: paths PATH CALLS, where PATH is one of");
    for (name, _) in PATHS {
        println!("{name}");
    }
    ExitCode::FAILURE
}
