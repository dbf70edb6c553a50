//! What a reader protects is not reclaimed; what no reader protects may be.

use std::cell::RefCell;
use std::sync::Arc;

use super::model_table::{ModelReader, ModelTable, has_key, near, version_of};
use super::runner::check;
use crate::sync::{spawn, thread_local};
use crate::table::FastLookup;
use crate::table::hazard::PinnedEntry;

/// An entry that a reader has found alive stays as it is until the reader is done, though it is
/// removed, and its cell dropped and reused for another key of the same hash: the reader gets one
/// of the versions whole, or nothing.
pub fn a_protected_entry_is_not_reused() {
    check(|| {
        let table = ModelTable::new(16);
        let slot = table.insert(near(0), 1, 10);
        let readers = [1, 2].map(|key| {
            table.reader(move |table| match (key, table.get(near(0), key)) {
                (1, Ok(10)) | (2, Ok(20)) | (_, Err(_)) => {}
                other => panic!("no thread wrote {other:?}"),
            })
        });
        table.remove(slot);
        table.reclaim();
        table.insert(near(0), 2, 20);
        let _ = readers.map(ModelReader::join);
    });
}

/// A reader reads two entries, so its hazard pointer goes from one to the other: a thread that sees
/// the second address knows that the first entry has been read.
pub fn a_hazard_pointer_that_moves_on_has_released_the_old_entry() {
    check(|| {
        let table = ModelTable::new(16);
        let slot = table.insert(near(0), 1, 10);
        table.insert(near(1), 2, 20);
        let reader = table.reader(|table| {
            let _ = table.get(near(0), 1);
            assert_eq!(table.get(near(1), 2), Ok(20));
        });
        table.remove(slot);
        table.reclaim();
        table.insert(near(0), 3, 30);
        reader.join();
    });
}

/// A lookup compares two keys of one hash, so the hazard pointer of one guard goes from one entry
/// to the other.
pub fn a_guard_that_moves_on_has_released_the_old_entry() {
    check(|| {
        let table = ModelTable::new(16);
        let slot = table.insert(near(0), 1, 10);
        table.insert(near(0), 2, 20);
        let reader = table.reader(|table| assert_eq!(table.get(near(0), 2), Ok(20)));
        table.remove(slot);
        table.reclaim();
        reader.join();
    });
}

/// A hazard pointer of the pool is taken for a pin after a nested reader has used it.
///
/// Pins are made under a lock, so that a thread that removes the entry sees them. That lock is left
/// out here, as it orders nothing for a thread that reclaims other entries.
pub fn a_reused_hazard_pointer_has_released_the_old_entry() {
    check(|| {
        let table = ModelTable::new(16);
        let slot = table.insert(near(1), 1, 10);
        let pinned = table.insert(near(2), 2, 20);
        let reader = table.reader(move |table| {
            let outer = table.read();
            let _ = table.get(near(1), 1);
            let pin = PinnedEntry::new(table.table.head(pinned));
            drop(outer);
            pin
        });
        table.remove(slot);
        table.reclaim();
        drop(reader.join());
    });
}

/// A reader inside a reader has a hazard pointer of its own, from the pool: both entries stay. So
/// does an entry that is pinned, across threads.
pub fn nested_readers_and_pins_protect_their_entries() {
    check(|| {
        let table = ModelTable::new(16);
        let slots = [1, 2].map(|key| table.insert(near(key), key, 10 * key));
        let third = table.insert(near(3), 3, 30);
        let pin = PinnedEntry::new(table.table.head(third));
        let reader = table.reader(move |table| {
            let outer = table.read();
            let found = table.find_fast(near(1), 1, |head| outer.protect(head));
            assert!(matches!(table.get(near(2), 2), Ok(20) | Err(_)));
            if let FastLookup::Found(entry) = found {
                assert!(has_key(&entry, 1), "protected while another was read");
                assert_eq!(version_of(&entry, 1), 10, "protected while another was read");
            }
            drop(outer);
            assert_eq!(version_of(table.table.head(third), 3), 30, "pinned by another thread");
            drop(pin);
            let _ = table.get(near(1), 1);
        });
        for slot in slots {
            table.remove(slot);
        }
        table.remove(third);
        table.reclaim();
        table.insert(near(4), 4, 40);
        table.insert(near(5), 5, 50);
        reader.join();
    });
}

/// A table is cleared, filled again and its old memory freed while readers look into it: they find
/// what was or what is, and never memory that is freed.
pub fn cleared_memory_stays_until_no_reader_is_inside() {
    check(|| {
        let table = ModelTable::new(16);
        for key in 0..3 {
            table.insert(near(key), key, key);
        }
        let reader = table.reader(|table| {
            for key in 0..2 {
                if let Ok(version) = table.get(near(key), key) {
                    assert!(version == key || version == key + 10);
                }
            }
        });
        table.clear();
        table.free_detached();
        table.insert(near(1), 1, 11);
        table.free_detached();
        reader.join();
    });
}

/// Threads start and end, take over the records of others, and read while their thread-locals are
/// dropped.
pub fn ending_threads_pass_on_their_records() {
    thread_local! { static LAST: RefCell<Option<ReadsWhenDropped>> = RefCell::new(None) }

    struct ReadsWhenDropped(Arc<ModelTable>);

    impl Drop for ReadsWhenDropped {
        fn drop(&mut self) {
            assert!(matches!(self.0.get(near(1), 1), Ok(10 | 11) | Err(_)));
        }
    }

    check(|| {
        let table = ModelTable::new(16);
        let slot = table.insert(near(1), 1, 10);
        // Thread-locals are dropped in the order of their first use.
        let reader = |before_the_record: bool| {
            let table = table.clone();
            move || {
                let register = || LAST.with(|last| *last.borrow_mut() = Some(ReadsWhenDropped(table.clone())));
                if before_the_record {
                    register();
                }
                let _ = table.get(near(1), 1);
                if !before_the_record {
                    register();
                }
            }
        };
        let first = spawn(reader(true));
        let second = spawn(reader(false));
        table.remove(slot);
        table.reclaim();
        first.join();
        table.insert(near(1), 1, 11);
        second.join();
    });
}
