//! Who looks at which entry right now: hazard pointers (Michael, "Hazard pointers: safe memory reclamation for lock-free objects",
//! IEEE TPDS 2004) behind the [asymmetric barrier](super::barrier).
//!
//! A reader writes the address of the entry it is about to read into a word of its own, then makes sure that the entry is still
//! alive. Who has taken entries out asks [`protected`] which addresses are in such words, and touches none of these. So a
//! reader that stops in the middle, however long, keeps exactly the entry it looks at, and never more: what waits to be reused is bounded
//! by the number of readers. (An epoch per thread would save one check a hit, and let one preempted thread keep everything.)
//!
//! Each thread has one word, in a record that other threads find through a list. A reader inside a reader (a user's `Eq` that uses a
//! cache), and whoever must keep an entry for longer or across threads, borrows a word from a pool ([`PinnedEntry`]). No word's content
//! ever moves to another word, so one look at each is enough.
//!
//! While it has found nothing to look at yet, a reader's word is its store's address with the lowest bit set ([`scan_tag`]): that
//! keeps the store from giving whole tables back, and keeps no entry.

use std::cell::{Cell, UnsafeCell};
use std::marker::PhantomData;
use std::ptr::{self, NonNull, null, null_mut};
use std::sync::Arc;

use smallvec::SmallVec;

use super::barrier;
use super::node::Head;
use super::thread_counters::ThreadCounters;
use crate::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst};
use crate::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicUsize, fence};
use crate::sync::{Mutex, PoisonError, process_static, thread_local, writes};

/// What a reader's word says while it looks for its entry in this store.
pub(crate) fn scan_tag<T>(store: *const T) -> usize {
    store.addr() | 1
}

/// What one reader announces.
#[repr(C)]
struct Hazard {
    /// 0, a store's sign, or the address of an entry.
    address: AtomicUsize,
    /// The store that was hit last with this word, by its serial number, and the thread's tally for it. The reading thread's alone, as is
    /// `record`.
    recent: Cell<(u64, NonNull<ThreadCounters>)>,
    /// The record of the thread that reads.
    record: Cell<*const ThreadRecord>,
    /// Whether barriers are this reader's business: see [`barrier`].
    fenced: bool,
    /// Whether it belongs to the pool.
    pooled: bool,
}

/// No store has the serial number 0.
const NONE: (u64, NonNull<ThreadCounters>) = (0, NonNull::dangling());

impl Hazard {
    fn new(pooled: bool) -> Self {
        Self {
            address: AtomicUsize::new(0),
            recent: Cell::new(NONE),
            record: Cell::new(null()),
            fenced: !barrier::is_asymmetric(),
            pooled,
        }
    }
}

impl Hazard {
    /// The reading thread's tally for the store of that number, whose serial is never another's.
    ///
    /// # Safety
    ///
    /// The caller is that thread, and reads in that store as long as it uses the tally.
    unsafe fn counters<'a>(
        &self,
        number: usize,
        serial: u64,
        join: impl FnOnce(u8) -> Arc<ThreadCounters>,
    ) -> &'a ThreadCounters {
        let (recent, counters) = self.recent.get();
        if recent == serial {
            // SAFETY: a tally stays in the list until the thread ends or its store's number is used again, which takes that store's
            // end; the store of this serial lives, for somebody reads in it.
            return unsafe { counters.as_ref() };
        }
        // SAFETY: set when the reading began; records live for ever. By contract nobody else has a reference into the list.
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
            place => place.insert(join(record.tag)),
        };
        let counters = NonNull::from(&**counters);
        self.recent.set((serial, counters));
        // SAFETY: as above.
        unsafe { counters.as_ref() }
    }
}

/// One thread's record. Never freed, used again by later threads. Two cache lines, since processors fetch them in pairs.
#[repr(C, align(128))]
struct ThreadRecord {
    word: Hazard,
    /// 1 to 255; threads beyond that share one.
    tag: u8,
    used: AtomicBool,
    next: AtomicPtr<ThreadRecord>,
    /// What this thread counts, by the number of the store.
    counters: UnsafeCell<Vec<Option<Arc<ThreadCounters>>>>,
}

