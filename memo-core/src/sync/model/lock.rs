//! A lock and a bell made of the model's atomics.

use std::cell::UnsafeCell;
use std::ops::{Deref, DerefMut};
use std::time::Duration;

use super::PoisonError;
use super::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use super::atomic::{AtomicBool, AtomicU64};
use super::yield_now;

#[derive(Debug, Default)]
pub(crate) struct Mutex<T> {
    taken: AtomicBool,
    value: UnsafeCell<T>,
}

// SAFETY: the value is reached by whoever holds the lock.
unsafe impl<T: Send> Send for Mutex<T> {}
// SAFETY: as above.
unsafe impl<T: Send> Sync for Mutex<T> {}

pub(crate) struct MutexGuard<'a, T>(&'a Mutex<T>);

type Locked<T> = Result<T, PoisonError<T>>;

impl<T> Mutex<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self { taken: AtomicBool::new(false), value: UnsafeCell::new(value) }
    }

    pub(crate) fn lock(&self) -> Locked<MutexGuard<'_, T>> {
        while self.taken.swap(true, Acquire) {
            while self.taken.load(Relaxed) {
                yield_now();
            }
        }
        Ok(MutexGuard(self))
    }
}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: the guard holds the lock.
        unsafe { &*self.0.value.get() }
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: as above.
        unsafe { &mut *self.0.value.get() }
    }
}

impl<T> Drop for MutexGuard<'_, T> {
    fn drop(&mut self) {
        self.0.taken.store(false, Release);
    }
}

/// Counts how often it was rung.
#[derive(Debug, Default)]
pub(crate) struct Condvar(AtomicU64);

impl Condvar {
    pub(crate) fn notify_all(&self) {
        self.0.fetch_add(1, AcqRel);
    }

    #[expect(clippy::unused_self, reason = "std's face")]
    pub(crate) fn wait<'a, T>(&self, guard: MutexGuard<'a, T>) -> Locked<MutexGuard<'a, T>> {
        let lock = guard.0;
        let heard = self.0.fetch_add(0, AcqRel);
        drop(guard);
        while self.0.load(Acquire) == heard {
            yield_now();
        }
        lock.lock()
    }

    /// As if the time were always over.
    #[expect(clippy::unused_self, reason = "std's face")]
    pub(crate) fn wait_timeout<'a, T>(&self, guard: MutexGuard<'a, T>, _: Duration) -> Locked<(MutexGuard<'a, T>, ())> {
        let lock = guard.0;
        drop(guard);
        yield_now();
        lock.lock().map(|guard| (guard, ())).map_err(|error| PoisonError::new((error.into_inner(), ())))
    }
}
