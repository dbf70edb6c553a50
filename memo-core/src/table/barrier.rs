//! An asymmetric barrier: free for readers, who need it often, and paid for by the reclaimer, who
//! needs it rarely.
//!
//! A reader stores "I read this entry" and then loads "is it still live?". A reclaimer stores "it
//! is dead" and then loads "does a thread read it?". At least one of the two must see the other's
//! store, which takes a full barrier between store and load on *both* sides. With membarrier(2) the
//! reclaimer makes every running thread of the process execute that barrier, so that the reader's
//! own need only stop the compiler (Desnoyers et al., "User-level implementations of read-copy
//! update", 2012; the hazard pointers of Folly use it the same way).
//!
//! Where the system has no such call, [`light`] and [`heavy`] are both real barriers.
//! `--cfg memokit_fences` chooses that on every system, for tests.

use std::sync::OnceLock;

use crate::sync::atomic::Ordering::SeqCst;
use crate::sync::atomic::{compiler_fence, fence};
use crate::sync::{membarrier, process_static};

process_static! {
    /// Whether [`light`] is free. Found out once, before the first read of the process.
    static ASYMMETRIC: OnceLock<bool> = OnceLock::new();
}

/// Whether [`light`] is free: then [`compiler`] suffices in its place.
pub(crate) fn is_asymmetric() -> bool {
    *ASYMMETRIC.get_or_init(membarrier::register)
}

/// Between a reader's store and its load.
pub(crate) fn light() {
    if is_asymmetric() { compiler() } else { fence(SeqCst) }
}

/// Between a reader's store and its load, where the reclaimer pays for both sides.
#[inline(always)]
pub(crate) fn compiler() {
    compiler_fence(SeqCst);
}

/// Between a reclaimer's store and its load. `is_alone` is called after a fence, and says whether
/// this is the only reader thread: then the system call, which takes as long as several misses, is
/// left out.
pub(crate) fn heavy(is_alone: impl FnOnce() -> bool) {
    fence(SeqCst);
    if is_asymmetric() && !is_alone() {
        membarrier::barrier_everywhere();
    }
}
