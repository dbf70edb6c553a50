//! A table with what an engine adds: one writer at a time, who holds a lock, and readers. Values
//! check that they are read whole, and only while they live.

use std::ptr;
use std::sync::Arc;

use crate::sync::atomic::AtomicBool;
use crate::sync::atomic::Ordering::Relaxed;
use crate::sync::{ModelThread, Mutex, PoisonError, random_bool, spawn, yield_now};
use crate::table::hazard::{self, HazardGuard};
use crate::table::{
    Deadline, Detached, EntryType, EntryVtable, FastLookup, FullLookup, Head, Node, PrefixWords, ShortHash, Table,
    TableWriter, drop_each,
};

/// A version, and the key, the version and a constant combined.
type CheckedValue = [u64; 2];

const CHECK: u64 = 0x5EED;

type ModelNode = Node<u64, CheckedValue>;

pub(super) struct ModelTable {
    pub(super) table: Table,
    entry_type: EntryType,
    writer: Mutex<ModelWriter>,
}

pub(super) struct ModelWriter {
    pub(super) table_writer: TableWriter,
    /// Slots out of the index, which readers may still protect.
    retired: Vec<u32>,
    detached: Vec<Detached>,
    stamp: u64,
}

/// A thread that reads: in one half of the runs beside the writer; in the other after the writer
/// has done all, yet without knowing of it, so that memory orderings alone decide what it sees. The
/// second half finds missing ones a hundred times sooner.
pub(super) struct ModelReader<T> {
    thread: ModelThread<T>,
    joined: Arc<AtomicBool>,
}

impl<T> ModelReader<T> {
    pub(super) fn join(self) -> T {
        self.joined.store(true, Relaxed);
        self.thread.join()
    }
}

/// Whether this entry, which is protected and alive, has this key.
pub(super) fn has_key(head: &Head, key: u64) -> bool {
    // SAFETY: all entries here are of this type.
    unsafe { *(*ptr::from_ref(head).cast::<ModelNode>()).key() == key }
}

/// Checks that the value of such an entry belongs to the key; returns its version.
pub(super) fn version_of(head: &Head, key: u64) -> u64 {
    // SAFETY: as above.
    let [version, check] = unsafe { *(*ptr::from_ref(head).cast::<ModelNode>()).value() };
    assert_eq!(check, key ^ version ^ CHECK, "values are read whole");
    version
}

/// Hashes of one home bucket, each with a tag of its own.
pub(super) fn near(tag: u64) -> ShortHash {
    with_tag(spread(0), tag)
}

/// Hashes of all buckets.
pub(super) fn spread(number: u64) -> ShortHash {
    ShortHash::of::<()>(number)
}

/// Another hash of the same home bucket.
pub(super) fn with_tag(hash: ShortHash, tag: u64) -> ShortHash {
    ShortHash::from_bits(hash.bits() & !0xFF | u32::try_from(tag).expect("a tag is seven bits") << 1 | 1)
}

/// Another hash of the same home bucket, which goes to the other segment in the first split.
pub(super) fn in_other_half(hash: ShortHash) -> ShortHash {
    ShortHash::from_bits(hash.bits() ^ 1 << (u32::BITS - 1))
}

impl ModelTable {
    /// For so many entries, which determines when segments grow and split.
    pub(super) fn new(entries: usize) -> Arc<Self> {
        let (table, mut table_writer) = Table::new(entries, PrefixWords::default());
        let entry_type = table_writer.add_entry_type(&table, const { &EntryVtable::new::<u64, CheckedValue>() });
        let writer = ModelWriter { table_writer, retired: Vec::new(), detached: Vec::new(), stamp: 0 };
        Arc::new(Self { table, entry_type, writer: Mutex::new(writer) })
    }

    fn scan_tag(&self) -> usize {
        hazard::scan_tag(ptr::from_ref(self))
    }

