//! The lock of a stripe: one read-modify-write to take it, one plain store to give it back.
//!
//! No user code runs while it is held, and nothing that takes long. So a thread that finds it taken
//! spins, then yields, then sleeps for a short time, and there is no list of waiters.
//! (`std::sync::Mutex` costs a second read-modify-write to unlock, and a cold miss locks twice.) It
//! is never poisoned. It is unfair on purpose: a waiting thread backs off for about several misses,
//! so that the cache lines that the lock protects do not bounce between cores with every miss. With
//! two threads that miss half of the time, a call takes a third of the time because of that.

use std::cell::UnsafeCell;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::time::Duration;

use crate::sync::atomic::AtomicBool;
use crate::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use crate::sync::{sleep, spin_loop, yield_now};

/// Spin iterations before the next attempt, and how often their number doubles: from about one miss
/// to several.
const MIN_SPINS: u32 = 64;
const DOUBLINGS: u32 = 3;
/// Attempts before a waiting thread yields.
const SPINNING_ROUNDS: u32 = 6;
/// Yields before a waiting thread sleeps: the owner of the lock may have been preempted.
const YIELDING_ROUNDS: u32 = 64;
const SLEEP: Duration = Duration::from_micros(50);

/// On a cache line of its own: readers of the fields beside it must not pay for writers.
#[repr(align(64))]
pub struct SpinLock<T> {
    taken: AtomicBool,
    value: UnsafeCell<T>,
}

// SAFETY: the value is reached through the guard of the lock, of which there is one at a time, or
// through `&mut`.
unsafe impl<T: Send> Sync for SpinLock<T> {}

/// The right to use the value of a locked [`SpinLock`]. `Send` and `Sync` as `&mut T` is.
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
            for _ in 0..MIN_SPINS << round.min(DOUBLINGS) {
                spin_loop();
            }
            if !self.taken.load(Relaxed) && !self.taken.swap(true, Acquire) {
                return;
            }
            if round >= SPINNING_ROUNDS + YIELDING_ROUNDS {
                sleep(SLEEP);
            } else if round >= SPINNING_ROUNDS {
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
