//! Allocation: use after free, and use without knowing of the allocation, are found as races are.

use std::alloc::{GlobalAlloc, Layout, System};

use super::memory::{self, Allocation, Memory, step_after_others};
use super::view::Map;

/// # Safety
///
/// As std's.
pub(crate) unsafe fn alloc(layout: Layout) -> *mut u8 {
    // Filled with what is no valid address, so that a use of it is found.
    // SAFETY: by contract.
    unsafe { allocate(layout, 0xEE) }
}

/// # Safety
///
/// As std's.
pub(crate) unsafe fn alloc_zeroed(layout: Layout) -> *mut u8 {
    // SAFETY: by contract.
    unsafe { allocate(layout, 0) }
}

unsafe fn allocate(layout: Layout, fill: u8) -> *mut u8 {
    // SAFETY: by contract.
    let memory = unsafe { System.alloc(layout) };
    assert!(!memory.is_null(), "the system has memory");
    // SAFETY: as large as that.
    unsafe { memory.write_bytes(fill, layout.size()) };
    step_after_others(|model, thread| {
        let allocation = Allocation { layout, allocated: model.event(thread), used: Map::default(), freed: false };
        model.allocations.insert(memory.addr(), allocation);
    });
    memory
}

/// Keeps the memory until the run is over, so that no address is used twice.
///
/// # Safety
///
/// As std's.
pub(crate) unsafe fn dealloc(memory: *mut u8, layout: Layout) {
    let known = step_after_others(|model, thread| {
        let allocation = model.allocations.get_mut(&memory.expose_provenance()).expect("what is freed was allocated");
        assert!(!allocation.freed, "memory is freed twice");
        assert_eq!(allocation.layout, layout, "memory is freed with the layout of its allocation");
        allocation.freed = true;
        let now = &model.threads[thread].now;
        assert!(now.knows(allocation.allocated), "a free of memory races with its allocation");
        assert!(
            allocation.used.iter().all(|(&thread, &step)| now.knows((thread, step))),
            "a use of memory races with its free"
        );
    });
    if known.is_none() {
        // SAFETY: by contract.
        unsafe { System.dealloc(memory, layout) };
    }
}

/// Begins a run: forgets the last one, and frees what it kept.
pub(crate) fn begin_run() {
    let Memory { allocations, .. } = memory::reset();
    for (start, allocation) in allocations.into_iter().filter(|(_, allocation)| allocation.freed) {
        // SAFETY: allocated with this layout, and freed by its owner.
        unsafe { System.dealloc(std::ptr::with_exposed_provenance_mut(start), allocation.layout) };
    }
}
