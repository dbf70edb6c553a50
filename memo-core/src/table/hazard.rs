//! Who looks at which entry right now: hazard pointers (Michael, "Hazard pointers: safe memory reclamation for lock-free objects",
//! IEEE TPDS 2004) behind the [asymmetric barrier](super::barrier).
//!
//! A reader writes the address of the entry it is about to read into a word of its own, then makes sure that the entry is still
//! alive. Who has taken entries out asks [`held`] which addresses are in such words, and touches none of these. So a
//! reader that stops in the middle, however long, keeps exactly the entry it looks at, and never more: what waits to be reused is bounded
//! by the number of readers. (An epoch per thread would save one check a hit, and let one preempted thread keep everything.)
//!
//! Each thread has one word, in a record that other threads find through a list. A reader inside a reader (a user's `Eq` that uses a
//! cache), and whoever must keep an entry for longer or across threads, borrows a word from a pool ([`Hold`]). No word's content
//! ever moves to another word, so one look at each is enough.
//!
//! While it has found nothing to look at yet, a reader's word is its store's address with the lowest bit set ([`looking_into`]): that
//! keeps the store from giving whole tables back, and keeps no entry.

use std::cell::{Cell, UnsafeCell};
use std::marker::PhantomData;
use std::ptr::{self, NonNull, null, null_mut};
use std::sync::Arc;

use smallvec::SmallVec;

use super::barrier;
use super::node::Head;
use super::tally::Tally;
use crate::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst};
use crate::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicUsize, fence};
use crate::sync::{Mutex, PoisonError, thread_local};

/// What a reader's word says while it looks for its entry in this store.
pub(crate) fn looking_into<T>(store: *const T) -> usize {
    store.addr() | 1
}

/// What one reader announces.
#[repr(C)]
struct Word {
    /// 0, a store's sign, or the address of an entry.
    address: AtomicUsize,
    /// The store that was hit last with this word, by its serial number, and the thread's tally for it. The reading thread's alone, as is
    /// `record`.
    recent: Cell<(u64, NonNull<Tally>)>,
    /// The record of the thread that reads.
    record: Cell<*const Record>,
    /// Whether barriers are this reader's business: see [`barrier`].
    fenced: bool,
    /// Whether it belongs to the pool.
    spare: bool,
}

/// No store has the serial number 0.
const NONE: (u64, NonNull<Tally>) = (0, NonNull::dangling());

impl Word {
    fn new(spare: bool) -> Self {
        Self {
            address: AtomicUsize::new(0),
            recent: Cell::new(NONE),
            record: Cell::new(null()),
            fenced: !barrier::is_asymmetric(),
            spare,
        }
    }
}

impl Word {
    /// The reading thread's tally for the store of that number, whose serial is never another's.
    ///
    /// # Safety
    ///
    /// The caller is that thread, and reads in that store as long as it uses the tally.
    unsafe fn tally<'a>(&self, number: usize, serial: u64, join: impl FnOnce(u8) -> Arc<Tally>) -> &'a Tally {
        let (recent, tally) = self.recent.get();
        if recent == serial {
            // SAFETY: a tally stays in the list until the thread ends or its store's number is used again, which takes that store's
            // end; the store of this serial lives, for somebody reads in it.
            return unsafe { tally.as_ref() };
        }
        // SAFETY: set when the reading began; records live for ever. By contract nobody else has a reference into the list.
        let (record, tallies) = unsafe {
            let record = &*self.record.get();
            (record, &mut *record.tallies.get())
        };
        if tallies.len() <= number {
            tallies.resize(number + 1, None);
        }
        let tally = match &mut tallies[number] {
            Some(tally) if tally.belongs_to(serial) => tally,
            place => place.insert(join(record.tag)),
        };
        let tally = NonNull::from(&**tally);
        self.recent.set((serial, tally));
        // SAFETY: as above.
        unsafe { tally.as_ref() }
    }
}

/// One thread's record. Never freed, used again by later threads. Two cache lines, since processors fetch them in pairs.
#[repr(C, align(128))]
struct Record {
    word: Word,
    /// 1 to 255; threads beyond that share one.
    tag: u8,
    used: AtomicBool,
    next: AtomicPtr<Record>,
    /// What this thread counts, by the number of the store.
    tallies: UnsafeCell<Vec<Option<Arc<Tally>>>>,
}

// SAFETY: `tallies` and the cells of `word` are touched by the thread that has the record in use; taking and giving back `used` (acquire, release)
// orders one owner after the other. The rest is atomic or constant.
unsafe impl Sync for Record {}

static RECORDS: AtomicPtr<Record> = AtomicPtr::new(null_mut());
static TAKEN: AtomicU32 = AtomicU32::new(0);

