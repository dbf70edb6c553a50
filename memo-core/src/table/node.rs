//! What an entry looks like in memory: a head of two words, the key, the value.
//!
//! The head's `word` tells whether an entry lives here. It is stored last when an entry is published and first when it is taken out, and no hit
//! ever writes it: a reader that finds it alive after it has announced itself ([`hazard`](super::hazard)) may read the rest.
//! A hit writes the `rank`, even of an entry that has just left: so a mark is no sign of life.

use std::alloc::Layout;
use std::any::Any;
use std::cell::UnsafeCell;
use std::mem::{MaybeUninit, needs_drop};

use super::short_hash::ShortHash;
use crate::key::Components;
use crate::sync::atomic::AtomicU64;
use crate::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use crate::sync::{reads, writes};

/// How many bits of the hash the word keeps; the other seven are the tag in the index.
const HASH_BITS: u32 = 24;
/// The word of a place where nothing lives.
const DEAD: u64 = 0;

/// When an entry is over, in [units](Due::UNIT_BITS) of the clock: 40 bits, which are 34 years.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Deadline(u64);

impl Deadline {
    pub(crate) const NEVER: Self = Self((1 << (64 - HASH_BITS)) - 1);
    /// Told elsewhere.
    pub(crate) const STORED_APART: Self = Self(Self::NEVER.0 - 1);
    /// A unit is this power of two of nanoseconds, about a millisecond: less than the coarse clock's own lateness.
    const UNIT_BITS: u32 = 20;

    /// Rounds up: nothing is over too early.
    pub(crate) fn at(nanos: u64) -> Self {
        Self(nanos.div_ceil(1 << Self::UNIT_BITS).clamp(1, Self::STORED_APART.0 - 1))
    }

    pub(crate) fn nanos(self) -> u64 {
        self.0 << Self::UNIT_BITS
    }

    #[inline]
    pub(crate) fn is_expired(self, now: u64) -> bool {
        self.0 <= now >> Self::UNIT_BITS
    }

    /// Whether the date is told here, and is not over. [`u64::MAX`] is later than all of these. No entry, no date.
    #[inline(always)]
    pub(crate) fn is_after(self, now: u64) -> bool {
        !self.is_expired(now) && self != Self::STORED_APART
    }
}

/// What every entry begins with, whatever its types.
#[repr(C)]
#[derive(Debug)]
pub struct Head {
    /// Written by hits, read by the policy.
    pub(crate) rank: AtomicU64,
    word: AtomicU64,
}

impl Head {
    /// When the entry is over, if it lives and may have this hash.
    ///
    /// Acquire: key and value were written before.
    #[inline(always)]
    pub(crate) fn deadline_if(&self, hash: ShortHash) -> Option<Deadline> {
        let word = self.word.load(Acquire);
        let deadline = word >> HASH_BITS;
        (may_have(word, hash) && deadline != DEAD).then_some(Deadline(deadline))
    }

    /// Whether an entry lives here that may have this hash and is in time: one comparison for the usual entry, which is never over.
    ///
    /// Acquire: as in [`deadline_if`](Self::due_if).
    #[inline(always)]
    pub(crate) fn is_live(&self, hash: ShortHash, is_fresh: impl FnOnce(Deadline) -> bool) -> bool {
        let word = self.word.load(Acquire);
        word == Deadline::NEVER.0 << HASH_BITS | u64::from(hash.fragment())
            || may_have(word, hash) && is_fresh(Deadline(word >> HASH_BITS))
    }

    pub(crate) fn deadline(&self) -> Deadline {
        Deadline(self.word.load(Relaxed) >> HASH_BITS)
    }

    /// When the entry is over, if it lives. In one look: an entry may leave at any time, and a date that is read later may be that of
    /// nobody.
    pub(crate) fn deadline_if_live(&self) -> Option<Deadline> {
        match self.word.load(Acquire) {
            DEAD => None,
            word => Some(Deadline(word >> HASH_BITS)),
        }
    }

    /// Acquire, as in [`deadline_if`](Self::due_if).
    #[inline]
    pub(crate) fn is_alive(&self) -> bool {
        self.word.load(Acquire) != DEAD
    }

    /// The part of the hash that is kept here.
    pub(crate) fn hash_fragment(&self) -> u32 {
        (self.word.load(Relaxed) & ((1 << HASH_BITS) - 1)) as u32
    }

    /// An entry lives here from now on. Key, value and mark have been written.
    pub(crate) fn publish(&self, hash: ShortHash, deadline: Deadline) {
        self.word.store(deadline.0 << HASH_BITS | u64::from(hash.fragment()), Release);
    }

