//! Hazard pointers that belong to no thread: borrowed for nested reads and for pinned entries.

use std::ptr::{self, null_mut};

use super::record::Hazard;
use crate::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use crate::sync::atomic::{AtomicPtr, AtomicUsize};
use crate::sync::{Mutex, PoisonError, process_static};

/// A hazard pointer of the pool. Never freed.
pub(super) struct PooledHazard {
    hazard: Hazard,
    next: *const PooledHazard,
}

// SAFETY: `next` is constant once this is published; only the thread that has acquired the hazard
// pointer touches its cells; the rest is atomic or constant.
unsafe impl Sync for PooledHazard {}
// SAFETY: as above.
unsafe impl Send for PooledHazard {}

process_static! {
    /// How many are in use: after a burst, scans must not go through all of them for ever.
    pub(super) static POOLED_IN_USE: AtomicUsize = AtomicUsize::new(0);
    /// Every hazard pointer of the pool, the newest first.
    pub(super) static POOL: AtomicPtr<PooledHazard> = AtomicPtr::new(null_mut());
    pub(super) static FREE: Mutex<FreeList> = Mutex::new(FreeList(Vec::new()));
}

pub(super) struct FreeList(pub(super) Vec<&'static Hazard>);

// SAFETY: a thread that takes a hazard pointer from the list has it alone.
unsafe impl Send for FreeList {}

impl PooledHazard {
    pub(super) fn acquire() -> &'static Hazard {
        let mut free = FREE.lock().unwrap_or_else(PoisonError::into_inner);
        // The pool's lock orders all changes of the count. Before the caller stores an address.
        POOLED_IN_USE.store(POOLED_IN_USE.load(Relaxed) + 1, Relaxed);
        if let Some(hazard) = free.0.pop() {
            return hazard;
        }
        // Relaxed: the pool's lock is held, so no other thread publishes meanwhile.
        let next = POOL.load(Relaxed).cast_const();
        let pooled: &'static Self = Box::leak(Box::new(Self { hazard: Hazard::new(true), next }));
        POOL.store(ptr::from_ref(pooled).cast_mut(), Release);
        &pooled.hazard
    }

    pub(super) fn release(hazard: &'static Hazard) {
        let mut free = FREE.lock().unwrap_or_else(PoisonError::into_inner);
        // Release: its address is 0 before it counts as unused.
        POOLED_IN_USE.store(POOLED_IN_USE.load(Relaxed) - 1, Release);
        free.0.push(hazard);
    }

    /// Calls `see` with each address that is announced in the pool.
    pub(super) fn each_address(mut see: impl FnMut(usize)) {
        // A thread that acquires a hazard pointer is counted before it stores an address: with none
        // in use, there is none.
        if POOLED_IN_USE.load(Acquire) == 0 {
            return;
        }
        let mut next = POOL.load(Acquire).cast_const();
        // SAFETY: hazard pointers of the pool live for ever.
        while let Some(pooled) = unsafe { next.as_ref() } {
            match pooled.hazard.address.load(Acquire) {
                0 => {}
                address => see(address),
            }
            next = pooled.next;
        }
    }
}
