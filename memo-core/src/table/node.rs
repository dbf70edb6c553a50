//! What an entry looks like in memory: a head of two words, the key, the value.
//!
//! The head's `word` says whether the entry is live. It is stored last when an entry is published,
//! and first when it is unlinked, and no hit writes it: a reader that has announced the entry
//! ([`hazard`](super::hazard)) and then finds it live may read the rest. A hit writes the `rank`,
//! even of an entry that has just been unlinked: so a rank does not prove that an entry is live.

use std::alloc::Layout;
use std::any::Any;
use std::cell::UnsafeCell;
use std::marker::PhantomData;
use std::mem::{MaybeUninit, needs_drop};
use std::ops::Deref;
use std::ptr::NonNull;

use super::short_hash::ShortHash;
use crate::sync::atomic::AtomicU64;
use crate::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use crate::sync::{reads, writes};
use crate::system_clock::ORIGIN;

/// How many bits of the hash the word keeps; the other seven are the tag in the index.
const HASH_BITS: u32 = 24;
/// The word of a cell without a live entry.
const DEAD: u64 = 0;

/// When an entry expires, in [units](Self::UNIT_BITS) of the system's clock: 40 bits, of which that
/// clock is in the upper half ([`ORIGIN`]) for four and a half years.
///
/// A deadline in the lower half is earlier than the clock by that half: the coarse clock always
/// finds it expired, and the precise one decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Deadline(u64);

impl Deadline {
    pub(crate) const NEVER: Self = Self((1 << (64 - HASH_BITS)) - 1);
    /// The deadline is stored in a prefix word.
    pub(crate) const STORED_APART: Self = Self(Self::NEVER.0 - 1);
    /// A unit is this power of two of nanoseconds, a quarter of a millisecond.
    const UNIT_BITS: u32 = 18;
    /// The clock's origin in units: the lower half is for what the precise clock decides.
    const HALF: u64 = ORIGIN >> Self::UNIT_BITS;

    /// Rounds down, so that nothing expires late. [`NEVER`](Self::NEVER) beyond what can be
    /// expressed.
    pub(crate) fn at(nanos: u64) -> Self {
        let units = nanos >> Self::UNIT_BITS;
        if units < Self::STORED_APART.0 { Self(units.max(Self::HALF)) } else { Self::NEVER }
    }

    /// As [`at`](Self::at), for an entry about which the precise clock decides.
    pub(crate) fn precisely_at(nanos: u64) -> Self {
        Self((nanos >> Self::UNIT_BITS).saturating_sub(Self::HALF).clamp(1, Self::HALF - 1))
    }

    /// Whether the precise clock decides.
    pub(crate) fn is_precise(self) -> bool {
        self.0 < Self::HALF
    }

    pub(crate) fn nanos(self) -> u64 {
        let units = if self.is_precise() { self.0 + Self::HALF } else { self.0 };
        units << Self::UNIT_BITS
    }

    #[inline]
    pub(crate) fn is_expired(self, now: u64) -> bool {
        self.nanos() <= now
    }

    /// Whether the deadline is stored in the word, and has not passed. [`u64::MAX`] is later than
    /// all of these. A dead word has a deadline that has passed.
    #[inline(always)]
    pub(crate) fn is_after(self, now: u64) -> bool {
        self.0 > now >> Self::UNIT_BITS && self != Self::STORED_APART
    }
}

/// The first two words of every entry, whatever its types.
#[repr(C)]
#[derive(Debug)]
pub struct Head {
    /// Written by hits, read by the policy.
    pub(crate) rank: AtomicU64,
    word: AtomicU64,
}

impl Head {
    /// When the entry expires, if it is live and may have this hash.
    ///
    /// Acquire: key and value were written before.
    #[inline(always)]
    pub(crate) fn deadline_if(&self, hash: ShortHash) -> Option<Deadline> {
        let word = self.word.load(Acquire);
        let deadline = word >> HASH_BITS;
        (may_have(word, hash) && deadline != DEAD).then_some(Deadline(deadline))
    }