thread_local! {
    /// This thread's record; null before the first reading, and where each reading needs real barriers.
    static ME: Cell<*const Record> = const { Cell::new(null()) };
    static LEAVE: Leave = const { Leave(Cell::new(null())) };
}

/// Gives the record back when the thread ends.
struct Leave(Cell<*const Record>);

impl Drop for Leave {
    fn drop(&mut self) {
        let _ = ME.try_with(|me| me.set(null()));
        // SAFETY: records live for ever.
        if let Some(record) = unsafe { self.0.get().as_ref() } {
            record.give_back();
        }
    }
}

impl Record {
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
            word: Word::new(false),
            tag: u8::try_from(number % 255 + 1).unwrap_or(1),
            used: AtomicBool::new(true),
            next: AtomicPtr::new(null_mut()),
            tallies: UnsafeCell::default(),
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
        // SAFETY: the record is in use by this thread, and nobody on it holds a reference into the list.
        for tally in unsafe { (*self.tallies.get()).drain(..) }.flatten() {
            tally.leave();
        }
        self.used.store(false, Release);
    }
}

/// This thread is reading, until this is dropped.
pub struct Reading {
    word: &'static Word,
    /// The tallies are this thread's.
    _here: PhantomData<*const ()>,
}

/// The usual reading: this thread's outermost, and barriers cost nothing. What is not said here is as for [`Reading`].
pub struct Quick {
    word: &'static Word,
    _here: PhantomData<*const ()>,
}

/// Begins to read in the store with this [sign](looking_into), if that takes no more than a store.
#[inline(always)]
pub(crate) fn read_quickly(sign: usize) -> Option<Quick> {
    // SAFETY: records live for ever.
    let word = unsafe { &ME.try_with(Cell::get).ok()?.as_ref()?.word };
    if word.address.load(Relaxed) != 0 {
        return None;
    }
    // Release: what was held before has been read, also for who sees this word and not the 0 before it.
    word.address.store(sign, Release);
    barrier::compiler();
    Some(Quick { word, _here: PhantomData })
}

impl Quick {
    #[inline(always)]
    pub(crate) fn hold(&self, node: *const Head) {
        // Release: what was held before has been read.
        self.word.address.store(node.addr(), Release);
        barrier::compiler();
    }

    /// This thread's tally for the store of this serial, if that is the one it hit last.
    #[inline(always)]
    pub(crate) fn recent_tally(&self, serial: u64) -> Option<&Tally> {
        let (recent, tally) = self.word.recent.get();
        // SAFETY: as in `Word::tally`.
        if recent == serial { Some(unsafe { tally.as_ref() }) } else { None }
    }
}

impl Drop for Quick {
    #[inline(always)]
    fn drop(&mut self) {
        // Release: what was held has been read.
        self.word.address.store(0, Release);
    }
}

/// Begins to read in the store with this [sign](looking_into): also the first time on this thread, inside another reader, while the thread ends, or
/// with real barriers.
#[inline(never)]
pub(crate) fn read(sign: usize) -> Reading {
    // A thread whose locals are gone has nobody to give a record back at its end: it keeps one for this reading only.
    let known = LEAVE.try_with(|leave| {
        if leave.0.get().is_null() {
            leave.0.set(Record::take());
        }
        leave.0.get()
    });
    // SAFETY: records live for ever.
    let record = unsafe { &*known.unwrap_or_else(|_| Record::take()) };
    // Only then is there a quick reading.
    if known.is_ok() && barrier::is_asymmetric() {
        let _ = ME.try_with(|me| me.set(record));
    }
    let word = if known.is_ok() && record.word.address.load(Relaxed) == 0 { &record.word } else { Spare::take() };
    word.record.set(record);
    // Release: as in `read_quickly`; what the word's last owner held has been read before the pool gave it out.
    word.address.store(sign, Release);
    barrier::light();
    Reading { word, _here: PhantomData }
}

impl Reading {
    /// Keeps what is at this address from being reused, if it is found alive *after* this.
    pub(crate) fn hold(&self, node: *const Head) {
        // Release: what was held before has been read.
        self.word.address.store(node.addr(), Release);
        if self.word.fenced { barrier::light() } else { barrier::compiler() }
    }

