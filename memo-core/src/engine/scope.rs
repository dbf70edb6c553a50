//! Who shares a store: all threads, or one.
//!
//! The engine is written once. A scope gives it the pointer, the lock and the counter that fit: atomics and a read-write lock for
//! [`Shared`], plain cells for [`Local`].

use std::cell::RefCell;
use std::ops::{Deref, DerefMut};
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, PoisonError, RwLock};

use crate::info::RemovalCause;

/// One of [`Shared`] and [`Local`]. Sealed: the engine depends on their details.
pub trait Scope: sealed::Sealed + Sized + 'static {
    /// A counted pointer.
    type Ref<T: ?Sized>: Deref<Target = T> + Clone;
    /// What keeps writers apart.
    type Lock<T>: Lock<T>;
    /// What hears of removals.
    type Listener<P: ?Sized>: Deref<Target: Fn(&P, RemovalCause)>;
    /// What weighs an entry.
    type Weigher<K, V>: Deref<Target: Fn(&K, &V) -> u64>;

    #[doc(hidden)]
    fn share<T>(value: T) -> Self::Ref<T>;
    /// Adds one to a counter that every thread of this scope may add to, and gives its value before.
    #[doc(hidden)]
    fn count(counter: &AtomicU64) -> u64;
    /// Which of several counters this thread should use, to keep out of the others' way.
    #[doc(hidden)]
    fn stripe() -> usize;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Shared {}
    impl Sealed for super::Local {}
}

/// A lock that is never poisoned: nothing of the user's runs while it is held.
pub trait Lock<T> {
    #[doc(hidden)]
    fn new(value: T) -> Self;
    #[doc(hidden)]
    fn read(&self) -> impl Deref<Target = T>;
    #[doc(hidden)]
    fn write(&self) -> impl DerefMut<Target = T>;
}

/// One store for all threads.
#[derive(Debug)]
pub enum Shared {}

impl Scope for Shared {
    type Ref<T: ?Sized> = Arc<T>;
    type Lock<T> = RwLock<T>;
    type Listener<P: ?Sized> = Arc<dyn Fn(&P, RemovalCause) + Send + Sync>;
    type Weigher<K, V> = Arc<dyn Fn(&K, &V) -> u64 + Send + Sync>;

    #[inline]
    fn share<T>(value: T) -> Arc<T> {
        Arc::new(value)
    }

    #[inline]
    fn count(counter: &AtomicU64) -> u64 {
        counter.fetch_add(1, Relaxed)
    }

    #[inline]
    fn stripe() -> usize {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        thread_local! { static STRIPE: usize = NEXT.fetch_add(1, Relaxed) }
        STRIPE.try_with(|stripe| *stripe).unwrap_or(0)
    }
}

impl<T> Lock<T> for RwLock<T> {
    fn new(value: T) -> Self {
        Self::new(value)
    }

    #[inline]
    fn read(&self) -> impl Deref<Target = T> {
        self.read().unwrap_or_else(PoisonError::into_inner)
    }

    #[inline]
    fn write(&self) -> impl DerefMut<Target = T> {
        self.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One store for one thread.
#[derive(Debug)]
pub enum Local {}

impl Scope for Local {
    type Ref<T: ?Sized> = Rc<T>;
    type Lock<T> = RefCell<T>;
    type Listener<P: ?Sized> = Rc<dyn Fn(&P, RemovalCause)>;
    type Weigher<K, V> = Rc<dyn Fn(&K, &V) -> u64>;

    #[inline]
    fn share<T>(value: T) -> Rc<T> {
        Rc::new(value)
    }

    /// Only the owner writes; others may read at any time.
    #[inline]
    fn count(counter: &AtomicU64) -> u64 {
        let before = counter.load(Relaxed);
        counter.store(before + 1, Relaxed);
        before
    }

    #[inline]
    fn stripe() -> usize {
        0
    }
}

impl<T> Lock<T> for RefCell<T> {
    fn new(value: T) -> Self {
        Self::new(value)
    }

    #[inline]
    fn read(&self) -> impl Deref<Target = T> {
        self.borrow()
    }

    #[inline]
    fn write(&self) -> impl DerefMut<Target = T> {
        self.borrow_mut()
    }
}
