//! A mutex and a condition variable made of modelled atomics.

use std::cell::UnsafeCell;
use std::ops::{Deref, DerefMut};
use std::sync::PoisonError;
use std::time::Duration;

use super::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use super::atomic::{AtomicBool, AtomicU64};
use super::thread::yield_now;

#[derive(Debug, Default)]
pub(crate) struct Mutex<T> {
    locked: AtomicBool,
    value: UnsafeCell<T>,
}

// SAFETY: only the thread that holds the lock reaches the value.
unsafe impl<T: Send> Send for Mutex<T> {}
// SAFETY: as above.
unsafe impl<T: Send> Sync for Mutex<T> {}

pub(crate) struct MutexGuard<'a, T>(&'a Mutex<T>);

type LockResult<T> = Result<T, PoisonError<T>>;

impl<T> Mutex<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self { locked: AtomicBool::new(false), value: UnsafeCell::new(value) }
    }

    #[expect(clippy::unnecessary_wraps, reason = "the interface of std's")]
    pub(crate) fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
        while self.locked.swap(true, Acquire) {
            while self.locked.load(Relaxed) {
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
        self.0.locked.store(false, Release);
    }
}

/// Counts how often it was notified.
#[derive(Debug, Default)]
pub(crate) struct Condvar(AtomicU64);

impl Condvar {
    pub(crate) fn notify_all(&self) {
        self.0.fetch_add(1, AcqRel);
    }

    pub(crate) fn wait<'a, T>(&self, guard: MutexGuard<'a, T>) -> LockResult<MutexGuard<'a, T>> {
        let lock = guard.0;
        let before = self.0.fetch_add(0, AcqRel);
        drop(guard);
        while self.0.load(Acquire) == before {
            yield_now();
        }
        lock.lock()
    }

    /// As if the time were always up.
    #[expect(clippy::unused_self, reason = "the interface of std's")]
    pub(crate) fn wait_timeout<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        _: Duration,
    ) -> LockResult<(MutexGuard<'a, T>, ())> {
        let lock = guard.0;
        drop(guard);
        yield_now();
        lock.lock().map(|guard| (guard, ())).map_err(|error| PoisonError::new((error.into_inner(), ())))
    }
}
