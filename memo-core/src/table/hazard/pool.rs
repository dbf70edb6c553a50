//! Hazard pointers that belong to no thread: borrowed for nested reads and for pinned entries.

use super::record::Hazard;
use super::roster::Roster;
use crate::sync::atomic::Ordering::Acquire;
use crate::sync::process_static;

process_static! {
    static POOL: Roster<Hazard> = Roster::new();
}

/// Acquires a hazard pointer. Scans visit it before the caller stores an address.
#[inline(never)]
pub(super) fn acquire() -> &'static Hazard {
    POOL.acquire(|number| Hazard::new(Some(number)))
}

/// Releases a hazard pointer of the pool, whose address is 0.
#[inline(never)]
pub(super) fn release(hazard: &'static Hazard) {
    if let Some(number) = hazard.pooled {
        POOL.release(number);
    }
}

/// Calls `see` with each address that is announced in the pool.
pub(super) fn each_address(mut see: impl FnMut(usize)) {
    POOL.all(|hazard| {
        match hazard.address.load(Acquire) {
            0 => {}
            address => see(address),
        }
        true
    });
}
