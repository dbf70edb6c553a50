//! What is in the table is found, and what a lookup proves absent is absent.

use std::sync::Arc;

use super::model_table::{ModelTable, in_other_half, near, spread, with_tag};
use super::runner::check;
use crate::sync::atomic::AtomicU64;
use crate::sync::atomic::Ordering::{Acquire, Release};
use crate::table::ShortHash;

/// A key that is replaced is there all the time: no reader proves it absent, and a thread that
/// knows of a version finds that one or a later one. (Between the two steps of the writer both are
/// there, and of two readers the later one may find the older version.)
pub fn a_replaced_key_is_never_missed() {
    check(|| {
        let table = ModelTable::new(16);
        let mut slot = table.insert(near(0), 1, 0);
        let published = Arc::new(AtomicU64::new(0));
        let reader = {
            let published = published.clone();
            table.reader(move |table| {
                for _ in 0..2 {
                    let known = published.load(Acquire);
                    let version = table.get(near(0), 1).expect("it is there");
                    assert!(version >= known, "no thread finds what it knows to be replaced");
                }
            })
        };
        for version in 1..3 {
            slot = table.replace(slot, near(0), 1, version);
            published.store(version, Release);
            table.reclaim();
        }
        reader.join();
    });
}

/// A position in a bucket is given to another entry, whose chunk is newer than all that the reader
/// has seen: it may read the new slot by the old tag, and then finds the new chunk too.
pub fn a_slot_leads_to_its_chunk() {
    check(|| {
        let table = ModelTable::new(usize::MAX);
        let mut slots: Vec<u32> = (1..=16).map(|key| table.insert(spread(key), key, key)).collect();
        let (old, hash) = (slots.pop().expect("sixteen"), spread(16));
        let reader = table.reader(move |table| {
            let version = table.get(hash, 16);
            assert!(matches!(version, Ok(16) | Err(_)), "{version:?}");
        });
        table.remove(old);
        // The seventeenth cell: the first of the second chunk, which needs a new chunk table.
        table.insert(hash, 17, 17);
        reader.join();
    });
}

/// The first entries of a table fill a bucket, and one more overflows: a reader that sees a tag
/// sees the chunk table too, which is as new.
pub fn a_tag_leads_to_its_chunk_though_the_bucket_overflows() {
    check(|| {
        let table = ModelTable::new(2);
        let reader = table.reader(|table| assert!(matches!(table.get(near(5), 5), Ok(5) | Err(_))));
        for key in 0..7 {
            table.insert(near(key), key, key);
        }
        reader.join();
    });
}

/// Keys that stay are found while `before` entries become `after`.
fn stay(entries: usize, before: u64, after: u64) {
    check(move || {
        let table = ModelTable::new(entries);
        for key in 0..before {
            table.insert(spread(key), key, key);
        }
        let reader = table.reader(move |table| {
            for key in 0..before {
                assert_eq!(table.get(spread(key), key), Ok(key), "it is there");
            }
        });
        for key in before..after {
            table.insert(spread(key), key, key);
        }
        reader.join();
    });
}

/// A segment grows around keys that stay.
pub fn keys_are_found_while_a_segment_grows() {
    stay(16, 14, 16);
}

/// A segment splits around keys that stay.
pub fn keys_are_found_while_a_segment_splits() {
    stay(2, 7, 9);
}

/// One of two segments grows, since all its hashes are alike and a split would not help.
pub fn keys_are_found_while_one_of_two_segments_grows() {
    check(|| {
        let table = ModelTable::new(2);
        let alike = |key| with_tag(spread(0), key);
        table.insert(in_other_half(spread(0)), 100, 100);
        for key in 0..11 {
            table.insert(alike(key), key, key);
        }
        let reader = table.reader(move |table| {
            for key in [0, 10] {
                assert_eq!(table.get(alike(key), key), Ok(key), "it is there");
            }
        });
        table.insert(alike(11), 11, 11);
        reader.join();
    });
}

/// An entry in the neighbour of its home bucket, which is full of entries of the other half, is
/// found while the segment splits. The entry that makes it split goes to the new segment.
fn is_found_in_a_split(hash: ShortHash, others: ShortHash) {
    let table = ModelTable::new(2);
    for key in 0..6 {
        table.insert(with_tag(others, key), key, key);
    }
    table.insert(with_tag(hash, 6), 6, 6);
    let reader = table.reader(move |table| assert_eq!(table.get(with_tag(hash, 6), 6), Ok(6), "it is there"));
    table.insert(with_tag(in_other_half(spread(0)), 7), 7, 7);
    reader.join();
}

/// It moves to the new segment: a reader that goes no further, since the home bucket no longer
/// counts it as overflow, sees the new version of the table.
pub fn an_entry_that_moves_from_a_neighbour_is_found() {
    check(|| is_found_in_a_split(in_other_half(spread(0)), spread(0)));
}

/// It stays, all others move, and it is rehomed.
pub fn an_entry_that_is_rehomed_is_found() {
    check(|| is_found_in_a_split(spread(0), in_other_half(spread(0))));
}

/// It moves to the new segment, and then another entry overflows its old bucket.
pub fn an_entry_that_moves_is_found_though_its_old_bucket_overflows_then() {
    check(|| {
        let (hash, others) = (in_other_half(spread(0)), spread(0));
        let table = ModelTable::new(2);
        for key in 0..5 {
            table.insert(with_tag(others, key), key, key);
        }
        table.insert(with_tag(hash, 6), 6, 6);
        table.insert(with_tag(others, 7), 7, 7);
        let reader = table.reader(move |table| assert_eq!(table.get(with_tag(hash, 6), 6), Ok(6), "it is there"));
        table.insert(with_tag(others, 8), 8, 8);
        reader.join();
    });
}

/// A reader that found nothing while the version stayed the same has proved absence: if it is still
/// the same under the lock, the key is not there.
pub fn an_unchanged_version_proves_absence() {
    check(|| {
        let table = ModelTable::new(2);
        for key in 0..6 {
            table.insert(spread(key), key, key);
        }
        let reader = table.reader(|table| {
            let Err(version) = table.get(spread(7), 7) else { return };
            table.write(|writer| {
                let is_there = table.find_locked(writer, spread(7), 7).is_some();
                assert!(!is_there || version != table.table.version(), "the version proves what is false");
            });
        });
        table.insert(spread(7), 7, 7);
        table.insert(spread(8), 8, 8);
        reader.join();
    });
}
