//! The calling thread's record: acquired by its first read, released when the thread ends.

use std::cell::Cell;
use std::ptr::null;

use super::record::ThreadRecord;
use crate::sync::thread_local;
use crate::table::barrier;

thread_local! {
    /// This thread's record, for fast reads: null before the first read, and always null where
    /// readers need real barriers.
    pub(super) static FAST: Cell<*const ThreadRecord> = const { Cell::new(null()) };
    static OWNED: OwnedRecord = const { OwnedRecord(Cell::new(null())) };
}

/// Releases the record when the thread ends.
struct OwnedRecord(Cell<*const ThreadRecord>);

impl Drop for OwnedRecord {
    fn drop(&mut self) {
        let _ = FAST.try_with(|fast| fast.set(null()));
        // SAFETY: records live for ever.
        if let Some(record) = unsafe { self.0.get().as_ref() } {
            record.release();
        }
    }
}

/// This thread's record. `None` once the thread's locals have been dropped: nothing would release
/// it then.
pub(super) fn record() -> Option<&'static ThreadRecord> {
    let record = OWNED.try_with(|owned| {
        if owned.0.get().is_null() {
            owned.0.set(ThreadRecord::acquire());
        }
        owned.0.get()
    });
    let record = record.ok()?;
    if barrier::is_asymmetric() {
        let _ = FAST.try_with(|fast| fast.set(record));
    }
    // SAFETY: records live for ever.
    Some(unsafe { &*record })
}

/// Whether this thread's locals have been dropped, and its record with them.
pub(super) fn has_ended() -> bool {
    OWNED.try_with(|_| ()).is_err()
}
