//! Who shares a store: all threads, or one.
//!
//! The engine is written once. A scope gives it the pointer, the lock, the counter and the kind of reader that fit: atomics and [hazard pointers](crate::table::hazard)
//! for [`Shared`], plain cells for [`Local`].

use std::cell::{Cell, RefCell, RefMut};
use std::ops::{Deref, DerefMut};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};

use super::stats::{Alone, Threads};
use crate::info::RemovalCause;
use crate::table::Head;
use crate::table::hazard::{self, Held};
use crate::table::lock::{SpinGuard, SpinLock};
use crate::table::tally::Tally;

/// One of [`Shared`] and [`Local`]. Sealed: the engine depends on their details.
pub trait Scope: sealed::Sealed {
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
    use super::{Counting, Head, Held, Lock, Quick, Reading, RemovalCause};
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
        type Reading<'a>: Reading;
        /// The same in the usual case, at the least cost.
        type Quick<'a>: Quick<'a, Self>;
        /// Who counts.
        type Counting: Counting<Self>;
        /// Entries that may wait to be reused before it is asked whether somebody reads them: asking costs a barrier.
        const BATCH: usize;
        /// The same of entries without anything to drop, of which nobody notices when they go.
        const PLAIN_BATCH: usize;

        /// Begins to read in the store with this sign, if this is the usual case.
        fn read_quickly(readers: &Self::Readers, sign: usize) -> Option<Self::Quick<'_>>;
        /// Begins to read in the store with this sign.
        fn read(readers: &Self::Readers, sign: usize) -> Self::Reading<'_>;
        /// Which addresses somebody may be reading.
        fn held(readers: &Self::Readers) -> Held;
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
pub trait Reading {
    /// Keeps the entry at this address from being reused, if it is found alive after this.
    fn hold(&self, head: *const Head);
}

/// Somebody who reads, until it is dropped or slowed down.
pub trait Quick<'a, S: Private> {
    /// As for [`Reading`].
    fn hold(&self, head: *const Head);
    /// What it counts with in the store of this [serial number](Counting::serial), if that is at hand.
    fn tally<'t>(&'t self, serial: u64, counting: &'t S::Counting) -> Option<&'t Tally>;
}

/// Who counts the hits of a store.
pub trait Counting<S: Private>: Default {
    /// What tells the store from all others there ever were, if readers go by that.
    fn serial(&self) -> u64;
    /// What this reader counts with.
    fn tally<'a>(&'a self, reading: &'a S::Reading<'_>) -> &'a Tally;
    /// Hits, and look-ups that found nothing, of all readers there were.
    fn sums(&self) -> (u64, u64);
}

/// One store for all threads.
#[derive(Debug)]
pub enum Shared {}

impl Scope for Shared {
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
    type Reading<'a> = hazard::Reading;
    type Quick<'a> = hazard::Quick;
    type Counting = Threads;
    const BATCH: usize = 64;
    const PLAIN_BATCH: usize = 64;

    #[inline(always)]
    fn read_quickly((): &(), sign: usize) -> Option<hazard::Quick> {
        hazard::read_quickly(sign)
    }

    fn read((): &(), sign: usize) -> hazard::Reading {
        hazard::read(sign)
    }

    fn held((): &()) -> Held {
        hazard::held()
    }
}

impl Reading for hazard::Reading {
    fn hold(&self, head: *const Head) {
        self.hold(head);
    }
}

impl Quick<'_, Shared> for hazard::Quick {
    #[inline(always)]
    fn hold(&self, head: *const Head) {
        self.hold(head);
    }

    #[inline(always)]
    fn tally<'t>(&'t self, serial: u64, _: &'t Threads) -> Option<&'t Tally> {
        self.recent_tally(serial)
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

impl Scope for Local {
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
    type Reading<'a> = LocalReading<'a>;
    type Quick<'a> = LocalQuick<'a>;
    type Counting = Alone;
    const BATCH: usize = 1;
    const PLAIN_BATCH: usize = 16;

    #[inline(always)]
    fn read_quickly(readers: &LocalReaders, sign: usize) -> Option<LocalQuick<'_>> {
        if readers.first.get() != 0 {
            return None;
        }
        readers.first.set(sign);
        Some(LocalQuick(readers))
    }

    fn read(readers: &LocalReaders, sign: usize) -> LocalReading<'_> {
        readers.read(sign)
    }

    fn held(readers: &LocalReaders) -> Held {
        let mut held = Held::default();
        hazard::hold_for_long(&mut held);
        held.push(readers.first.get());
        readers.inner.borrow().iter().for_each(|&address| held.push(address));
        held.sort();
        held
    }
}

/// What the readers on this thread hold: one that reads, and those that began inside it, in a user's `Eq`, say.
#[derive(Default)]
pub struct LocalReaders {
    first: Cell<usize>,
    inner: RefCell<Vec<usize>>,
}

pub struct LocalReading<'a> {
    readers: &'a LocalReaders,
    /// 0 for the outermost.
    depth: usize,
}

/// The outermost.
pub struct LocalQuick<'a>(&'a LocalReaders);

impl<'a> Quick<'a, Local> for LocalQuick<'a> {
    #[inline(always)]
    fn hold(&self, head: *const Head) {
        self.0.first.set(head.addr());
    }

    #[inline(always)]
    fn tally<'t>(&'t self, _: u64, counting: &'t Alone) -> Option<&'t Tally> {
        Some(counting.one())
    }
}

impl Drop for LocalQuick<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        self.0.first.set(0);
    }
}

impl LocalReaders {
    fn read(&self, sign: usize) -> LocalReading<'_> {
        if self.first.get() == 0 {
            self.first.set(sign);
            return LocalReading { readers: self, depth: 0 };
        }
        let mut inner = self.inner.borrow_mut();
        inner.push(sign);
        LocalReading { readers: self, depth: inner.len() }
    }
}

impl Reading for LocalReading<'_> {
    fn hold(&self, head: *const Head) {
        match self.depth {
            0 => self.readers.first.set(head.addr()),
            depth => self.readers.inner.borrow_mut()[depth - 1] = head.addr(),
        }
    }
}

impl Drop for LocalReading<'_> {
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
