//! The calling thread's record: acquired by its first read, released when the thread ends.

use std::cell::Cell;

use super::record::ThreadRecord;
use crate::sync::thread_local;
use crate::table::barrier;

thread_local! {
    /// This thread's record, for fast reads: none before the first read, and never one where
    /// readers need real barriers.
    pub(super) static FAST: Cell<Option<&'static ThreadRecord>> = const { Cell::new(None) };
    static OWNED: OwnedRecord = const { OwnedRecord(Cell::new(None)) };
}

/// Releases the record when the thread ends.
struct OwnedRecord(Cell<Option<&'static ThreadRecord>>);

impl Drop for OwnedRecord {
    fn drop(&mut self) {
        let _ = FAST.try_with(|fast| fast.set(None));
        if let Some(record) = self.0.get() {
            record.release();
        }
    }
}

/// This thread's record. `None` once the thread's locals have been dropped: nothing would release
/// it then.
pub(super) fn record() -> Option<&'static ThreadRecord> {
    let record = OWNED.try_with(|owned| {
        owned.0.get().unwrap_or_else(|| {
            let record = ThreadRecord::acquire();
            owned.0.set(Some(record));
            record
        })
    });
    let record = record.ok()?;
    if barrier::is_asymmetric() {
        let _ = FAST.try_with(|fast| fast.set(Some(record)));
    }
    Some(record)
}

/// Whether this thread's locals have been dropped, and its record with them.
pub(super) fn has_ended() -> bool {
    OWNED.try_with(|_| ()).is_err()
}