    /// Whether the entry is live, may have this hash and is fresh: one comparison for the usual
    /// entry, which never expires.
    ///
    /// Acquire: as in [`deadline_if`](Self::deadline_if).
    #[inline(always)]
    pub(crate) fn is_live(&self, hash: ShortHash, is_fresh: impl FnOnce(Deadline) -> bool) -> bool {
        let word = self.word.load(Acquire);
        word == Deadline::NEVER.0 << HASH_BITS | u64::from(hash.fragment())
            || may_have(word, hash) && is_fresh(Deadline(word >> HASH_BITS))
    }

    pub(crate) fn deadline(&self) -> Deadline {
        Deadline(self.word.load(Relaxed) >> HASH_BITS)
    }

    /// Acquire, as in [`deadline_if`](Self::deadline_if).
    #[inline]
    pub(crate) fn is_alive(&self) -> bool {
        self.word.load(Acquire) != DEAD
    }

    /// The part of the hash that the word stores.
    pub(crate) fn hash_fragment(&self) -> u32 {
        (self.word.load(Relaxed) & ((1 << HASH_BITS) - 1)) as u32
    }

    /// Makes the entry live. Key, value and rank have been written.
    pub(crate) fn publish(&self, hash: ShortHash, deadline: Deadline) {
        self.word.store(deadline.0 << HASH_BITS | u64::from(hash.fragment()), Release);
    }

    /// Makes the entry dead.
    ///
    /// Release: a reader that finds it dead sees the new version of what has replaced it.
    pub(crate) fn retire(&self) {
        self.word.store(DEAD, Release);
    }
}

/// Whether an entry with this word may have this hash.
#[inline(always)]
fn may_have(word: u64, hash: ShortHash) -> bool {
    (word ^ u64::from(hash.fragment())) & ((1 << HASH_BITS) - 1) == 0
}

/// A reference to an entry whose types are not known here.
///
/// It holds a pointer with the provenance of the whole cell, so that the typed view of the entry
/// may reach key and value through it. A `&Head` would cover the first words only.
#[derive(Clone, Copy, Debug)]
pub struct EntryRef<'a> {
    cell: NonNull<Head>,
    _head: PhantomData<&'a Head>,
}

// SAFETY: of the entry only its head can be reached through this without `unsafe`, and heads are
// shared between threads.
unsafe impl Send for EntryRef<'_> {}
// SAFETY: as above.
unsafe impl Sync for EntryRef<'_> {}

impl<'a> EntryRef<'a> {
    /// # Safety
    ///
    /// The pointer is to a cell that begins with a head, and that is not freed during `'a`.
    #[inline(always)]
    pub(crate) unsafe fn new(cell: *const Head) -> Self {
        // SAFETY: by contract not null.
        Self { cell: unsafe { NonNull::new_unchecked(cell.cast_mut()) }, _head: PhantomData }
    }

    #[inline(always)]
    pub(crate) fn as_ptr(self) -> *mut Head {
        self.cell.as_ptr()
    }

    #[inline(always)]
    pub(crate) fn head(self) -> &'a Head {
        // SAFETY: by the contract of `new`.
        unsafe { self.cell.as_ref() }
    }

    /// # Safety
    ///
    /// The entry is of these types, and is neither dropped nor reused during `'a`.
    #[inline(always)]
    pub(crate) unsafe fn node<K, V>(self) -> &'a Node<K, V> {
        // SAFETY: by contract.
        unsafe { self.cell.cast().as_ref() }
    }

    /// The key and the value of an entry that has both.
    ///
    /// # Safety
    ///
    /// As for [`node`](Self::node); and the value has been written, which happens before this call.
    #[inline(always)]
    pub(crate) unsafe fn key_and_value<K, V>(self) -> (&'a K, &'a V) {
        // SAFETY: by contract; a value is written once, so it does not change any more.
        let FullNode { key, value, .. } = unsafe { self.cell.cast::<FullNode<K, V>>().as_ref() };
        reads(key);
        reads(value);
        (key, value)
    }
}

impl Deref for EntryRef<'_> {
    type Target = Head;

    #[inline(always)]
    fn deref(&self) -> &Head {
        self.head()
    }
}

