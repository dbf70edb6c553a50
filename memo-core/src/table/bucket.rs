//! A bucket: six slot numbers with a byte of hash each. Half a cache line, so a bucket and its neighbour cost one.
//!
//! `ctrl` holds six tags (0: nobody; else seven bits of hash and a one) and, in its upper 16 bits, how many entries that belong here stand further
//! on. A count and not a flag: it goes down again when they leave, so probes stay short however long a table lives.
//!
//! Probing from the home bucket goes to its neighbour in the same line, then line by line. Readers take no lock. Writers, under the store's
//! lock, store a slot before its tag, and take a tag away only of an entry that has left or can be found elsewhere.

use std::alloc::{Layout, handle_alloc_error};
use std::marker::PhantomData;

use super::short_hash::ShortHash;
use crate::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use crate::sync::atomic::{AtomicU32, AtomicU64};
use crate::sync::{alloc_zeroed, prefetch};

/// Entries in a bucket.
pub(super) const WIDTH: u32 = 6;
/// The highest bit of each tag.
const HIGHEST: u64 = 0x0000_8080_8080_8080;
/// The lowest: whether there is one.
const LOWEST: u64 = 0x0000_0101_0101_0101;
const OVERFLOW_SHIFT: u32 = 48;
const MOST_OVERFLOW: u64 = 0xFFFF;

#[repr(C, align(32))]
pub(super) struct Bucket {
    ctrl: AtomicU64,
    slots: [AtomicU32; WIDTH as usize],
}

/// The places of a bucket that may be meant, as the highest bits of their tags, and whether entries that belong into it stand further on.
#[derive(Clone, Copy)]
pub(super) struct Candidates {
    /// Of these only the first is surely right.
    equal: u64,
    taken: u64,
    pub(super) overflowed: bool,
}

impl Candidates {
    #[inline(always)]
    pub(super) fn is_none(self) -> bool {
        self.equal == 0
    }

    /// Without the first one.
    #[inline(always)]
    pub(super) fn rest(self) -> Self {
        Self { equal: self.equal & self.equal.wrapping_sub(1) & self.taken, ..self }
    }
}

impl Bucket {
    #[inline(always)]
    pub(super) fn candidates(&self, hash: ShortHash) -> Candidates {
        let ctrl = self.ctrl.load(Acquire);
        let differs = ctrl ^ (hash.tag() * LOWEST);
        // A byte of zero borrows from its upper neighbour, which may then be taken for zero if it is one: two tags never differ by their lowest
        // bit alone, but a tag and an empty place may.
        Candidates {
            equal: differs.wrapping_sub(LOWEST) & !differs & HIGHEST,
            taken: (ctrl & LOWEST) << 7,
            overflowed: ctrl >> OVERFLOW_SHIFT != 0,
        }
    }

    /// Every slot, with its tag and its place. Under the lock.
    fn each(&self, mut see: impl FnMut(u32, u64, u32)) {
        let ctrl = self.ctrl.load(Relaxed);
        for position in 0..WIDTH {
            let tag = ctrl >> (8 * position) & 0xFF;
            if tag != 0 {
                see(self.slots[position as usize].load(Relaxed), tag, position);
            }
        }
    }

    /// Puts a slot in, if there is room. Under the lock, or before the bucket is published.
    #[inline]
    fn link(&self, hash: ShortHash, slot: u32) -> bool {
        let ctrl = self.ctrl.load(Relaxed);
        let free = !ctrl & LOWEST;
        if free == 0 {
            return false;
        }
        let position = free.trailing_zeros() / 8;
        // Release: whoever read an older tag of this place, and sees this slot, sees the chunk and the entry behind it.
        self.slots[position as usize].store(slot, Release);
        // Release: whoever sees the tag sees the slot, and the entry behind it.
        self.ctrl.store(ctrl | hash.tag() << (8 * position), Release);
        true
    }

