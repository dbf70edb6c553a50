//! Tests of what a call costs besides time: allocations, hashes, clones of keys and values. Counted
//! per thread, so that tests do not see one another.
#![allow(clippy::drop_non_drop, reason = "a result is dropped where it is measured, whatever its type")]

mod hits;
mod memory;
mod methods;
mod misses;
mod values;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::hash::{BuildHasher, DefaultHasher, Hasher};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// The cost of some work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Cost {
    allocations: u32,
    hashers_built: u32,
    hashers_finished: u32,
    key_clones: u32,
    value_clones: u32,
}

impl Cost {
    const NONE: Self = Self { allocations: 0, hashers_built: 0, hashers_finished: 0, key_clones: 0, value_clones: 0 };
    /// One hash of the key, one clone of the value for the caller, nothing else.
    const HIT: Self = Self { hashers_built: 1, hashers_finished: 1, value_clones: 1, ..Self::NONE };
    /// As `HIT`, with a hasher that does not count.
    const HIT_UNHASHED: Self = Self { value_clones: 1, ..Self::NONE };
}

thread_local! {
    // Constant and without a destructor, because the allocator may use it at any time of a thread's
    // life.
    static SPENT: Cell<Cost> = const { Cell::new(Cost::NONE) };
}

fn spend(change: impl FnOnce(&mut Cost)) {
    let mut spent = SPENT.get();
    change(&mut spent);
    SPENT.set(spent);
}

/// Returns the cost of the work on this thread. Dropping its result is not part of it.
fn cost_of<T>(work: impl FnOnce() -> T) -> Cost {
    let before = SPENT.replace(Cost::NONE);
    let result = work();
    let spent = SPENT.replace(before);
    drop(result);
    spent
}

thread_local! {
    /// Bytes that this thread has allocated and not freed.
    static HELD: Cell<isize> = const { Cell::new(0) };
}

fn hold(bytes: usize, sign: isize) {
    HELD.set(HELD.get() + sign * isize::try_from(bytes).unwrap_or(0));
}

/// Returns how many bytes the work allocates and does not free, and its result.
fn bytes_of<T>(work: impl FnOnce() -> T) -> (isize, T) {
    let before = HELD.get();
    let result = work();
    (HELD.get() - before, result)
}

/// A future that is ready at the first poll.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("nothing to wait for"),
    }
}

struct CountingAllocator;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

// SAFETY: every method passes its arguments on to `System` unchanged; counting does not allocate.
unsafe impl GlobalAlloc for CountingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        spend(|cost| cost.allocations += 1);
        hold(layout.size(), 1);
        // SAFETY: the caller's obligations are those of `System`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        spend(|cost| cost.allocations += 1);
        hold(layout.size(), 1);
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        spend(|cost| cost.allocations += 1);
        hold(layout.size(), -1);
        hold(size, 1);
        // SAFETY: as above.
        unsafe { System.realloc(block, layout, size) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        hold(layout.size(), -1);
        // SAFETY: as above.
        unsafe { System.dealloc(block, layout) }
    }
}

/// Builds hashers that count.
#[derive(Clone, Copy, Debug, Default)]
struct CountingState;

struct CountingHasher(DefaultHasher);

impl BuildHasher for CountingState {
    type Hasher = CountingHasher;

    fn build_hasher(&self) -> CountingHasher {
        spend(|cost| cost.hashers_built += 1);
        CountingHasher(DefaultHasher::new())
    }
}

impl Hasher for CountingHasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0.write(bytes);
    }

    fn finish(&self) -> u64 {
        spend(|cost| cost.hashers_finished += 1);
        self.0.finish()
    }
}

/// A part of a key: its clones are counted, and it has an allocation of its own.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Part(Box<u32>);

impl Part {
    fn new(n: u32) -> Self {
        Self(Box::new(n))
    }
}

impl Clone for Part {
    fn clone(&self) -> Self {
        spend(|cost| cost.key_clones += 1);
        Self(self.0.clone())
    }
}

/// A value whose clones are counted.
#[derive(Debug, PartialEq, Eq)]
struct Answer(u32);

impl Clone for Answer {
    fn clone(&self) -> Self {
        spend(|cost| cost.value_clones += 1);
        Self(self.0)
    }
}

#[test]
fn the_counters_count() {
    let part = Part::new(1);
    let cost = cost_of(|| (part.clone(), Answer(1).clone(), CountingState.hash_one(3)));
    let expected = Cost { allocations: 1, hashers_built: 1, hashers_finished: 1, key_clones: 1, value_clones: 1 };
    assert_eq!(cost, expected);
    assert_eq!(cost_of(|| 1 + 1), Cost::NONE);
}
