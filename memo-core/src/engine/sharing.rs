//! Who shares a store: all threads, or one.
//!
//! The engine is written once. A scope gives it the pointer, the lock, the counter and the kind of reader that fit: atomics and [hazard pointers](crate::table::hazard)
//! for [`Shared`], plain cells for [`Local`].

use std::cell::{Cell, RefCell, RefMut};
use std::ops::{Deref, DerefMut};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};

use super::stats::{PerThread, SingleThread};
use crate::info::RemovalCause;
use crate::table::Head;
use crate::table::hazard::{self, Protected};
use crate::table::lock::{SpinGuard, SpinLock};
use crate::table::thread_counters::ThreadCounters;

/// One of [`Shared`] and [`Local`]. Sealed: the engine depends on their details.
pub trait Sharing: sealed::Sealed {
    /// A counted pointer.
    type Ref<T: ?Sized>: Deref<Target = T> + Clone;
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
    use super::{FastGuard, Head, HitCounting, Lock, Protected, ReadGuard, RemovalCause};
    use std::ops::Deref;

    /// What only the engine needs to know.
    #[expect(unnameable_types, reason = "that is what sealed means")]
    pub trait Sealed: Sized + 'static {
        /// What keeps writers apart.
        type Lock<T>: Lock<T>;
        /// What hears of removals.
        type Listener: Deref<Target: Fn(&Head, RemovalCause)>;
        /// What a store keeps of who reads in it.
        type Readers: Default;
        /// Somebody who reads in it.
        type ReadGuard<'a>: ReadGuard;
        /// The same in the usual case, at the least cost.
        type FastGuard<'a>: FastGuard<'a, Self>;
        /// Who counts.
        type HitCounting: HitCounting<Self>;
        /// Entries that may wait to be reused before it is asked whether somebody reads them: asking costs a barrier.
        const BATCH: usize;
        /// The same of entries without anything to drop, of which nobody notices when they go.
        const PLAIN_BATCH: usize;

        /// Begins to read in the store with this sign, if this is the usual case.
        fn read_fast(readers: &Self::Readers, scan_tag: usize) -> Option<Self::FastGuard<'_>>;
        /// Begins to read in the store with this sign.
        fn read(readers: &Self::Readers, scan_tag: usize) -> Self::ReadGuard<'_>;
        /// Which addresses somebody may be reading.
        fn protected(readers: &Self::Readers) -> Protected;
    }
}
pub(crate) use sealed::Sealed as Private;

/// A lock that is never poisoned: nothing of the user's runs while it is held.
pub trait Lock<T> {
    type Guard<'a>: DerefMut<Target = T>
    where
        Self: 'a;

    fn new(value: T) -> Self;
    fn lock(&self) -> Self::Guard<'_>;
    fn get_mut(&mut self) -> &mut T;
}

/// Somebody who reads, until it is dropped.
pub trait ReadGuard {
    /// Keeps the entry at this address from being reused, if it is found alive after this.
    fn protect(&self, head: *const Head);
}

/// Somebody who reads, until it is dropped or slowed down.
pub trait FastGuard<'a, S: Private> {
    /// As for [`ReadGuard`].
    fn protect(&self, head: *const Head);
    /// What it counts with in the store of this [serial number](Counting::serial), if that is at hand.
    fn counters<'t>(&'t self, serial: u64, counting: &'t S::HitCounting) -> Option<&'t ThreadCounters>;
}

/// Who counts the hits of a store.
pub trait HitCounting<S: Private>: Default {
    /// What tells the store from all others there ever were, if readers go by that.
    fn serial(&self) -> u64;
    /// What this reader counts with.
    fn counters<'a>(&'a self, reading: &'a S::ReadGuard<'_>) -> &'a ThreadCounters;
    /// Hits, and look-ups that found nothing, of all readers there were.
    fn sums(&self) -> (u64, u64);
}

/// One store for all threads.
#[derive(Debug)]
pub enum Shared {}

impl Sharing for Shared {
    type Ref<T: ?Sized> = Arc<T>;
    type Weigher<K, V> = Arc<dyn Fn(&K, &V) -> u64 + Send + Sync>;

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

impl Private for Shared {
    type Lock<T> = SpinLock<T>;
    type Listener = Box<dyn Fn(&Head, RemovalCause) + Send + Sync>;
    type Readers = ();
    type ReadGuard<'a> = hazard::ReadGuard;
    type FastGuard<'a> = hazard::FastGuard;
    type HitCounting = PerThread;
    const BATCH: usize = 64;
    const PLAIN_BATCH: usize = 64;

    #[inline(always)]
    fn read_fast((): &(), scan_tag: usize) -> Option<hazard::FastGuard> {
        hazard::read_fast(scan_tag)
    }

    fn read((): &(), scan_tag: usize) -> hazard::ReadGuard {
        hazard::read(scan_tag)
    }

