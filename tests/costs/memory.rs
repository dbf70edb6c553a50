//! Tests of the memory of many small caches.

use memokit::{Cache, Memo, memoize};

use super::{bytes_of, cost_of};

struct Row {
    costs: Memo<(u32,), u32>,
}

impl Row {
    fn new() -> Self {
        Self { costs: Memo::new() }
    }

    #[memoize(in = self.costs, lru = 4)]
    fn cost(&self, n: u32) -> u32 {
        n + 1
    }
}

fn small() -> Cache<u32, u32> {
    Cache::builder().lru(4).build()
}

#[test]
fn an_empty_cache_is_small() {
    let (bytes, _cache) = bytes_of(small);
    assert!(bytes <= 1_950, "{bytes} bytes");
    // One of them is the builder's, and freed.
    let allocations = cost_of(small).allocations;
    // Debug builds have a name for waits that last long.
    assert!(allocations <= 6 + u32::from(cfg!(debug_assertions)), "{allocations} allocations");
}

#[test]
fn a_field_takes_nothing_before_its_first_call_and_little_after() {
    // What the thread has once, it has from here on.
    assert_eq!(Row::new().cost(1), 2);
    let (bytes, row) = bytes_of(Row::new);
    assert_eq!(bytes, 0);
    let (bytes, _) = bytes_of(|| row.cost(1) + row.cost(1));
    assert!(bytes <= 2_700, "{bytes} bytes");
}

/// A thread's counters are found by the number of the cache, of which there may be many.
#[test]
fn a_thread_pays_for_the_caches_that_it_uses() {
    let caches: Vec<_> = (0..20_000).map(|_| small()).collect();
    let two = [&caches[0], &caches[19_999]];
    for cache in two {
        cache.insert(1, 1);
    }
    let touch = || two.map(|cache| cache.get(&1).and(cache.get(&1)));
    let bytes = std::thread::scope(|scope| scope.spawn(|| bytes_of(touch).0).join().unwrap());
    assert!(bytes < 2_000, "{bytes} bytes of a new thread that used two caches");
}

#[test]
fn what_a_thread_counted_in_a_cache_goes_with_the_cache() {
    let use_many = || {
        let caches: Vec<_> = (0..1_000).map(|_| small()).collect();
        caches.iter().for_each(|cache| cache.insert(1, 1));
        assert!(caches.iter().all(|cache| cache.get(&1) == Some(1)));
    };
    let (bytes, ()) = bytes_of(use_many);
    assert!(bytes < 100 * 1_000, "{bytes} bytes stay of 1000 caches");
}

/// What the documentation recommends for large results, on the stack that a test has.
#[test]
fn a_boxed_large_result_fits_into_a_usual_stack() {
    #[memoize]
    fn table(n: u8) -> Box<[u8; 256 << 10]> {
        Box::new([n; 256 << 10])
    }
    let work = || (table(1)[0], table(1)[0], table::cache_info().hits);
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(work).unwrap();
    assert_eq!(thread.join().unwrap(), (1, 1, 1));
}
