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
use std::sync::atomic::{AtomicBool, compiler_fence};

use crate::sync::atomic::Ordering::{Relaxed, SeqCst};
use crate::sync::atomic::fence;

/// Whether [`light`] is free. Set once, before the first reader of the process; so no part of what models look at.
static ASYMMETRIC: AtomicBool = AtomicBool::new(false);

fn prepare() {
    static PREPARED: OnceLock<()> = OnceLock::new();
    PREPARED.get_or_init(|| ASYMMETRIC.store(system::register(), Relaxed));
}

/// Whether [`light`] costs nothing: then [`compiler`] will do in its place.
pub(crate) fn is_asymmetric() -> bool {
    prepare();
    ASYMMETRIC.load(Relaxed)
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
        /// The C library's, which std links already.
        safe fn syscall(number: c_long, command: c_int, flags: c_uint, cpu: c_int) -> c_long;
    }

    /// Whether the kernel will do it (Linux 4.14 and later do).
    pub(super) fn register() -> bool {
        syscall(MEMBARRIER, REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0
    }

    /// A full barrier in every running thread of this process; a thread that does not run has one when it is switched to.
    ///
    /// # Panics
    ///
    /// If the kernel takes its word back, which it documents it does not: going on would be unsound.
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
        unreachable!("nobody has registered for it")
    }
}
