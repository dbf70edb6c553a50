//! One barrier for two: whoever reads often orders its accesses for free, whoever reclaims seldom pays for both.
//!
//! A reader stores "I look at this" and then loads "is it still there?". A reclaimer stores "it is gone" and then loads "does anybody look
//! at it?". At least one of the two must see the other, which takes a full barrier between store and load on *both* sides. With
//! membarrier(2) the reclaimer makes every running thread of the process execute that barrier, so the reader's own can be
//! left to the compiler (Desnoyers et al., "User-level implementations of read-copy update", 2012; the hazard pointers of Folly use it so).
//!
//! Where the system has no such call, [`light`] is a real barrier and [`heavy`] is another. `--cfg memokit_fences` chooses that
//! everywhere, for tests.

use std::sync::OnceLock;

use crate::sync::atomic::Ordering::SeqCst;
use crate::sync::atomic::{compiler_fence, fence};
use crate::sync::{membarrier, process_static};

process_static! {
    /// Whether [`light`] is free: found out before the first reader of the process reads.
    static ASYMMETRIC: OnceLock<bool> = OnceLock::new();
}

/// Whether [`light`] costs nothing: then [`compiler`] will do in its place.
pub(crate) fn is_asymmetric() -> bool {
    *ASYMMETRIC.get_or_init(membarrier::register)
}

/// Between a reader's store and its load.
pub(crate) fn light() {
    if is_asymmetric() { compiler() } else { fence(SeqCst) }
}

/// Between a reader's store and its load, where the other side pays for both.
#[inline(always)]
pub(crate) fn compiler() {
    compiler_fence(SeqCst);
}

/// Between a reclaimer's store and its load. `alone` says, after a fence, whether there is nobody else to make the barrier for: asking the
/// kernel takes as long as several misses.
pub(crate) fn heavy(alone: impl FnOnce() -> bool) {
    fence(SeqCst);
    if is_asymmetric() && !alone() {
        membarrier::barrier_everywhere();
    }
}