    pub(super) fn write<T>(&self, work: impl FnOnce(&mut ModelWriter) -> T) -> T {
        work(&mut self.writer.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn publish(&self, writer: &mut ModelWriter, hash: ShortHash, key: u64, version: u64) -> u32 {
        let ModelWriter { table_writer, stamp, .. } = writer;
        let slot = table_writer.take(&self.table, self.entry_type.number);
        let (head, cell, _) = self.table.cell(slot);
        // SAFETY: a cell of this type that no other thread knows.
        unsafe {
            ModelNode::write_key(cell, key);
            ModelNode::write_value(cell, [version, key ^ version ^ CHECK]);
        }
        *stamp += 1;
        table_writer.publish(&self.table, head, hash, slot, Deadline::NEVER, *stamp);
        slot
    }

    /// Returns the slot of the new entry.
    pub(super) fn insert(&self, hash: ShortHash, key: u64, version: u64) -> u32 {
        self.write(|writer| self.publish(writer, hash, key, version))
    }

    fn retire(&self, writer: &mut ModelWriter, slot: u32) {
        writer.table_writer.unlink(self.table.head(slot), slot);
        writer.retired.push(slot);
    }

    pub(super) fn remove(&self, slot: u32) {
        self.write(|writer| self.retire(writer, slot));
    }

    /// The new entry comes before the old one leaves.
    pub(super) fn replace(&self, old: u32, hash: ShortHash, key: u64, version: u64) -> u32 {
        self.write(|writer| {
            let new = self.publish(writer, hash, key, version);
            self.retire(writer, old);
            new
        })
    }

    /// Reclaims cells that no reader protects; as an engine does, outside the lock.
    pub(super) fn reclaim(&self) {
        let mut retired = self.write(|writer| std::mem::take(&mut writer.retired));
        let protected = hazard::protected();
        let unprotected = retired.extract_if(.., |slot| !protected.contains(self.table.node(*slot).0.addr()));
        let unprotected: Vec<u32> = unprotected.collect();
        let vtable = self.write(|writer| writer.table_writer.vtable(self.entry_type.number));
        for &slot in &unprotected {
            let (cell, _) = self.table.node(slot);
            // SAFETY: out of the index, and no reader protects it. The stores are what a `drop`
            // would do: they race with a reader that is still there.
            unsafe {
                drop_each(&mut [(cell, vtable, true)].into_iter());
                ModelNode::write_key(cell, u64::MAX);
                ModelNode::write_value(cell, [0; 2]);
            }
        }
        self.write(|writer| {
            for slot in unprotected {
                writer.table_writer.give_back(self.entry_type.number, slot);
            }
            writer.retired.append(&mut retired);
        });
    }

    /// Frees memory that was detached and that no reader looks into.
    pub(super) fn free_detached(&self) {
        self.write(|writer| {
            let protected = hazard::protected();
            let ModelWriter { table_writer, detached, .. } = writer;
            let inside = |old: &Detached| {
                protected.contains(self.scan_tag())
                    || old.ranges().any(|range| protected.any_in(range))
                    || table_writer.ranges().any(|range| protected.any_in(&range))
            };
            for old in std::mem::take(detached) {
                if inside(&old) {
                    detached.push(old);
                } else {
                    // SAFETY: detached before `protected` was asked, and no reader is inside.
                    unsafe { old.free() };
                }
            }
        });
    }

    /// Removes all entries and detaches their memory.
    pub(super) fn clear(&self) {
        self.write(|writer| {
            writer.retired.clear();
            let old = writer.table_writer.detach(&self.table);
            writer.detached.push(old);
        });
    }

    /// Starts a thread that reads. It has read before, so that its lookups are fast where the run
    /// has `membarrier`.
    pub(super) fn reader<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> T + Send + 'static,
    ) -> ModelReader<T> {
        let (table, joined) = (self.clone(), Arc::new(AtomicBool::new(false)));
        let waits = random_bool().then(|| joined.clone());
        let thread = spawn(move || {
            drop(table.read());
            // Relaxed: it learns nothing from this.
            while waits.as_ref().is_some_and(|joined| !joined.load(Relaxed)) {
                yield_now();
            }
            work(&table)
        });
        ModelReader { thread, joined }
    }

    pub(super) fn read(&self) -> HazardGuard {
        hazard::read(self.scan_tag())
    }

    /// An entry with this key, if the fast lookup finds it.
    pub(super) fn find_fast(&self, hash: ShortHash, key: u64, protect: impl Fn(*const Head)) -> FastLookup<'_> {
        match self.table.find_fast(hash, &self.entry_type, true, protect, |_| false) {
            FastLookup::Found(entry) if !has_key(&entry, key) => FastLookup::Unknown,
            lookup => lookup,
        }
    }

    /// The version of this key, if a reader finds it. `Err` if it proves that there is none.
    pub(super) fn get(&self, hash: ShortHash, key: u64) -> Result<u64, u64> {
        if let Some(guard) = hazard::read_fast(self.scan_tag()) {
            match self.find_fast(hash, key, |head| guard.protect(head)) {
                FastLookup::Found(entry) => return Ok(version_of(&entry, key)),
                FastLookup::Absent(version) => return Err(version),
                FastLookup::Unknown => {}
            }
        }
        let guard = self.read();
        let protect = |head: *const Head| guard.protect(head);
        match self.table.find_full(hash, self.entry_type, &protect, &|entry| has_key(&entry, key)) {
            FullLookup::Found(entry, _) => Ok(version_of(&entry, key)),
            FullLookup::Absent(version) => Err(version),
            FullLookup::Unknown => {
                // Under the lock, while it lives.
                let head =
                    self.write(|writer| self.find_locked(writer, hash, key).inspect(|head| guard.protect(*head)));
                head.map(|head| version_of(head, key)).ok_or(0)
            }
        }
    }

    /// The live entry with this key.
    pub(super) fn find_locked(&self, writer: &ModelWriter, hash: ShortHash, key: u64) -> Option<&Head> {
        let mut found = None;
        writer.table_writer.each(&self.table, hash, self.entry_type.number, |slot| {
            let head = self.table.head(slot);
            if has_key(head, key) {
                found = Some(head);
            }
        });
        found
    }
}

impl Drop for ModelTable {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        self.write(|writer| {
            writer.table_writer.validate(&self.table);
            for old in writer.detached.drain(..).chain([writer.table_writer.detach(&self.table)]) {
                // SAFETY: no reader has the table any more.
                unsafe { old.free() };
            }
        });
    }
}
