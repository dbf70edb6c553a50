//! What the lock-free code shares between threads, imported from here and not from std: the package
//! `memo-models` compiles the rest of this crate with a model of this module in its place.
//! Statistics and slow paths, which are not modelled, use std.

pub(crate) mod membarrier;

pub(crate) use std::alloc::{alloc, alloc_zeroed, dealloc};
pub(crate) use std::hint::spin_loop;
pub(crate) use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, atomic};
pub(crate) use std::thread::{sleep, yield_now};
pub(crate) use std::thread_local;

/// Whether there is a thread that serves stores after a time. A model has no time.
pub(crate) const TIMER: bool = true;

/// Declares statics. A model runs many times in one process, each time with statics of its own.
macro_rules! process_static {
    ($($item:item)*) => { $($item)* };
}
pub(crate) use process_static;

/// Memory at this address, which is not atomic, is about to be read: a model checks whether that is
/// a data race. Here it costs nothing.
#[inline(always)]
pub(crate) fn reads<T>(_: *const T) {}

/// As above: it is about to be written or dropped.
#[inline(always)]
pub(crate) fn writes<T>(_: *const T) {}

/// This address will be written soon: its cache line may be loaded meanwhile.
#[inline(always)]
pub(crate) fn prefetch<T>(address: *const T) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a hint, which reads nothing and never faults.
    unsafe {
        std::arch::x86_64::_mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T0 }>(address.cast());
    }
    // Other architectures have no such hint in stable Rust: the line is loaded when it is written.
    #[cfg(not(target_arch = "x86_64"))]
    let _ = address;
}
