//! The lock of a store: one read-modify-write to take it, one plain store to give it back.
//!
//! Nothing of the user's runs while it is held, and nothing that takes long: so who finds it taken spins a moment, then yields, then
//! sleeps a little, and no list of waiters has to be kept. (`std::sync::Mutex` costs a second read-modify-write to unlock, and a
//! cold miss locks twice.) It cannot be poisoned. It is not fair, on purpose: who has to wait stays away for as long as several misses take, so that
//! what the lock guards need not go from core to core with each of them. Two threads that miss half of the time take a third of the time per call.

use std::cell::UnsafeCell;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::time::Duration;

use crate::sync::atomic::AtomicBool;
use crate::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use crate::sync::{sleep, spin_loop, yield_now};

/// Pauses before a taken lock is looked at again, and how often their number doubles: from about as long as a miss takes to as long as several do.
const LEAST_SPINS: u32 = 64;
const DOUBLINGS: u32 = 3;
/// Looks at a taken lock before its thread yields.
const SPINNING: u32 = 6;
/// Yields before its thread sleeps: whoever holds the lock may have been interrupted.
const YIELDS: u32 = 64;
const SLEEP: Duration = Duration::from_micros(50);

/// On a cache line of its own: readers of what stands beside it must not pay for writers.
#[repr(align(64))]
pub struct SpinLock<T> {
    taken: AtomicBool,
    value: UnsafeCell<T>,
}

// SAFETY: the value is reached by whoever holds the lock, one at a time, or through `&mut`.
unsafe impl<T: Send> Sync for SpinLock<T> {}

/// Sent and shared as a `&mut T` is.
pub struct SpinGuard<'a, T>(&'a SpinLock<T>, PhantomData<&'a mut T>);

impl<T> SpinLock<T> {
    pub(crate) fn new(value: T) -> Self {
        Self { taken: AtomicBool::new(false), value: UnsafeCell::new(value) }
    }

    pub(crate) fn get_mut(&mut self) -> &mut T {
        self.value.get_mut()
    }

    #[inline]
    pub(crate) fn lock(&self) -> SpinGuard<'_, T> {
        if self.taken.swap(true, Acquire) {
            self.wait();
        }
        SpinGuard(self, PhantomData)
    }

    #[cold]
    #[inline(never)]
    fn wait(&self) {
        for round in 0u32.. {
            for _ in 0..LEAST_SPINS << round.min(DOUBLINGS) {
                spin_loop();
            }
            if !self.taken.load(Relaxed) && !self.taken.swap(true, Acquire) {
                return;
            }
            if round >= SPINNING + YIELDS {
                sleep(SLEEP);
            } else if round >= SPINNING {
                yield_now();
            }
        }
    }
}

impl<T> Deref for SpinGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: the guard holds the lock.
        unsafe { &*self.0.value.get() }
    }
}

impl<T> DerefMut for SpinGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: the guard holds the lock, and is borrowed mutably.
        unsafe { &mut *self.0.value.get() }
    }
}

impl<T> Drop for SpinGuard<'_, T> {
    #[inline]
    fn drop(&mut self) {
        self.0.taken.store(false, Release);
    }
}
