//! The table alone: one writer at a time, who holds a lock, and readers. Values check that they are read whole, and only while they live.

use std::ptr;
use std::sync::Arc;

use super::check;
use crate::sync::atomic::AtomicU64;
use crate::sync::atomic::Ordering::{Acquire, Release};
use crate::sync::{Mutex, PoisonError, spawn};
use crate::table::hazard::{self, HazardGuard, PinnedEntry};
use crate::table::{
    Deadline, Detached, EntryType, EntryVtable, FastLookup, FullLookup, Head, Node, PrefixWords, ShortHash, Table,
    TableWriter,
};

/// What keys carry: the key again, to be sure.
type Value = [u64; 2];

const VALUE: u64 = 0x5EED;

struct Store {
    table: Table,
    entry_type: EntryType,
    writer: Mutex<ModelWriter>,
}

struct ModelWriter {
    writer: TableWriter,
    /// Out of the index, and perhaps read.
    retired: Vec<u32>,
    detached: Vec<Detached>,
    stamp: u64,
}

fn is_key(head: &Head, key: u64) -> bool {
    // SAFETY: of this kind, held and alive.
    unsafe { *(*ptr::from_ref(head).cast::<Node<u64, Value>>()).key() == key }
}

fn value_of(head: &Head) -> Value {
    // SAFETY: as above.
    unsafe { *(*ptr::from_ref(head).cast::<Node<u64, Value>>()).value() }
}

/// All in one bucket of the first segment, with tags of their own.
fn near(key: u64) -> ShortHash {
    ShortHash::of::<()>(0).with_tag(key)
}

/// All over the place.
fn spread(key: u64) -> ShortHash {
    ShortHash::of::<()>(key)
}

impl Store {
    /// For so many entries, which chooses when segments grow and split.
    fn new(entries: usize) -> Arc<Self> {
        let (table, mut writer) = Table::new(entries, PrefixWords::default());
        let entry_type = writer.add_entry_type(&table, const { &EntryVtable::new::<u64, Value>() });
        let writer = ModelWriter { writer, retired: Vec::new(), detached: Vec::new(), stamp: 0 };
        Arc::new(Self { table, entry_type, writer: Mutex::new(writer) })
    }

    fn scan_tag(&self) -> usize {
        hazard::scan_tag(ptr::from_ref(self))
    }