    /// The place where this slot stands, if it does. Under the lock.
    #[inline]
    fn position_of(&self, slot: u32) -> Option<u32> {
        // All six at once, as bits in the tags' places: places that were left still say who was there.
        let same = |position: usize| u64::from(self.slots[position].load(Relaxed) == slot) << (8 * position);
        let places =
            (0..WIDTH as usize).fold(0, |all, position| all | same(position)) & self.ctrl.load(Relaxed) & LOWEST;
        (places != 0).then(|| places.trailing_zeros() / 8)
    }

    /// The slot in the first of these places. There is one.
    #[inline(always)]
    pub(super) fn first(&self, candidates: Candidates) -> u32 {
        debug_assert!(!candidates.is_none());
        let position = candidates.equal.trailing_zeros() as usize / 8;
        // SAFETY: the highest bits of six tags, so one of six places. Acquire: the place may have been given to another entry since its tag was
        // read. Then this is a slot whose tag nobody here has acquired, and where it leads to must be there.
        unsafe { self.slots.get_unchecked(position) }.load(Acquire)
    }
}

/// The buckets of a store in which nothing is yet.
#[repr(align(64))]
#[expect(dead_code, reason = "looked into through pointers")]
pub(super) struct EmptyBuckets([Bucket; 4]);

impl EmptyBuckets {
    pub(super) const fn new() -> Self {
        #[expect(clippy::declare_interior_mutable_const, reason = "a pattern to fill an array with")]
        const EMPTY_BUCKET: Bucket =
            Bucket { ctrl: AtomicU64::new(0), slots: [const { AtomicU32::new(0) }; WIDTH as usize] };
        Self([EMPTY_BUCKET; 4])
    }
}

/// Two buckets that share a cache line.
#[derive(Clone, Copy)]
pub(super) struct BucketPair<'a> {
    home: *const Bucket,
    _of: PhantomData<&'a Bucket>,
}

impl<'a> BucketPair<'a> {
    #[inline(always)]
    pub(super) fn home(self) -> &'a Bucket {
        // SAFETY: in bounds; the buckets live by the contract of whoever made the line.
        unsafe { &*self.home }
    }

    #[inline(always)]
    pub(super) fn neighbour(self) -> &'a Bucket {
        // SAFETY: as above. A segment's buckets are an even number, and begin at a cache line.
        unsafe { &*self.home.map_addr(|address| address ^ size_of::<Bucket>()) }
    }
}

/// The buckets of one segment: an even number of them. What `buckets` points to lives as long as this is used.
#[derive(Clone, Copy)]
pub(super) struct Buckets {
    first: *const Bucket,
    count: u32,
}

impl Buckets {
    pub(super) fn layout(count: u32) -> Layout {
        let buckets = Layout::array::<Bucket>(count as usize).expect("a segment is small");
        // To a cache line, for neighbours; the lowest bits of the address are then free for the segment's class.
        buckets.align_to(64).expect("64 is a power of two")
    }

    /// Empty ones.
    pub(super) fn allocate(count: u32) -> Self {
        debug_assert!(count >= 2 && count.is_multiple_of(2));
        let layout = Self::layout(count);
        // SAFETY: the layout is not empty; zeroed buckets are empty ones.
        let first = unsafe { alloc_zeroed(layout) };
        if first.is_null() {
            handle_alloc_error(layout);
        }
        Self { first: first.cast(), count }
    }

    /// # Safety
    ///
    /// `first` points to `count` buckets that live as long as the result is used.
    #[inline(always)]
    pub(super) unsafe fn at(first: *const Bucket, count: u32) -> Self {
        Self { first, count }
    }

    pub(super) fn first(self) -> *const Bucket {
        self.first
    }

    pub(super) fn count(self) -> u32 {
        self.count
    }

    #[inline(always)]
    fn bucket<'a>(self, at: u32) -> &'a Bucket {
        debug_assert!(at < self.count);
        // SAFETY: in bounds; the buckets live by contract.
        unsafe { &*self.first.add(at as usize) }
    }

