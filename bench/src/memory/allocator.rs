//! An allocator that counts the bytes that are alive, while it is asked to.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, AtomicIsize, Ordering::Relaxed};

/// Off, it costs the other questions one load of a flag that never changes.
static COUNTING: AtomicBool = AtomicBool::new(false);
/// Below zero where what was allocated before is freed.
static ALIVE: AtomicIsize = AtomicIsize::new(0);

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Counts from now on, or no more.
pub(super) fn count(on: bool) {
    COUNTING.store(on, Relaxed);
}

/// Bytes that are alive; only differences between two readings mean anything.
pub(super) fn alive() -> isize {
    ALIVE.load(Relaxed)
}

fn add(bytes: usize) {
    if COUNTING.load(Relaxed) {
        ALIVE.fetch_add(bytes.cast_signed(), Relaxed);
    }
}

fn take(bytes: usize) {
    if COUNTING.load(Relaxed) {
        ALIVE.fetch_sub(bytes.cast_signed(), Relaxed);
    }
}

// SAFETY: every call goes to the system's allocator as it came; counting touches no memory but its own.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        add(layout.size());
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        add(layout.size());
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        take(layout.size());
        // SAFETY: the caller's promises are passed on, and `at` came from the system's allocator.
        unsafe { System.dealloc(at, layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        add(size);
        take(layout.size());
        // SAFETY: the caller's promises are passed on, and `at` came from the system's allocator.
        unsafe { System.realloc(at, layout, size) }
    }
}