    fn protected((): &()) -> Protected {
        hazard::protected()
    }
}

impl ReadGuard for hazard::ReadGuard {
    fn protect(&self, head: *const Head) {
        self.protect(head);
    }
}

impl FastGuard<'_, Shared> for hazard::FastGuard {
    #[inline(always)]
    fn protect(&self, head: *const Head) {
        self.protect(head);
    }

    #[inline(always)]
    fn counters<'t>(&'t self, serial: u64, _: &'t PerThread) -> Option<&'t ThreadCounters> {
        self.recent_counters(serial)
    }
}

impl<T> Lock<T> for SpinLock<T> {
    type Guard<'a>
        = SpinGuard<'a, T>
    where
        T: 'a;

    fn new(value: T) -> Self {
        Self::new(value)
    }

    #[inline]
    fn lock(&self) -> SpinGuard<'_, T> {
        self.lock()
    }

    fn get_mut(&mut self) -> &mut T {
        self.get_mut()
    }
}

/// One store for one thread.
#[derive(Debug)]
pub enum Local {}

impl Sharing for Local {
    type Ref<T: ?Sized> = Rc<T>;
    type Weigher<K, V> = Rc<dyn Fn(&K, &V) -> u64>;

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

impl Private for Local {
    type Lock<T> = RefCell<T>;
    type Listener = Box<dyn Fn(&Head, RemovalCause)>;
    type Readers = LocalReaders;
    type ReadGuard<'a> = LocalReadGuard<'a>;
    type FastGuard<'a> = LocalFastGuard<'a>;
    type HitCounting = SingleThread;
    const BATCH: usize = 1;
    const PLAIN_BATCH: usize = 16;

    #[inline(always)]
    fn read_fast(readers: &LocalReaders, scan_tag: usize) -> Option<LocalFastGuard<'_>> {
        if readers.first.get() != 0 {
            return None;
        }
        readers.first.set(scan_tag);
        Some(LocalFastGuard(readers))
    }

    fn read(readers: &LocalReaders, scan_tag: usize) -> LocalReadGuard<'_> {
        readers.read(scan_tag)
    }

    fn protected(readers: &LocalReaders) -> Protected {
        let mut protected = Protected::default();
        hazard::add_pooled(&mut protected);
        protected.push(readers.first.get());
        readers.inner.borrow().iter().for_each(|&address| protected.push(address));
        protected.sort();
        protected
    }
}

/// What the readers on this thread hold: one that reads, and those that began inside it, in a user's `Eq`, say.
#[derive(Default)]
pub struct LocalReaders {
    first: Cell<usize>,
    inner: RefCell<Vec<usize>>,
}

pub struct LocalReadGuard<'a> {
    readers: &'a LocalReaders,
    /// 0 for the outermost.
    depth: usize,
}

/// The outermost.
pub struct LocalFastGuard<'a>(&'a LocalReaders);

impl<'a> FastGuard<'a, Local> for LocalFastGuard<'a> {
    #[inline(always)]
    fn protect(&self, head: *const Head) {
        self.0.first.set(head.addr());
    }

    #[inline(always)]
    fn counters<'t>(&'t self, _: u64, counting: &'t SingleThread) -> Option<&'t ThreadCounters> {
        Some(counting.one())
    }
}

impl Drop for LocalFastGuard<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        self.0.first.set(0);
    }
}

impl LocalReaders {
    fn read(&self, scan_tag: usize) -> LocalReadGuard<'_> {
        if self.first.get() == 0 {
            self.first.set(scan_tag);
            return LocalReadGuard { readers: self, depth: 0 };
        }
        let mut inner = self.inner.borrow_mut();
        inner.push(scan_tag);
        LocalReadGuard { readers: self, depth: inner.len() }
    }
}

impl ReadGuard for LocalReadGuard<'_> {
    fn protect(&self, head: *const Head) {
        match self.depth {
            0 => self.readers.first.set(head.addr()),
            depth => self.readers.inner.borrow_mut()[depth - 1] = head.addr(),
        }
    }
}

impl Drop for LocalReadGuard<'_> {
    fn drop(&mut self) {
        if self.depth == 0 {
            return self.readers.first.set(0);
        }
        let mut inner = self.readers.inner.borrow_mut();
        inner[self.depth - 1] = 0;
        while inner.last() == Some(&0) {
            inner.pop();
        }
    }
}

impl<T> Lock<T> for RefCell<T> {
    type Guard<'a>
        = RefMut<'a, T>
    where
        T: 'a;

    fn new(value: T) -> Self {
        Self::new(value)
    }

    #[inline]
    fn lock(&self) -> RefMut<'_, T> {
        self.borrow_mut()
    }

    fn get_mut(&mut self) -> &mut T {
        self.get_mut()
    }
}