    fn write<T>(&self, work: impl FnOnce(&mut ModelWriter) -> T) -> T {
        work(&mut self.writer.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn publish(&self, writer: &mut ModelWriter, hash: ShortHash, key: u64, version: u64) -> u32 {
        let slot = writer.writer.take(&self.table, 0);
        let place = self.table.node(slot).0;
        // SAFETY: a place of this kind that nobody else knows.
        unsafe {
            Node::<u64, Value>::write_key(place, key);
            Node::<u64, Value>::write_value(place, [version, key ^ version ^ VALUE]);
        }
        writer.stamp += 1;
        writer.writer.publish(&self.table, self.table.head(slot), hash, slot, Deadline::NEVER, writer.stamp);
        slot
    }

    fn insert(&self, hash: ShortHash, key: u64, version: u64) -> u32 {
        self.write(|writer| self.publish(writer, hash, key, version))
    }

    fn remove(&self, slot: u32) {
        self.write(|writer| {
            writer.writer.unlink(self.table.head(slot), slot);
            writer.retired.push(slot);
        });
    }

    /// The new entry comes before the old one leaves.
    fn replace(&self, old: u32, hash: ShortHash, key: u64, version: u64) -> u32 {
        self.write(|writer| {
            let new = self.publish(writer, hash, key, version);
            writer.writer.unlink(self.table.head(old), old);
            writer.retired.push(old);
            new
        })
    }

    /// Gives back what nobody reads, places and memory.
    fn reclaim(&self) {
        self.write(|writer| {
            let protected = hazard::protected();
            let ModelWriter { writer, retired, detached, .. } = writer;
            retired.retain(|&slot| {
                let place = self.table.node(slot).0;
                let fragment = protected.contains(place.addr());
                if !fragment {
                    // SAFETY: out of the index, and nobody reads it.
                    let mut places = [(place, writer.vtable(0), true)].into_iter();
                    unsafe { crate::table::drop_each(&mut places) };
                    // What a `drop` would write, so that a reader who is still there races with it.
                    unsafe { Node::<u64, Value>::write_value(place, [0; 2]) };
                    writer.give_back(0, slot);
                }
                fragment
            });
            let inside = |old: &Detached, address| {
                address == self.scan_tag() || old.contains(address) || writer.contains(address)
            };
            for old in std::mem::take(detached) {
                if protected.iter().any(|address| inside(&old, address)) {
                    detached.push(old);
                } else {
                    // SAFETY: detached before `protected` was asked, and nobody is inside.
                    unsafe { old.free() };
                }
            }
        });
    }

    fn clear(&self) {
        self.write(|writer| {
            writer.retired.clear();
            let old = writer.writer.detach(&self.table);
            writer.detached.push(old);
        });
    }

    fn read(&self) -> HazardGuard {
        hazard::read(self.scan_tag())
    }

    /// The version of this key, if a reader finds it; [`Err`] if it proves that it is not there.
    fn get(&self, hash: ShortHash, key: u64) -> Result<u64, u64> {
        let reading = self.read();
        let protect = |head: *const Head| reading.protect(head);
        let look = match self.table.find_fast::<true>(hash, &self.entry_type, protect, |_| false) {
            FastLookup::Found(head) if is_key(head, key) => FullLookup::Found(head, Deadline::NEVER),
            FastLookup::Absent(version) => FullLookup::Absent(version),
            FastLookup::Found(_) | FastLookup::Unknown => {
                self.table.find(hash, self.entry_type, &protect, &|head| is_key(head, key))
            }
        };
        let head = match look {
            FullLookup::Found(head, _) => head,
            FullLookup::Absent(version) => return Err(version),
            FullLookup::Unknown => {
                let head = self.write(|writer| {
                    let mut found = None;
                    writer.writer.each(&self.table, hash, 0, |slot| {
                        let head = self.table.head(slot);
                        if is_key(head, key) {
                            found = Some(head);
                        }
                    });
                    // Under the lock, while it lives.
                    found.inspect(|head| reading.protect(*head))
                });
                head.ok_or(0_u64)?
            }
        };
        let [version, check] = value_of(head);
        assert_eq!(check, key ^ version ^ VALUE, "values are read whole");
        Ok(version)
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.write(|writer| {
            writer.writer.validate(&self.table);
            for old in writer.detached.drain(..).chain([writer.writer.detach(&self.table)]) {
                // SAFETY: nobody reads any more.
                unsafe { old.free() };
            }
        });
    }
}

/// What a reader has found alive stays as it is until it is done, though the entry is taken out, and its place dropped and given to another
/// key of the same hash meanwhile: it reads one of the versions whole, or nothing.
#[test]
fn an_entry_that_is_read_is_not_reused() {
    check(|| {
        let store = Store::new(16);
        let slot = store.insert(near(0), 1, 10);
        let readers = [1, 2].map(|key| {
            let store = store.clone();
            spawn(move || match (key, store.get(near(0), key)) {
                (1, Ok(10)) | (2, Ok(20)) | (_, Err(_)) => {}
                other => panic!("nobody wrote {other:?}"),
            })
        });
        store.remove(slot);
        store.reclaim();
        store.insert(near(0), 2, 20);
        let _ = readers.map(crate::sync::Thread::join);
    });
}

/// One reader reads twice, so that its word goes from one entry to nothing to the next: whoever sees the second word knows that the first
/// entry has been read.
#[test]
fn a_word_that_says_something_new_has_let_go_of_the_old() {
    check(|| {
        let store = Store::new(16);
        let slot = store.insert(near(0), 1, 10);
        store.insert(near(1), 2, 20);
        let reader = {
            let store = store.clone();
            spawn(move || {
                let _ = store.get(near(0), 1);
                assert_eq!(store.get(near(1), 2), Ok(20));
            })
        };
        store.remove(slot);
        store.reclaim();
        store.insert(near(0), 3, 30);
        reader.join();
    });
}

/// A reader inside a reader has a word of its own, from the pool: both entries stay. So does what is held for long, across threads.
#[test]
fn readers_inside_readers_and_holds_keep_their_entries() {
    check(|| {
        let store = Store::new(16);
        let slots = [1, 2].map(|key| store.insert(near(key), key, 10 * key));
        let third = store.insert(near(3), 3, 30);
        let long = PinnedEntry::new(store.table.head(third));
        let reader = {
            let store = store.clone();
            spawn(move || {
                let outer = store.read();
                let protect = |head: *const Head| outer.protect(head);
                let look = match store.table.find_fast::<true>(near(1), &store.entry_type, protect, |_| false) {
                    FastLookup::Found(head) if is_key(head, 1) => Some(head),
                    _ => None,
                };
                let inner = store.get(near(2), 2);
                assert!(matches!(inner, Ok(20) | Err(_)));
                if let Some(head) = look {
                    assert_eq!(value_of(head), [10, 1 ^ 10 ^ VALUE], "protected while another was read");
                }
                drop(outer);
                assert_eq!(value_of(store.table.head(third)), [30, 3 ^ 30 ^ VALUE], "protected by another");
                drop(long);
                let _ = store.get(near(1), 1);
            })
        };
        for slot in slots {
            store.remove(slot);
        }
        store.remove(third);
        store.reclaim();
        store.insert(near(4), 4, 40);
        store.insert(near(5), 5, 50);
        reader.join();
    });
}

/// A key that is replaced is there all the time: no reader proves the contrary, and who knows that a version has come finds that one or a later one.
/// (While the writer is at it both are there, and of two readers the later one may find the older version.)
#[test]
fn a_key_that_is_replaced_is_never_missed() {
    check(|| {
        let store = Store::new(16);
        let mut slot = store.insert(near(0), 1, 0);
        let come = Arc::new(AtomicU64::new(0));
        let reader = {
            let (store, come) = (store.clone(), come.clone());
            spawn(move || {
                for _ in 0..2 {
                    let known = come.load(Acquire);
                    let version = store.get(near(0), 1).expect("it is there");
                    assert!(version >= known, "nobody finds what is known to be over");
                }
            })
        };
        for version in 1..3 {
            slot = store.replace(slot, near(0), 1, version);
            come.store(version, Release);
            store.reclaim();
        }
        reader.join();
    });
}

/// A bucket's place is given to another entry, whose chunk is younger than all that the reader has seen: with the older tag it may come upon
/// the newer slot, and then finds its chunk too.
#[test]
fn a_slot_that_is_read_leads_to_its_chunk() {
    check(|| {
        let store = Store::new(usize::MAX);
        let mut slots: Vec<u32> = (1..=16).map(|key| store.insert(spread(key), key, key)).collect();
        let (old, hash) = (slots.pop().expect("sixteen"), spread(16));
        let reader = {
            let store = store.clone();
            spawn(move || {
                let version = store.get(hash, 16);
                assert!(matches!(version, Ok(16) | Err(_)), "{version:?}");
            })
        };
        store.remove(old);
        // The seventeenth place: the first of the second chunk, whose line makes a new chunk table.
        store.insert(hash, 17, 17);
        reader.join();
    });
}

/// Keys that stay are found while the index grows and splits around them.
fn stays(entries: usize, before: u64, after: u64) {
    check(move || {
        let store = Store::new(entries);
        for key in 0..before {
            store.insert(spread(key), key, key);
        }
        let reader = {
            let store = store.clone();
            spawn(move || {
                for key in 0..before {
                    assert_eq!(store.get(spread(key), key), Ok(key), "it is there");
                }
            })
        };
        for key in before..after {
            store.insert(spread(key), key, key);
        }
        reader.join();
    });
}

#[test]
fn what_stays_is_found_while_a_segment_grows() {
    stays(16, 14, 16);
}

#[test]
fn what_stays_is_found_while_a_segment_splits() {
    stays(2, 7, 9);
}

/// One entry stands in the neighbour of its home, which is full of entries of the other half: it is found while the segment splits.
fn is_found(one: ShortHash, others: ShortHash) {
    let store = Store::new(2);
    for key in 0..6 {
        store.insert(others.with_tag(key), key, key);
    }
    store.insert(one.with_tag(6), 6, 6);
    let reader = {
        let store = store.clone();
        spawn(move || assert_eq!(store.get(one.with_tag(6), 6), Ok(6), "it is there"))
    };
    store.insert(others.with_tag(7), 7, 7);
    reader.join();
}

/// It moves: a reader that goes no further, since the home counts it no more, sees that it has moved.
#[test]
fn what_moves_out_of_a_neighbour_is_found() {
    check(|| is_found(ShortHash::of::<()>(0).in_the_other_half(), ShortHash::of::<()>(0)));
}

/// It stays, all others leave, and it comes home.
#[test]
fn what_comes_home_is_found() {
    check(|| is_found(ShortHash::of::<()>(0), ShortHash::of::<()>(0).in_the_other_half()));
}

/// A reader that found nothing while the clock stood still has proved it: under the lock, with the same clock, the key is not there.
#[test]
fn a_miss_is_proved_by_a_clock_that_stands_still() {
    check(|| {
        let store = Store::new(2);
        for key in 0..6 {
            store.insert(spread(key), key, key);
        }
        let reader = {
            let store = store.clone();
            spawn(move || {
                let Err(version) = store.get(spread(7), 7) else { return };
                store.write(|writer| {
                    let mut there = false;
                    writer.writer.each(&store.table, spread(7), 0, |slot| there |= is_key(store.table.head(slot), 7));
                    assert!(!there || version != store.table.version(), "the version lied");
                });
            })
        };
        store.insert(spread(7), 7, 7);
        store.insert(spread(8), 8, 8);
        reader.join();
    });
}

/// A store is emptied, filled again and its old memory freed while readers look: they find what was or what is, and nothing that is gone.
#[test]
fn what_is_emptied_stays_until_nobody_looks_into_it() {
    check(|| {
        let store = Store::new(16);
        for key in 0..3 {
            store.insert(near(key), key, key);
        }
        let reader = {
            let store = store.clone();
            spawn(move || {
                for key in 0..2 {
                    match store.get(near(key), key) {
                        Ok(version) => assert!(version == key || version == key + 10),
                        Err(_) => {}
                    }
                }
            })
        };
        store.clear();
        store.reclaim();
        store.insert(near(1), 1, 11);
        store.reclaim();
        reader.join();
    });
}

/// Threads begin and end, take records over from each other, and read while their locals are being dropped.
#[test]
fn threads_end_and_others_take_their_records_over() {
    crate::sync::thread_local! { static LAST: std::cell::RefCell<Option<Last>> = std::cell::RefCell::new(None) }

    struct Last(Arc<Store>);

    impl Drop for Last {
        fn drop(&mut self) {
            assert!(matches!(self.0.get(near(1), 1), Ok(10 | 11) | Err(_)));
        }
    }

    check(|| {
        let store = Store::new(16);
        let slot = store.insert(near(1), 1, 10);
        let reader = |first: bool| {
            let store = store.clone();
            move || {
                if first {
                    LAST.with(|last| *last.borrow_mut() = Some(Last(store.clone())));
                }
                let _ = store.get(near(1), 1);
                if !first {
                    LAST.with(|last| *last.borrow_mut() = Some(Last(store.clone())));
                }
            }
        };
        let first = spawn(reader(true));
        let second = spawn(reader(false));
        store.remove(slot);
        store.reclaim();
        first.join();
        store.insert(near(1), 1, 11);
        second.join();
    });
}
