//! The sharing of a store that one thread uses: plain cells, no lock and no barrier.

use std::cell::{Cell, RefCell, RefMut};
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use super::hit_counters::SingleThread;
use super::sharing::{FastReader, HitCounting, Lock, Private, Reader, Sharing};
use crate::info::RemovalCause;
use crate::table::clock_check::ClockCheck;
use crate::table::hazard::{self, Protected};
use crate::table::thread_counters::ThreadCounters;
use crate::table::{Attachment, EntryRef, Head};

/// The sharing of a store that one thread uses.
#[derive(Debug)]
pub enum Local {}

impl Sharing for Local {
    type Ref<T: ?Sized> = Rc<T>;

    fn share<T>(value: T) -> Rc<T> {
        Rc::new(value)
    }

    /// Only the owning thread writes; other threads may read at any time.
    #[inline]
    fn count(counter: &AtomicU64) {
        counter.store(counter.load(Relaxed) + 1, Relaxed);
    }
}

impl Private for Local {
    type Lock<T> = RefCell<T>;
    type Observer = Box<dyn Fn(EntryRef<'_>, RemovalCause)>;
    type Weigher = Box<dyn Fn(*const (), *const ()) -> u64>;
    type TtlRule = Box<dyn Fn(*const (), *const (), Option<Duration>) -> Option<Duration>>;
    type Predicate = Rc<dyn Fn(EntryRef<'_>, Attachment) -> bool>;
    type Readers = LocalReaders;
    type ReadGuard<'a> = LocalReadGuard<'a>;
    type FastGuard<'a> = LocalFastGuard<'a>;
    type Counting = SingleThread;
    const BATCH: usize = 1;
    const PLAIN_BATCH: usize = 16;
    const MAY_PARK: bool = false;

    #[inline(always)]
    fn read_fast(readers: &LocalReaders, scan_tag: usize) -> Option<LocalFastGuard<'_>> {
        if readers.outermost.get() != 0 {
            return None;
        }
        readers.outermost.set(scan_tag);
        Some(LocalFastGuard(readers))
    }

    fn read(readers: &LocalReaders, scan_tag: usize) -> LocalReadGuard<'_> {
        readers.read(scan_tag)
    }

    fn scans_cheaply() -> bool {
        true
    }

    fn protected(readers: &LocalReaders) -> Protected {
        let mut protected = Protected::default();
        hazard::add_pooled(&mut protected);
        protected.push(readers.outermost.get());
        readers.nested.borrow().iter().for_each(|&address| protected.push(address));
        protected.sort();
        protected
    }
}

/// The addresses that the readers on this thread protect: of the outermost reader, and of readers
/// that began inside it (in a user's `Eq`, for example).
#[derive(Default)]
pub struct LocalReaders {
    outermost: Cell<usize>,
    nested: RefCell<Vec<usize>>,
    clock_check: ClockCheck,
}

pub struct LocalReadGuard<'a> {
    readers: &'a LocalReaders,
    /// 0 for the outermost reader.
    depth: usize,
}

/// The read guard of the outermost reader.
pub struct LocalFastGuard<'a>(&'a LocalReaders);

impl<'a> FastReader<'a, Local> for LocalFastGuard<'a> {
    #[inline(always)]
    fn protect(&self, head: *const Head) {
        self.0.outermost.set(head.addr());
    }

    #[inline(always)]
    fn count_for_clock_check(&self) -> bool {
        self.0.clock_check.count()
    }

    #[inline(always)]
    fn counters<'t>(&'t self, _: u64, counting: &'t SingleThread) -> Option<&'t ThreadCounters> {
        Some(counting.counters())
    }
}

impl Drop for LocalFastGuard<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        self.0.outermost.set(0);
    }
}

impl LocalReaders {
    fn read(&self, scan_tag: usize) -> LocalReadGuard<'_> {
        if self.outermost.get() == 0 {
            self.outermost.set(scan_tag);
            return LocalReadGuard { readers: self, depth: 0 };
        }
        let mut nested = self.nested.borrow_mut();
        nested.push(scan_tag);
        LocalReadGuard { readers: self, depth: nested.len() }
    }
}

impl Reader for LocalReadGuard<'_> {
    fn protect(&self, head: *const Head) {
        match self.depth {
            0 => self.readers.outermost.set(head.addr()),
            depth => self.readers.nested.borrow_mut()[depth - 1] = head.addr(),
        }
    }

    fn take_clock_check(&self) -> bool {
        self.readers.clock_check.take()
    }
}

impl Drop for LocalReadGuard<'_> {
    fn drop(&mut self) {
        if self.depth == 0 {
            return self.readers.outermost.set(0);
        }
        let mut nested = self.readers.nested.borrow_mut();
        nested[self.depth - 1] = 0;
        while nested.last() == Some(&0) {
            nested.pop();
        }
    }
}

impl HitCounting<Local> for SingleThread {
    fn serial(&self) -> u64 {
        0
    }

    fn counters<'a>(&'a self, _: &'a LocalReadGuard<'_>) -> &'a ThreadCounters {
        self.counters()
    }

    fn sums(&self) -> (u64, u64) {
        (self.counters().hits(), self.counters().misses())
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

    fn give_way(&self) {}
}