/// An entry. It has a value once it is live, or once its run has completed.
#[repr(C)]
pub(crate) struct Node<K, V> {
    head: Head,
    key: K,
    value: UnsafeCell<MaybeUninit<V>>,
}

/// The same memory once it has a value: `UnsafeCell` and `MaybeUninit` do not change the layout.
#[repr(C)]
struct FullNode<K, V> {
    head: Head,
    key: K,
    value: V,
}

impl<K, V> Node<K, V> {
    #[inline(always)]
    pub(crate) fn key(&self) -> &K {
        reads(&raw const self.key);
        &self.key
    }

    /// # Safety
    ///
    /// The value has been written, and the write happens before this call.
    #[inline(always)]
    pub(crate) unsafe fn value(&self) -> &V {
        reads(self.value.get());
        // SAFETY: by contract; a value is written once, before any thread reads it.
        unsafe { (*self.value.get()).assume_init_ref() }
    }

    /// # Safety
    ///
    /// `node` is an empty cell for such a node, and no other thread can reach it.
    pub(crate) unsafe fn write_key(node: *mut Head, key: K) {
        // SAFETY: by contract.
        unsafe {
            writes(&raw const (*node.cast::<Self>()).key);
            (&raw mut (*node.cast::<Self>()).key).write(key);
        }
    }

    /// # Safety
    ///
    /// `node` is a cell for such a node, and no other thread reads or writes its value.
    pub(crate) unsafe fn write_value(node: *mut Head, value: V) -> Written {
        // SAFETY: by contract; `UnsafeCell` and `MaybeUninit` are transparent.
        unsafe {
            let cell = UnsafeCell::raw_get(&raw const (*node.cast::<Self>()).value);
            writes(cell);
            cell.cast::<V>().write(value);
        }
        Written(())
    }
}

/// Proof that a value has been written.
#[derive(Clone, Copy)]
pub(crate) struct Written(());

/// What the owner of a store attaches to the type of an entry.
pub(crate) type Attachment = Option<&'static (dyn Any + Send + Sync)>;

/// What code that is not generic must know about the types of an entry.
pub(crate) struct EntryVtable {
    pub(super) layout: Layout,
    /// Drops a key, and with `true` also the value. `None`, and not compiled, if there is nothing
    /// to drop.
    ///
    /// Its contract: the node is of these types, no thread can reach it, and this is the only time.
    pub(super) drop: Option<unsafe fn(*mut Head, bool)>,
    /// What the owner of the entry type has attached to it.
    attachment: Attachment,
}

impl EntryVtable {
    /// For entries with these types.
    pub(crate) const fn new<K, V>() -> Self {
        Self {
            layout: Layout::new::<Node<K, V>>(),
            drop: if needs_drop::<K>() || needs_drop::<V>() { Some(drop_contents::<K, V>) } else { None },
            attachment: None,
        }
    }

    /// For entries with these types, with an attachment of the owner.
    pub(crate) const fn with_attachment<K, V>(attachment: &'static (dyn Any + Send + Sync)) -> Self {
        Self { attachment: Some(attachment), ..Self::new::<K, V>() }
    }

    pub(crate) fn attachment(&self) -> Attachment {
        self.attachment
    }
}

/// Drops the key, and with `full` also the value, even if the key's `drop` panics.
///
/// Never the whole node in one: that takes a `&mut` to it, which claims the head as well, and other
/// threads still read the heads of dead cells.
unsafe fn drop_contents<K, V>(node: *mut Head, full: bool) {
    struct DropInPlace<V>(*mut V);

    impl<V> Drop for DropInPlace<V> {
        fn drop(&mut self) {
            writes(self.0);
            // SAFETY: made below of a value that is dropped only here.
            unsafe { self.0.drop_in_place() };
        }
    }

    let node = node.cast::<FullNode<K, V>>();
    // SAFETY: by the contract of `EntryVtable::drop`.
    unsafe {
        let _value = full.then(|| DropInPlace(&raw mut (*node).value));
        writes(&raw const (*node).key);
        (&raw mut (*node).key).drop_in_place();
    }
}
