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
use std::sync::atomic::{AtomicBool, compiler_fence};

use crate::sync::atomic::Ordering::{Relaxed, SeqCst};
use crate::sync::atomic::fence;

/// Whether [`light`] is free. Set once, before the first read of the process, so models need not
/// include it.
static ASYMMETRIC: AtomicBool = AtomicBool::new(false);

fn prepare() {
    static PREPARED: OnceLock<()> = OnceLock::new();
    PREPARED.get_or_init(|| ASYMMETRIC.store(system::register(), Relaxed));
}

/// Whether [`light`] is free: then [`compiler`] suffices in its place.
pub(crate) fn is_asymmetric() -> bool {
    prepare();
    ASYMMETRIC.load(Relaxed)
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
        system::barrier_everywhere();
    }
}

#[cfg(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64"),
    not(any(memokit_fences, shuttle, miri))
))]
mod system {
    use std::ffi::{c_int, c_long, c_uint};

    /// The number of the system call, from the kernel's tables.
    const MEMBARRIER: c_long = if cfg!(target_arch = "x86_64") { 324 } else { 283 };
    const PRIVATE_EXPEDITED: c_int = 1 << 3;
    const REGISTER_PRIVATE_EXPEDITED: c_int = 1 << 4;

    unsafe extern "C" {
        /// From the C library, which std links already.
        safe fn syscall(number: c_long, command: c_int, flags: c_uint, cpu: c_int) -> c_long;
    }

    /// Whether the kernel supports it (Linux 4.14 and later do).
    pub(super) fn register() -> bool {
        syscall(MEMBARRIER, REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0
    }

    /// Executes a full barrier in every running thread of this process; any other thread executes
    /// one when it is switched to.
    ///
    /// # Panics
    ///
    /// If the call fails after registration, which the kernel documents it does not: to go on would
    /// be unsound.
    pub(super) fn barrier_everywhere() {
        assert_eq!(syscall(MEMBARRIER, PRIVATE_EXPEDITED, 0, 0), 0, "membarrier(2) works once it is registered");
    }
}

#[cfg(not(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64"),
    not(any(memokit_fences, shuttle, miri))
)))]
mod system {
    pub(super) fn register() -> bool {
        false
    }

    pub(super) fn barrier_everywhere() {
        unreachable!("`register` has returned false")
    }
}