// SAFETY: `counters` and the cells of `word` are touched by the thread that has the record in use; taking and giving back `used` (acquire, release)
// orders one owner after the other. The rest is atomic or constant.
unsafe impl Sync for ThreadRecord {}

process_static! {
    static RECORDS: AtomicPtr<ThreadRecord> = AtomicPtr::new(null_mut());
    static TAKEN: AtomicU32 = AtomicU32::new(0);
}

thread_local! {
    /// This thread's record; null before the first reading, and where each reading needs real barriers.
    static ME: Cell<*const ThreadRecord> = const { Cell::new(null()) };
    static LEAVE: ReleaseOnExit = const { ReleaseOnExit(Cell::new(null())) };
}

/// Gives the record back when the thread ends.
struct ReleaseOnExit(Cell<*const ThreadRecord>);

impl Drop for ReleaseOnExit {
    fn drop(&mut self) {
        let _ = ME.try_with(|me| me.set(null()));
        // SAFETY: records live for ever.
        if let Some(record) = unsafe { self.0.get().as_ref() } {
            record.give_back();
        }
    }
}

impl ThreadRecord {
    /// A record for this thread.
    fn take() -> &'static Self {
        let record = Self::take_any();
        // Between "somebody reads" and all that is read from here on: see `is_alone`.
        fence(SeqCst);
        record
    }

    fn take_any() -> &'static Self {
        let mut next = RECORDS.load(Acquire).cast_const();
        // SAFETY: records live for ever.
        while let Some(record) = unsafe { next.as_ref() } {
            if !record.used.swap(true, AcqRel) {
                return record;
            }
            next = record.next.load(Relaxed);
        }
        let number = TAKEN.fetch_add(1, Relaxed);
        let record: &'static Self = Box::leak(Box::new(Self {
            word: Hazard::new(false),
            tag: u8::try_from(number % 255 + 1).unwrap_or(1),
            used: AtomicBool::new(true),
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

    fn give_back(&self) {
        self.word.recent.set(NONE);
        writes(self.counters.get());
        // SAFETY: the record is in use by this thread, and nobody on it holds a reference into the list.
        for counters in unsafe { (*self.counters.get()).drain(..) }.flatten() {
            counters.leave();
        }
        self.used.store(false, Release);
    }
}

/// This thread is reading, until this is dropped.
pub struct ReadGuard {
    word: &'static Hazard,
    /// The tallies are this thread's.
    _here: PhantomData<*const ()>,
}

/// The usual reading: this thread's outermost, and barriers cost nothing. What is not said here is as for [`ReadGuard`].
pub struct FastGuard {
    word: &'static Hazard,
    _here: PhantomData<*const ()>,
}

/// Begins to read in the store with this [sign](looking_into), if that takes no more than a store.
#[inline(always)]
pub(crate) fn read_fast(scan_tag: usize) -> Option<FastGuard> {
    // SAFETY: records live for ever.
    let word = unsafe { &ME.try_with(Cell::get).ok()?.as_ref()?.word };
    if word.address.load(Relaxed) != 0 {
        return None;
    }
    // Release: what was held before has been read, also for who sees this word and not the 0 before it.
    word.address.store(scan_tag, Release);
    barrier::compiler();
    Some(FastGuard { word, _here: PhantomData })
}

impl FastGuard {
    #[inline(always)]
    pub(crate) fn protect(&self, node: *const Head) {
        // Release: what was held before has been read.
        self.word.address.store(node.addr(), Release);
        barrier::compiler();
    }

    /// This thread's tally for the store of this serial, if that is the one it hit last.
    #[inline(always)]
    pub(crate) fn recent_counters(&self, serial: u64) -> Option<&ThreadCounters> {
        let (recent, counters) = self.word.recent.get();
        // SAFETY: as in `Hazard::counters`.
        if recent == serial { Some(unsafe { counters.as_ref() }) } else { None }
    }
}

impl Drop for FastGuard {
    #[inline(always)]
    fn drop(&mut self) {
        // Release: what was held has been read.
        self.word.address.store(0, Release);
    }
}

