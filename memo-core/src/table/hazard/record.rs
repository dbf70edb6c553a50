//! A hazard pointer, and the record of a thread, which holds one.
//!
//! Records are linked into a list that never shrinks. A thread that ends releases its record, and a
//! later one acquires it.

use std::cell::{Cell, RefCell};
use std::ptr::NonNull;

use super::counter_map::CounterMap;
use super::roster::Roster;
use crate::sync::atomic::Ordering::SeqCst;
use crate::sync::atomic::{AtomicUsize, fence};
use crate::sync::{process_static, writes};
use crate::table::barrier;
use crate::table::clock_check::ClockCheck;
use crate::table::thread_counters::ThreadCounters;

/// What one reader announces.
#[repr(C)]
pub(super) struct Hazard {
    /// 0, a store's scan tag, or the address of an entry.
    pub(super) address: AtomicUsize,
    /// The store of this hazard pointer's last hit, by its serial number, and the thread's counters
    /// in that store. Only the hazard pointer's owner touches this, and `record`: the thread that
    /// reads, through a [`ReaderHazard`](super::reader_hazard::ReaderHazard).
    pub(super) recent: Cell<(u64, NonNull<ThreadCounters>)>,
    /// The record of the reading thread.
    pub(super) record: Cell<Option<&'static ThreadRecord>>,
    /// Touched by the owner only, too.
    pub(super) clock_check: ClockCheck,
    /// Whether readers execute real barriers: see [`barrier`].
    pub(super) fenced: bool,
    /// Its number in the pool, if it belongs to that.
    pub(super) pooled: Option<u32>,
}

// SAFETY: only the owner of the hazard pointer touches its cells: the thread that has acquired its
// record or has acquired it from the pool. Both order one owner after the other. The rest is atomic
// or constant.
unsafe impl Sync for Hazard {}

/// No store has the serial number 0.
const NO_STORE: (u64, NonNull<ThreadCounters>) = (0, NonNull::dangling());

impl Hazard {
    pub(super) fn new(pooled: Option<u32>) -> Self {
        Self {
            address: AtomicUsize::new(0),
            recent: Cell::new(NO_STORE),
            record: Cell::new(None),
            clock_check: ClockCheck::new(),
            fenced: !barrier::is_asymmetric(),
            pooled,
        }
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
    /// Its number among all records.
    number: u32,
    /// 1 to 255; beyond 255 threads, some share a tag.
    pub(super) tag: u8,
    /// This thread's counters.
    pub(super) counters: RefCell<CounterMap>,
}

// SAFETY: only the thread that has acquired the record touches `counters`; acquiring and releasing
// it orders one owner after the other. The rest is atomic, constant or `Sync` by itself.
unsafe impl Sync for ThreadRecord {}

process_static! {
    static RECORDS: Roster<ThreadRecord> = Roster::new();
}

impl ThreadRecord {
    /// Acquires a record for this thread.
    #[cold]
    #[inline(never)]
    pub(super) fn acquire() -> &'static Self {
        let record = RECORDS.acquire(Self::new);
        // Between the record's bit in the roster and every load of the reads that follow: see
        // `is_alone` in `scan.rs`.
        fence(SeqCst);
        record
    }

    fn new(number: u32) -> Self {
        Self {
            hazard: Hazard::new(None),
            number,
            tag: u8::try_from(number % 255 + 1).unwrap_or(1),
            counters: RefCell::default(),
        }
    }

    /// Releases this thread's record.
    #[cold]
    #[inline(never)]
    pub(super) fn release(&self) {
        self.hazard.forget_counters();
        writes(self.counters.as_ptr());
        self.counters.borrow_mut().leave();
        RECORDS.release(self.number);
    }

    /// Calls `see` with the record of each living thread that has one, until it returns false.
    /// Returns whether it never did.
    pub(super) fn all(see: impl FnMut(&'static Self) -> bool) -> bool {
        RECORDS.all(see)
    }
}
