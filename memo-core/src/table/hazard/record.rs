//! A hazard pointer, and the record of a thread, which holds one.
//!
//! Records are linked into a list that never shrinks. A thread that ends releases its record, and a
//! later one acquires it.

use std::cell::{Cell, UnsafeCell};
use std::ptr::{self, NonNull, null, null_mut};
use std::sync::Arc;

use crate::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst};
use crate::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicUsize, fence};
use crate::sync::{process_static, writes};
use crate::table::barrier;
use crate::table::thread_counters::ThreadCounters;

/// What one reader announces.
#[repr(C)]
pub(super) struct Hazard {
    /// 0, a store's scan tag, or the address of an entry.
    pub(super) address: AtomicUsize,
    /// The store of this hazard pointer's last hit, by its serial number, and the thread's counters
    /// in that store. Only the reading thread touches this, and `record`.
    pub(super) recent: Cell<(u64, NonNull<ThreadCounters>)>,
    /// The record of the reading thread.
    pub(super) record: Cell<*const ThreadRecord>,
    /// Whether readers execute real barriers: see [`barrier`].
    pub(super) fenced: bool,
    /// Whether it belongs to the pool.
    pub(super) pooled: bool,
}

/// No store has the serial number 0.
const NO_STORE: (u64, NonNull<ThreadCounters>) = (0, NonNull::dangling());

impl Hazard {
    pub(super) fn new(pooled: bool) -> Self {
        Self {
            address: AtomicUsize::new(0),
            recent: Cell::new(NO_STORE),
            record: Cell::new(null()),
            fenced: !barrier::is_asymmetric(),
            pooled,
        }
    }

    /// The reading thread's counters in the store with this number and serial. Numbers are reused,
    /// serials never are.
    ///
    /// # Safety
    ///
    /// The caller is that thread, and reads in that store as long as it uses the counters.
    pub(super) unsafe fn counters<'a>(
        &self,
        number: usize,
        serial: u64,
        join: impl FnOnce(u8) -> Arc<ThreadCounters>,
    ) -> &'a ThreadCounters {
        let (recent, counters) = self.recent.get();
        if recent == serial {
            // SAFETY: counters stay in the list until the thread ends or a store with the same
            // number replaces them, and that store exists only after the end of the one with this
            // serial, which lives: this thread reads in it.
            return unsafe { counters.as_ref() };
        }
        // SAFETY: set when the read began; records live for ever. By contract there is no other
        // reference into the list.
        let (record, counters) = unsafe {
            let record = &*self.record.get();
            writes(record.counters.get());
            (record, &mut *record.counters.get())
        };
        if counters.len() <= number {
            counters.resize(number + 1, None);
        }
        let counters = match &mut counters[number] {
            Some(counters) if counters.belongs_to(serial) => counters,
            outdated => outdated.insert(join(record.tag)),
        };
        let counters = NonNull::from(&**counters);
        self.recent.set((serial, counters));
        // SAFETY: as above.
        unsafe { counters.as_ref() }
    }

    /// Forgets the counters of the last hit. Another thread that acquires this hazard pointer has
    /// other ones.
    pub(super) fn forget_counters(&self) {
        self.recent.set(NO_STORE);
    }
}

/// One thread's record. Never freed, reused by later threads. Two cache lines, since processors
/// fetch them in pairs.
#[repr(C, align(128))]
pub(super) struct ThreadRecord {
    pub(super) hazard: Hazard,
    /// 1 to 255; beyond 255 threads, some share a tag.
    tag: u8,
    in_use: AtomicBool,
    next: AtomicPtr<ThreadRecord>,
    /// This thread's counters, by the number of the store.
    counters: UnsafeCell<Vec<Option<Arc<ThreadCounters>>>>,
}

// SAFETY: only the thread that has acquired the record touches `counters` and the cells of
// `hazard`; acquiring and releasing it through `in_use` orders one owner after the other. The rest
// is atomic or constant.
unsafe impl Sync for ThreadRecord {}

process_static! {
    pub(super) static RECORDS: AtomicPtr<ThreadRecord> = AtomicPtr::new(null_mut());
    pub(super) static RECORD_COUNT: AtomicU32 = AtomicU32::new(0);
}

impl ThreadRecord {
    /// Acquires a record for this thread.
    pub(super) fn acquire() -> &'static Self {
        let record = Self::acquire_any();
        // Between the store to `in_use` and every load of the reads that follow: see `is_alone` in
        // `scan.rs`.
        fence(SeqCst);
        record
    }

    fn acquire_any() -> &'static Self {
        if let Some(free) = Self::all().find(|record| !record.in_use.swap(true, AcqRel)) {
            return free;
        }
        let number = RECORD_COUNT.fetch_add(1, Relaxed);
        let record: &'static Self = Box::leak(Box::new(Self {
            hazard: Hazard::new(false),
            tag: u8::try_from(number % 255 + 1).unwrap_or(1),
            in_use: AtomicBool::new(true),
            next: AtomicPtr::new(null_mut()),
            counters: UnsafeCell::default(),
        }));
        let mut first = RECORDS.load(Relaxed);
        loop {
            record.next.store(first, Relaxed);
            match RECORDS.compare_exchange(first, ptr::from_ref(record).cast_mut(), AcqRel, Relaxed) {
                Ok(_) => return record,
                Err(other) => first = other,
            }
        }
    }

    /// Releases this thread's record.
    pub(super) fn release(&self) {
        self.hazard.forget_counters();
        writes(self.counters.get());
        // SAFETY: this thread has acquired the record, and has no reference into the list left.
        for counters in unsafe { (*self.counters.get()).drain(..) }.flatten() {
            counters.leave();
        }
        self.in_use.store(false, Release);
    }

    pub(super) fn is_in_use(&self) -> bool {
        // Acquire: what a thread that has ended protected, it has read before.
        self.in_use.load(Acquire)
    }

    /// Every record, the newest first.
    pub(super) fn all() -> impl Iterator<Item = &'static Self> {
        let mut next = RECORDS.load(Acquire).cast_const();
        std::iter::from_fn(move || {
            // SAFETY: records live for ever.
            let record = unsafe { next.as_ref() }?;
            next = record.next.load(Relaxed);
            Some(record)
        })
    }
}
