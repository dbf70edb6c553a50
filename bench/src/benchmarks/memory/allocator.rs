//! An allocator that counts the live bytes while it is told to.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, AtomicIsize, Ordering::Relaxed};

/// While it is off, other benchmarks pay one load of a flag that never changes.
static COUNTING: AtomicBool = AtomicBool::new(false);
/// Negative if memory is freed that was allocated before counting began.
static LIVE: AtomicIsize = AtomicIsize::new(0);

struct CountingAllocator;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

/// Turns counting on or off.
pub(super) fn count(on: bool) {
    COUNTING.store(on, Relaxed);
}

/// The live bytes. Only the difference between two readings means anything.
pub(super) fn live() -> isize {
    LIVE.load(Relaxed)
}

fn add(bytes: usize) {
    if COUNTING.load(Relaxed) {
        LIVE.fetch_add(bytes.cast_signed(), Relaxed);
    }
}

fn subtract(bytes: usize) {
    if COUNTING.load(Relaxed) {
        LIVE.fetch_sub(bytes.cast_signed(), Relaxed);
    }
}

// SAFETY: every call goes to the system's allocator unchanged; counting accesses only two atomics.
unsafe impl GlobalAlloc for CountingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        add(layout.size());
        // SAFETY: the caller guarantees the requirements of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        add(layout.size());
        // SAFETY: the caller guarantees the requirements of `alloc_zeroed`.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        subtract(layout.size());
        // SAFETY: the caller guarantees the requirements; `at` came from the system's allocator.
        unsafe { System.dealloc(at, layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        add(size);
        subtract(layout.size());
        // SAFETY: the caller guarantees the requirements; `at` came from the system's allocator.
        unsafe { System.realloc(at, layout, size) }
    }
}