/// Begins to read in the store with this [sign](looking_into): also the first time on this thread, inside another reader, while the thread ends, or
/// with real barriers.
#[inline(never)]
pub(crate) fn read(scan_tag: usize) -> ReadGuard {
    // A thread whose locals are gone has nobody to give a record back at its end: it keeps one for this reading only.
    let known = LEAVE.try_with(|leave| {
        if leave.0.get().is_null() {
            leave.0.set(ThreadRecord::take());
        }
        leave.0.get()
    });
    // SAFETY: records live for ever.
    let record = unsafe { &*known.unwrap_or_else(|_| ThreadRecord::take()) };
    // Only then is there a quick reading.
    if known.is_ok() && barrier::is_asymmetric() {
        let _ = ME.try_with(|me| me.set(record));
    }
    let word =
        if known.is_ok() && record.word.address.load(Relaxed) == 0 { &record.word } else { PooledHazard::take() };
    word.record.set(record);
    // Release: as in `read_fast`; what the word's last owner held has been read before the pool gave it out.
    word.address.store(scan_tag, Release);
    barrier::light();
    ReadGuard { word, _here: PhantomData }
}

impl ReadGuard {
    /// Keeps what is at this address from being reused, if it is found alive *after* this.
    pub(crate) fn protect(&self, node: *const Head) {
        // Release: what was held before has been read.
        self.word.address.store(node.addr(), Release);
        if self.word.fenced { barrier::light() } else { barrier::compiler() }
    }

    fn record(&self) -> &'static ThreadRecord {
        // SAFETY: set when this reading began; records live for ever.
        unsafe { &*self.word.record.get() }
    }

    /// This thread's tally for the store of that number, whose serial is never another's.
    pub(crate) fn counters(
        &self,
        number: usize,
        serial: u64,
        join: impl FnOnce(u8) -> Arc<ThreadCounters>,
    ) -> &ThreadCounters {
        // SAFETY: this is the thread that reads.
        unsafe { self.word.counters(number, serial, join) }
    }

    #[cold]
    #[inline(never)]
    fn give_back(&self) {
        let record = self.record();
        // Another thread's tallies are other ones.
        self.word.recent.set(NONE);
        PooledHazard::give_back(self.word);
        if LEAVE.try_with(|_| ()).is_err() {
            record.give_back();
        }
    }
}

impl Drop for ReadGuard {
    fn drop(&mut self) {
        // Release: what was held has been read.
        self.word.address.store(0, Release);
        if self.word.pooled {
            self.give_back();
        }
    }
}

