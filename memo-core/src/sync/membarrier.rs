//! membarrier(2): a barrier that one thread makes all others execute. What it is for stands with
//! its one user, `table::barrier`.
//!
//! Without the system call, and with `--cfg memokit_fences`, there is none.

pub(crate) use system::{barrier_everywhere, register};

#[cfg(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64"),
    not(any(memokit_fences, miri))
))]
mod system {
    use std::ffi::{c_int, c_long, c_uint};

    /// The number of the system call, from the kernel's tables.
    const MEMBARRIER: c_long = if cfg!(target_arch = "x86_64") { 324 } else { 283 };
    const PRIVATE_EXPEDITED: c_int = 1 << 3;
    const REGISTER_PRIVATE_EXPEDITED: c_int = 1 << 4;

    unsafe extern "C" {
        /// The C library's function, which std links already.
        safe fn syscall(number: c_long, command: c_int, flags: c_uint, cpu: c_int) -> c_long;
    }

    /// Whether the kernel offers the barrier to this process (Linux 4.14 and later do).
    pub(crate) fn register() -> bool {
        syscall(MEMBARRIER, REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0
    }

    /// Executes a full barrier in every running thread of this process. A thread that does not run
    /// executes one when it is switched to.
    ///
    /// # Panics
    ///
    /// If the call fails after it was registered, which the kernel documents it does not: to go on
    /// would be unsound.
    pub(crate) fn barrier_everywhere() {
        assert_eq!(syscall(MEMBARRIER, PRIVATE_EXPEDITED, 0, 0), 0, "membarrier(2) works once it is registered");
    }
}

#[cfg(not(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64"),
    not(any(memokit_fences, miri))
)))]
mod system {
    pub(crate) fn register() -> bool {
        false
    }

    pub(crate) fn barrier_everywhere() {
        unreachable!("the barrier was never registered")
    }
}