    fn record(&self) -> &'static Record {
        // SAFETY: set when this reading began; records live for ever.
        unsafe { &*self.word.record.get() }
    }

    /// This thread's tally for the store of that number, whose serial is never another's.
    pub(crate) fn tally(&self, number: usize, serial: u64, join: impl FnOnce(u8) -> Arc<Tally>) -> &Tally {
        // SAFETY: this is the thread that reads.
        unsafe { self.word.tally(number, serial, join) }
    }

    #[cold]
    #[inline(never)]
    fn give_back(&self) {
        let record = self.record();
        // Another thread's tallies are other ones.
        self.word.recent.set(NONE);
        Spare::give_back(self.word);
        if LEAVE.try_with(|_| ()).is_err() {
            record.give_back();
        }
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        // Release: what was held has been read.
        self.word.address.store(0, Release);
        if self.word.spare {
            self.give_back();
        }
    }
}

/// A borrowed word, for as long as the entry must stay. Made under the store's lock, while the entry lives: so whoever takes the entry
/// out later sees it.
pub(crate) struct Hold(&'static Word);

// SAFETY: of the word only the address is used, which is atomic.
unsafe impl Send for Hold {}
// SAFETY: as above.
unsafe impl Sync for Hold {}

impl Hold {
    pub(crate) fn new(node: *const Head) -> Self {
        let word = Spare::take();
        // Release: what the word's last owner held has been read.
        word.address.store(node.addr(), Release);
        Self(word)
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.0.address.store(0, Release);
        Spare::give_back(self.0);
    }
}

/// A word of the pool. Never freed.
struct Spare {
    word: Word,
    next: *const Spare,
}

// SAFETY: `next` is constant once the word is published; its cells are touched by the thread that has taken the word; the rest is atomic or
// constant.
unsafe impl Sync for Spare {}
// SAFETY: as above.
unsafe impl Send for Spare {}

/// How many are in use: a burst of them must not be looked through for ever after.
static SPARES_IN_USE: AtomicUsize = AtomicUsize::new(0);
/// Every word of the pool there is, the newest first.
static SPARES: AtomicPtr<Spare> = AtomicPtr::new(null_mut());
static FREE: Mutex<Free> = Mutex::new(Free(Vec::new()));

struct Free(Vec<&'static Word>);

// SAFETY: whoever takes a word from the list has it alone.
unsafe impl Send for Free {}

impl Spare {
    fn take() -> &'static Word {
        let mut free = FREE.lock().unwrap_or_else(PoisonError::into_inner);
        // Under the pool's lock, as all changes of it. Before the word says anything.
        SPARES_IN_USE.store(SPARES_IN_USE.load(Relaxed) + 1, Relaxed);
        if let Some(word) = free.0.pop() {
            return word;
        }
        // Under the pool's lock: nobody else publishes meanwhile.
        let next = SPARES.load(Relaxed).cast_const();
        let cell: &'static Self = Box::leak(Box::new(Self { word: Word::new(true), next }));
        SPARES.store(ptr::from_ref(cell).cast_mut(), Release);
        &cell.word
    }

    fn give_back(word: &'static Word) {
        let mut free = FREE.lock().unwrap_or_else(PoisonError::into_inner);
        // Release: its address is 0 before it counts as unused.
        SPARES_IN_USE.store(SPARES_IN_USE.load(Relaxed) - 1, Release);
        free.0.push(word);
    }
}

/// What readers hold, or look into, at this moment, in order.
#[derive(Default)]
pub struct Held(SmallVec<[usize; 16]>);

impl Held {
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
pub(crate) fn held() -> Held {
    barrier::heavy(is_alone);
    let mut held = Held::default();
    let mut next = RECORDS.load(Acquire).cast_const();
    // SAFETY: records live for ever.
    while let Some(record) = unsafe { next.as_ref() } {
        match record.word.address.load(Acquire) {
            0 => {}
            address => held.push(address),
        }
        next = record.next.load(Relaxed);
    }
    hold_for_long(&mut held);
    held.sort();
    held
}

/// Adds what is in the words of the pool: all there is to know for a store that only one thread uses.
pub(crate) fn hold_for_long(held: &mut Held) {
    // Whoever takes a word is counted before he writes it: with none in use there is nothing to see.
    if SPARES_IN_USE.load(Acquire) == 0 {
        return;
    }
    let mut next = SPARES.load(Acquire).cast_const();
    // SAFETY: spare words live for ever.
    while let Some(spare) = unsafe { next.as_ref() } {
        match spare.word.address.load(Acquire) {
            0 => {}
            address => held.push(address),
        }
        next = spare.next;
    }
}

/// Before each run of a model: no thread has ever read.
#[cfg(shuttle)]
pub(crate) fn begin() {
    RECORDS.store(null_mut(), Release);
    TAKEN.store(0, Release);
    SPARES.store(null_mut(), Release);
    SPARES_IN_USE.store(0, Release);
    FREE.lock().unwrap_or_else(PoisonError::into_inner).0.clear();
}
