//! The lock of a stripe: one read-modify-write to take it, one plain store to give it back.
//!
//! No user code runs while it is held, and nothing that takes long. So a thread that finds it taken
//! spins, then yields, then sleeps for a short time, and there is no list of waiters.
//! (`std::sync::Mutex` costs a second read-modify-write to unlock, and a cold miss locks twice.) It
//! is never poisoned. It is unfair on purpose: a waiting thread backs off for about several misses,
//! so that the cache lines that the lock protects do not bounce between cores with every miss. With
//! two threads that miss half of the time, a call takes a third of the time because of that. So a
//! thread that takes it many times in a row [gives way](SpinLock::give_way) in between.

use std::cell::UnsafeCell;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::time::Duration;

use crate::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use crate::sync::atomic::{AtomicBool, AtomicU32};
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

/// How a thread waits that found the lock taken, in the order of how late it notices that it is
/// free.
const NOBODY_WAITS: u32 = 0;
const ONE_SPINS: u32 = 1;
const ONE_SLEEPS: u32 = 2;

/// On a cache line of its own: readers of the fields beside it must not pay for writers.
#[repr(align(64))]
pub struct SpinLock<T> {
    taken: AtomicBool,
    /// A hint for the thread that has the lock.
    waiter: AtomicU32,
    value: UnsafeCell<T>,
}

// SAFETY: the value is reached through the guard of the lock, of which there is one at a time, or
// through `&mut`.
unsafe impl<T: Send> Sync for SpinLock<T> {}

/// The right to use the value of a locked [`SpinLock`]. `Send` and `Sync` as `&mut T` is.
pub struct SpinGuard<'a, T>(&'a SpinLock<T>, PhantomData<&'a mut T>);

impl<T> SpinLock<T> {
    pub(crate) fn new(value: T) -> Self {
        Self { taken: AtomicBool::new(false), waiter: AtomicU32::new(NOBODY_WAITS), value: UnsafeCell::new(value) }
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

    /// Lets a thread that waits have the lock: stays away for as long as that one may take to
    /// notice that it is free. For a thread that has just released it and is going to take it
    /// again.
    #[cold]
    #[inline(never)]
    pub(crate) fn give_way(&self) {
        match self.waiter.load(Relaxed) {
            NOBODY_WAITS => return,
            ONE_SLEEPS => sleep(2 * SLEEP),
            _ => {
                for _ in 0..2 * (MIN_SPINS << DOUBLINGS) {
                    spin_loop();
                }
                yield_now();
            }
        }
        self.waiter.store(NOBODY_WAITS, Relaxed);
    }

    #[cold]
    #[inline(never)]
    fn wait(&self) {
        let mut round = 0u32;
        loop {
            for _ in 0..MIN_SPINS << round.min(DOUBLINGS) {
                spin_loop();
            }
            if !self.taken.load(Relaxed) && !self.taken.swap(true, Acquire) {
                return;
            }
            let sleeps = round >= SPINNING_ROUNDS + YIELDING_ROUNDS;
            let waiter = if sleeps { ONE_SLEEPS } else { ONE_SPINS };
            if self.waiter.load(Relaxed) < waiter {
                self.waiter.store(waiter, Relaxed);
            }
            if sleeps {
                sleep(SLEEP);
            } else if round >= SPINNING_ROUNDS {
                yield_now();
            }
            round = round.saturating_add(1);
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
