//! Hazard pointers that belong to no thread: borrowed for nested reads and for pinned entries.

use super::atomic_ref::AtomicRef;
use super::record::Hazard;
use crate::sync::atomic::AtomicUsize;
use crate::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use crate::sync::{Mutex, PoisonError, process_static};

/// A hazard pointer of the pool. Never freed.
pub(super) struct PooledHazard {
    hazard: Hazard,
    next: Option<&'static PooledHazard>,
}

process_static! {
    /// How many are in use: after a burst, scans must not go through all of them for ever.
    pub(super) static POOLED_IN_USE: AtomicUsize = AtomicUsize::new(0);
    /// Every hazard pointer of the pool, the newest first.
    pub(super) static POOL: AtomicRef<PooledHazard> = AtomicRef::none();
    pub(super) static FREE: Mutex<Vec<&'static Hazard>> = Mutex::new(Vec::new());
}

impl PooledHazard {
    pub(super) fn acquire() -> &'static Hazard {
        let mut free = FREE.lock().unwrap_or_else(PoisonError::into_inner);
        // The pool's lock orders all changes of the count. Before the caller stores an address.
        POOLED_IN_USE.store(POOLED_IN_USE.load(Relaxed) + 1, Relaxed);
        if let Some(hazard) = free.pop() {
            return hazard;
        }
        // The pool's lock is held, so no other thread publishes meanwhile.
        let next = POOL.load();
        let pooled: &'static Self = Box::leak(Box::new(Self { hazard: Hazard::new(true), next }));
        POOL.store(Some(pooled));
        &pooled.hazard
    }

    pub(super) fn release(hazard: &'static Hazard) {
        let mut free = FREE.lock().unwrap_or_else(PoisonError::into_inner);
        // Release: its address is 0 before it counts as unused.
        POOLED_IN_USE.store(POOLED_IN_USE.load(Relaxed) - 1, Release);
        free.push(hazard);
    }

    /// Calls `see` with each address that is announced in the pool.
    pub(super) fn each_address(mut see: impl FnMut(usize)) {
        // A thread that acquires a hazard pointer is counted before it stores an address: with none
        // in use, there is none.
        if POOLED_IN_USE.load(Acquire) == 0 {
            return;
        }
        let mut next = POOL.load();
        while let Some(pooled) = next {
            match pooled.hazard.address.load(Acquire) {
                0 => {}
                address => see(address),
            }
            next = pooled.next;
        }
    }
}