/// A borrowed word, for as long as the entry must stay. Made under the store's lock, while the entry lives: so whoever takes the entry
/// out later sees it.
pub(crate) struct PinnedEntry(&'static Hazard);

// SAFETY: of the word only the address is used, which is atomic.
unsafe impl Send for PinnedEntry {}
// SAFETY: as above.
unsafe impl Sync for PinnedEntry {}

impl PinnedEntry {
    pub(crate) fn new(node: *const Head) -> Self {
        let word = PooledHazard::take();
        // Release: what the word's last owner held has been read.
        word.address.store(node.addr(), Release);
        Self(word)
    }
}

impl Drop for PinnedEntry {
    fn drop(&mut self) {
        self.0.address.store(0, Release);
        PooledHazard::give_back(self.0);
    }
}

/// A word of the pool. Never freed.
struct PooledHazard {
    word: Hazard,
    next: *const PooledHazard,
}

// SAFETY: `next` is constant once the word is published; its cells are touched by the thread that has taken the word; the rest is atomic or
// constant.
unsafe impl Sync for PooledHazard {}
// SAFETY: as above.
unsafe impl Send for PooledHazard {}

process_static! {
    /// How many are in use: a burst of them must not be looked through for ever after.
    static POOLED_IN_USE: AtomicUsize = AtomicUsize::new(0);
    /// Every word of the pool there is, the newest first.
    static POOL: AtomicPtr<PooledHazard> = AtomicPtr::new(null_mut());
    static FREE: Mutex<FreeList> = Mutex::new(FreeList(Vec::new()));
}

struct FreeList(Vec<&'static Hazard>);

// SAFETY: whoever takes a word from the list has it alone.
unsafe impl Send for FreeList {}

impl PooledHazard {
    fn take() -> &'static Hazard {
        let mut free = FREE.lock().unwrap_or_else(PoisonError::into_inner);
        // Under the pool's lock, as all changes of it. Before the word says anything.
        POOLED_IN_USE.store(POOLED_IN_USE.load(Relaxed) + 1, Relaxed);
        if let Some(word) = free.0.pop() {
            return word;
        }
        // Under the pool's lock: nobody else publishes meanwhile.
        let next = POOL.load(Relaxed).cast_const();
        let cell: &'static Self = Box::leak(Box::new(Self { word: Hazard::new(true), next }));
        POOL.store(ptr::from_ref(cell).cast_mut(), Release);
        &cell.word
    }

    fn give_back(word: &'static Hazard) {
        let mut free = FREE.lock().unwrap_or_else(PoisonError::into_inner);
        // Release: its address is 0 before it counts as unused.
        POOLED_IN_USE.store(POOLED_IN_USE.load(Relaxed) - 1, Release);
        free.0.push(word);
    }
}

/// What readers hold, or look into, at this moment, in order.
#[derive(Default)]
pub struct Protected(SmallVec<[usize; 16]>);

impl Protected {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn contains(&self, address: usize) -> bool {
        self.0.binary_search(&address).is_ok()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = usize> {
        self.0.iter().copied()
    }

    pub(crate) fn push(&mut self, address: usize) {
        self.0.push(address);
    }

    /// Nothing will be added.
    pub(crate) fn sort(&mut self) {
        self.0.sort_unstable();
    }
}

/// Whether no other thread has ever read, but such that ended. Then there is nobody for whom the barrier would have to be made, and a thread that
/// never shared anything need not ask the kernel.
///
/// Asked after a fence. Why that will do: a thread takes a record before it reads for the first time, and has a fence between the two. Of that fence and
/// this caller's, one comes first. Either the record is found in use here; or all readings of that thread, also those to come, see what was
/// taken out before the caller's fence, and find it dead.
fn is_alone() -> bool {
    let Ok(me) = ME.try_with(Cell::get) else { return false };
    let mut next = RECORDS.load(Acquire).cast_const();
    // SAFETY: records live for ever.
    while let Some(record) = unsafe { next.as_ref() } {
        // Acquire: what a thread that has ended held has been read.
        if !ptr::eq(record, me) && record.used.load(Acquire) {
            return false;
        }
        next = record.next.load(Relaxed);
    }
    true
}

/// The content of every word. What was taken out before this call, and is not in there, nobody can reach any more.
///
/// Why: a reader stores the address before it checks that the entry lives. After the barrier, either that store is visible
/// here, or the check comes later than the taking out and fails.
pub(crate) fn protected() -> Protected {
    barrier::heavy(is_alone);
    let mut protected = Protected::default();
    let mut next = RECORDS.load(Acquire).cast_const();
    // SAFETY: records live for ever.
    while let Some(record) = unsafe { next.as_ref() } {
        match record.word.address.load(Acquire) {
            0 => {}
            address => protected.push(address),
        }
        next = record.next.load(Relaxed);
    }
    add_pooled(&mut protected);
    protected.sort();
    protected
}

/// Adds what is in the words of the pool: all there is to know for a store that only one thread uses.
pub(crate) fn add_pooled(protected: &mut Protected) {
    // Whoever takes a word is counted before he writes it: with none in use there is nothing to see.
    if POOLED_IN_USE.load(Acquire) == 0 {
        return;
    }
    let mut next = POOL.load(Acquire).cast_const();
    // SAFETY: spare words live for ever.
    while let Some(pooled) = unsafe { next.as_ref() } {
        match pooled.word.address.load(Acquire) {
            0 => {}
            address => protected.push(address),
        }
        next = pooled.next;
    }
}