    /// It does not live here any more.
    ///
    /// Release: whoever finds it dead sees the new clock of what has come in its place.
    pub(crate) fn retire(&self) {
        self.word.store(DEAD, Release);
    }
}

/// Whether the hash of an entry with this word may be this.
#[inline(always)]
fn may_have(word: u64, hash: ShortHash) -> bool {
    (word ^ u64::from(hash.fragment())) & ((1 << HASH_BITS) - 1) == 0
}

/// An entry. The value is there once the entry lives, or once its run has landed.
#[repr(C)]
pub(crate) struct Node<K, V> {
    head: Head,
    key: K,
    value: UnsafeCell<MaybeUninit<V>>,
}

/// The same memory once the value is there: what has to be dropped.
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
    /// The value has been written, and that happened before.
    #[inline(always)]
    pub(crate) unsafe fn value(&self) -> &V {
        reads(self.value.get());
        // SAFETY: by contract; a value is written once, before anybody reads it.
        unsafe { (*self.value.get()).assume_init_ref() }
    }

    /// # Safety
    ///
    /// `node` is a place for such a node in which nothing lives, and the caller alone knows of it.
    pub(crate) unsafe fn write_key(node: *mut Head, key: K) {
        // SAFETY: by contract.
        unsafe {
            writes(&raw const (*node.cast::<Self>()).key);
            (&raw mut (*node.cast::<Self>()).key).write(key);
        }
    }

    /// # Safety
    ///
    /// `node` is a place for such a node, and nobody but the caller reads or writes its value.
    pub(crate) unsafe fn write_value(node: *mut Head, value: V) {
        // SAFETY: by contract; `UnsafeCell` and `MaybeUninit` are transparent.
        unsafe {
            let cell = UnsafeCell::raw_get(&raw const (*node.cast::<Self>()).value);
            writes(cell);
            cell.cast::<V>().write(value);
        }
    }
}

/// What must be known of the types in an entry by those who do not know them.
pub(crate) struct EntryVtable {
    pub(super) layout: Layout,
    pub(super) needs_drop: bool,
    /// `None`, and not compiled, where there is nothing to drop.
    drop_key: Option<unsafe fn(*mut Head)>,
    drop_pair: Option<unsafe fn(*mut Head)>,
    show: Option<unsafe fn(*const Head) -> Shown>,
}

/// The arguments and the value of an entry, for those who do not know their types.
pub(crate) type Shown = (*const dyn Components, *const dyn Any);

impl EntryVtable {
    /// Entries that show nothing.
    pub(crate) const fn new<K, V>() -> Self {
        Self {
            layout: Layout::new::<Node<K, V>>(),
            needs_drop: needs_drop::<K>() || needs_drop::<V>(),
            drop_key: if needs_drop::<K>() { Some(drop_key::<K, V>) } else { None },
            drop_pair: if needs_drop::<K>() || needs_drop::<V>() { Some(drop_pair::<K, V>) } else { None },
            show: None,
        }
    }

    /// Entries whose arguments and value can be looked at without knowing their types.
    pub(crate) const fn shown_by<K, V>(show: unsafe fn(*const Head) -> Shown) -> Self {
        Self { show: Some(show), ..Self::new::<K, V>() }
    }

    /// # Safety
    ///
    /// The node is of these types, nobody can reach it, and this is the only time. `full` says whether its value is there.
    pub(super) unsafe fn drop(&self, node: *mut Head, full: bool) {
        if let Some(drop) = if full { self.drop_pair } else { self.drop_key } {
            // SAFETY: by contract.
            unsafe { drop(node) };
        }
    }

    /// # Safety
    ///
    /// The node is of these types and lives as long as what this leads to is used.
    pub(crate) unsafe fn show(&self, node: *const Head) -> Option<Shown> {
        // SAFETY: by contract.
        self.show.map(|show| unsafe { show(node) })
    }
}

unsafe fn drop_key<K, V>(node: *mut Head) {
    // SAFETY: by the contract of `EntryVtable::drop`.
    unsafe {
        writes(&raw const (*node.cast::<Node<K, V>>()).key);
        (&raw mut (*node.cast::<Node<K, V>>()).key).drop_in_place();
    }
}

/// As one struct, so that the value is dropped even if the key's `drop` panics.
unsafe fn drop_pair<K, V>(node: *mut Head) {
    // SAFETY: by the contract of `EntryVtable::drop`; the two structs have one layout, since `MaybeUninit` and `UnsafeCell` change none.
    unsafe {
        writes(&raw const (*node.cast::<FullNode<K, V>>()).key);
        writes(&raw const (*node.cast::<FullNode<K, V>>()).value);
        node.cast::<FullNode<K, V>>().drop_in_place();
    }
}
