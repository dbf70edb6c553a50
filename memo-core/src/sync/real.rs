//! What std has.

pub(crate) use std::alloc::{alloc, alloc_zeroed, dealloc};
pub(crate) use std::hint::spin_loop;
pub(crate) use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, atomic};
pub(crate) use std::thread::{sleep, yield_now};
pub(crate) use std::thread_local;

/// Memory that is no atomic, at this address, is about to be read: the model asks whether that races. Here it costs nothing.
#[inline(always)]
pub(crate) fn reads<T>(_: *const T) {}

/// As above: is about to be written, or dropped.
#[inline(always)]
pub(crate) fn writes<T>(_: *const T) {}

/// This address will be written before long: let it come from memory meanwhile.
#[inline(always)]
pub(crate) fn prefetch<T>(place: *const T) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a hint, which reads nothing and faults nowhere.
    unsafe {
        std::arch::x86_64::_mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T0 }>(place.cast());
    }
    // Elsewhere it comes when it comes.
    #[cfg(not(target_arch = "x86_64"))]
    let _ = place;
}