    /// The bucket to look at after so many steps.
    #[inline(always)]
    fn probe(&self, home: u32, step: u32) -> &Bucket {
        self.bucket(if step < 2 { home ^ step } else { ((home & !1) + step) % self.count })
    }

    /// Calls `is` for each slot that may have this hash, until it says yes.
    pub(super) fn find(&self, hash: ShortHash, mut is: impl FnMut(u32) -> bool) -> bool {
        let home = hash.bucket(self.count);
        for step in 0..self.count {
            let bucket = self.probe(home, step);
            let mut candidates = bucket.candidates(hash);
            while !candidates.is_none() {
                if is(bucket.first(candidates)) {
                    return true;
                }
                candidates = candidates.rest();
            }
            if !candidates.overflowed {
                break;
            }
        }
        false
    }

    /// The home bucket of this hash, and the other one in its cache line.
    #[inline(always)]
    pub(super) fn line<'a>(self, hash: ShortHash) -> BucketPair<'a> {
        let home = hash.bucket(self.count);
        debug_assert!(home < self.count);
        // SAFETY: in bounds.
        BucketPair { home: unsafe { self.first.add(home as usize) }, _of: PhantomData }
    }

    /// Puts a slot in. There is room. Under the lock, or before the buckets are published.
    #[inline]
    pub(super) fn link(&self, hash: ShortHash, slot: u32) {
        let home = hash.bucket(self.count);
        if !self.bucket(home).link(hash, slot) {
            self.link_overflow(home, hash, slot);
        }
    }

    #[inline(never)]
    fn link_overflow(&self, home: u32, hash: ShortHash, slot: u32) {
        for step in 0..self.count {
            let bucket = self.probe(home, step);
            if bucket.link(hash, slot) {
                return;
            }
            let ctrl = bucket.ctrl.load(Relaxed);
            // A count that is full stays so: longer probes, never a lost key.
            if ctrl >> OVERFLOW_SHIFT != MOST_OVERFLOW {
                // Release, though nothing new is to be found by this count: a reader takes all it
                // knows of this bucket from the one store that it reads, and with a relaxed one it
                // would learn nothing. It would see tags without the slots and chunks behind them,
                // which the stores of the tags have released. And it would see that an entry has
                // left without the new version that came before, and prove it absent though it
                // only moved.
                bucket.ctrl.store(ctrl + (1 << OVERFLOW_SHIFT), Release);
            }
        }
        unreachable!("segments are never filled");
    }

    /// Takes a slot out, of which only the kept part of the hash is known. Gives the whole hash. Under the lock.
    #[inline(always)]
    pub(super) fn unlink(&self, fragment: u32, slot: u32) -> Option<ShortHash> {
        let (bucket, position) = self.position_of(fragment, slot)?;
        let ctrl = bucket.ctrl.load(Relaxed);
        let hash = ShortHash::join(fragment, ctrl >> (8 * position));
        // Release: whoever sees it gone sees what was done before, such as a new clock.
        bucket.ctrl.store(ctrl & !(0xFF << (8 * position)), Release);
        let home = hash.bucket(self.count);
        if !std::ptr::eq(self.bucket(home), bucket) {
            self.release_overflow(home, 0, bucket);
        }
        Some(hash)
    }

    /// What belongs into the bucket `home` stood in this one, further on, and does so no more: it stands so many steps from home, or has left.
    #[inline(never)]
    fn release_overflow(&self, home: u32, mut step: u32, bucket: &Bucket) {
        loop {
            let passed = self.probe(home, step);
            if std::ptr::eq(passed, bucket) {
                return;
            }
            let ctrl = passed.ctrl.load(Relaxed);
            if ctrl >> OVERFLOW_SHIFT != MOST_OVERFLOW {
                // Release: as above. Who goes no further because of this must see the new clock.
                passed.ctrl.store(ctrl - (1 << OVERFLOW_SHIFT), Release);
            }
            step += 1;
        }
    }

    /// Lets entries that had to stand further on come nearer to their homes, where there is room by now. Each is put there first, then `moved` is
    /// called, then it is taken away where it stood. Under the lock.
    pub(super) fn rehome(&self, fragment: &dyn Fn(u32) -> u32, moved: &dyn Fn()) {
        let mut displaced = Vec::new();
        for at in 0..self.count {
            self.bucket(at).each(|slot, tag, position| {
                let hash = ShortHash::join(fragment(slot), tag);
                let home = hash.bucket(self.count);
                if home != at {
                    displaced.push((hash, slot, home, at, position));
                }
            });
        }
        let mut nearer = Vec::new();
        for (hash, slot, home, at, position) in displaced {
            let before = (0..self.count).take_while(|&step| !std::ptr::eq(self.probe(home, step), self.bucket(at)));
            if let Some(step) = before.into_iter().find(|&step| self.probe(home, step).link(hash, slot)) {
                nearer.push((home, step, at, position));
            }
        }
        if nearer.is_empty() {
            return;
        }
        moved();
        for (home, step, at, position) in nearer {
            let bucket = self.bucket(at);
            // Release: as in `unlink`.
            bucket.ctrl.store(bucket.ctrl.load(Relaxed) & !(0xFF << (8 * position)), Release);
            self.release_overflow(home, step, bucket);
        }
    }

    /// What has this hash will be taken out before long.
    #[inline]
    pub(super) fn prefetch(&self, fragment: u32) {
        prefetch(self.bucket(ShortHash::join(fragment, 0).bucket(self.count)));
    }

    /// The whole hash of a slot, of which the kept part is known. Under the lock.
    pub(super) fn hash(&self, fragment: u32, slot: u32) -> Option<ShortHash> {
        let (bucket, position) = self.position_of(fragment, slot)?;
        Some(ShortHash::join(fragment, bucket.ctrl.load(Relaxed) >> (8 * position)))
    }

    /// The bucket and the place in it where a slot stands.
    #[inline]
    fn position_of(&self, fragment: u32, slot: u32) -> Option<(&Bucket, u32)> {
        // The tag's bits are the lowest of those that choose the bucket: without them it is one of two in a segment of the usual size.
        let first = ShortHash::join(fragment, 0).bucket(self.count);
        let bucket = self.bucket(first);
        match bucket.position_of(slot) {
            Some(position) => Some((bucket, position)),
            None => self.position_overflow(first, fragment, slot),
        }
    }

    /// As above, after a first look.
    #[inline(never)]
    fn position_overflow(&self, first: u32, fragment: u32, slot: u32) -> Option<(&Bucket, u32)> {
        let last = ShortHash::join(fragment, u64::MAX).bucket(self.count);
        for home in first + 1..=last {
            let bucket = self.bucket(home);
            if let Some(position) = bucket.position_of(slot) {
                return Some((bucket, position));
            }
        }
        let mut home = first;
        loop {
            if let Some(found) = self.position_from(home, slot) {
                return Some(found);
            }
            if home == last {
                return None;
            }
            home += 1;
        }
    }

    /// As above, if the probes from this home lead there.
    fn position_from(&self, home: u32, slot: u32) -> Option<(&Bucket, u32)> {
        let mut step = 0;
        loop {
            let bucket = self.probe(home, step);
            if let Some(position) = bucket.position_of(slot) {
                return Some((bucket, position));
            }
            step += 1;
            if bucket.ctrl.load(Relaxed) >> OVERFLOW_SHIFT == 0 || step == self.count {
                return None;
            }
        }
    }

    /// Every slot, with its tag. Under the lock.
    pub(super) fn each(&self, mut see: impl FnMut(u32, u64)) {
        for at in 0..self.count {
            self.bucket(at).each(|slot, tag, _| see(slot, tag));
        }
    }
}
