//! A bucket: six slot numbers with a byte of hash each. Half a cache line, so a bucket and its neighbour cost one.
//!
//! `ctrl` holds six tags (0: nobody; else seven bits of hash and a one) and, in its upper 16 bits, how many entries that belong here stand further
//! on. A count and not a flag: it goes down again when they leave, so probes stay short however long a table lives.
//!
//! Probing from the home bucket goes to its neighbour in the same line, then line by line. Readers take no lock. Writers, under the store's
//! lock, store a slot before its tag, and take a tag away only of an entry that has left or can be found elsewhere.

use std::alloc::{Layout, handle_alloc_error};
use std::marker::PhantomData;

use super::hash::Hash;
use crate::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use crate::sync::atomic::{AtomicU32, AtomicU64};
use crate::sync::{alloc_zeroed, soon};

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
    pub(super) further: bool,
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
    pub(super) fn candidates(&self, hash: Hash) -> Candidates {
        let ctrl = self.ctrl.load(Acquire);
        let differs = ctrl ^ (hash.tag() * LOWEST);
        // A byte of zero borrows from its upper neighbour, which may then be taken for zero if it is one: two tags never differ by their lowest
        // bit alone, but a tag and an empty place may.
        Candidates {
            equal: differs.wrapping_sub(LOWEST) & !differs & HIGHEST,
            taken: (ctrl & LOWEST) << 7,
            further: ctrl >> OVERFLOW_SHIFT != 0,
        }
    }

    /// Every slot, with its tag and its place. Under the lock.
    fn each(&self, mut see: impl FnMut(u32, u64, u32)) {
        let ctrl = self.ctrl.load(Relaxed);
        for place in 0..WIDTH {
            let tag = ctrl >> (8 * place) & 0xFF;
            if tag != 0 {
                see(self.slots[place as usize].load(Relaxed), tag, place);
            }
        }
    }

    /// Puts a slot in, if there is room. Under the lock, or before the bucket is published.
    #[inline]
    fn link(&self, hash: Hash, slot: u32) -> bool {
        let ctrl = self.ctrl.load(Relaxed);
        let free = !ctrl & LOWEST;
        if free == 0 {
            return false;
        }
        let place = free.trailing_zeros() / 8;
        // Release: whoever read an older tag of this place, and sees this slot, sees the chunk and the entry behind it.
        self.slots[place as usize].store(slot, Release);
        // Release: whoever sees the tag sees the slot, and the entry behind it.
        self.ctrl.store(ctrl | hash.tag() << (8 * place), Release);
        true
    }

    /// The place where this slot stands, if it does. Under the lock.
    #[inline]
    fn place_of(&self, slot: u32) -> Option<u32> {
        // All six at once, as bits in the tags' places: places that were left still say who was there.
        let same = |place: usize| u64::from(self.slots[place].load(Relaxed) == slot) << (8 * place);
        let places = (0..WIDTH as usize).fold(0, |all, place| all | same(place)) & self.ctrl.load(Relaxed) & LOWEST;
        (places != 0).then(|| places.trailing_zeros() / 8)
    }

    /// The slot in the first of these places. There is one.
    #[inline(always)]
    pub(super) fn first(&self, candidates: Candidates) -> u32 {
        debug_assert!(!candidates.is_none());
        let place = candidates.equal.trailing_zeros() as usize / 8;
        // SAFETY: the highest bits of six tags, so one of six places. Acquire: the place may have been given to another entry since its tag was
        // read. Then this is a slot whose tag nobody here has acquired, and where it leads to must be there.
        unsafe { self.slots.get_unchecked(place) }.load(Acquire)
    }
}

/// The buckets of a store in which nothing is yet.
#[repr(align(64))]
#[expect(dead_code, reason = "looked into through pointers")]
pub(super) struct NoBuckets([Bucket; 4]);

impl NoBuckets {
    pub(super) const fn new() -> Self {
        #[expect(clippy::declare_interior_mutable_const, reason = "a pattern to fill an array with")]
        const NO_BUCKET: Bucket =
            Bucket { ctrl: AtomicU64::new(0), slots: [const { AtomicU32::new(0) }; WIDTH as usize] };
        Self([NO_BUCKET; 4])
    }
}

/// Two buckets that share a cache line.
#[derive(Clone, Copy)]
pub(super) struct Line<'a> {
    home: *const Bucket,
    _of: PhantomData<&'a Bucket>,
}

impl<'a> Line<'a> {
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
    pub(super) fn find(&self, hash: Hash, mut is: impl FnMut(u32) -> bool) -> bool {
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
            if !candidates.further {
                break;
            }
        }
        false
    }

    /// The home bucket of this hash, and the other one in its cache line.
    #[inline(always)]
    pub(super) fn line<'a>(self, hash: Hash) -> Line<'a> {
        let home = hash.bucket(self.count);
        debug_assert!(home < self.count);
        // SAFETY: in bounds.
        Line { home: unsafe { self.first.add(home as usize) }, _of: PhantomData }
    }

    /// Puts a slot in. There is room. Under the lock, or before the buckets are published.
    #[inline]
    pub(super) fn link(&self, hash: Hash, slot: u32) {
        let home = hash.bucket(self.count);
        if !self.bucket(home).link(hash, slot) {
            self.link_further_on(home, hash, slot);
        }
    }

    #[inline(never)]
    fn link_further_on(&self, home: u32, hash: Hash, slot: u32) {
        for step in 0..self.count {
            let bucket = self.probe(home, step);
            if bucket.link(hash, slot) {
                return;
            }
            let ctrl = bucket.ctrl.load(Relaxed);
            // A count that is full stays so: longer probes, never a lost key.
            if ctrl >> OVERFLOW_SHIFT != MOST_OVERFLOW {
                bucket.ctrl.store(ctrl + (1 << OVERFLOW_SHIFT), Relaxed);
            }
        }
        unreachable!("segments are never filled");
    }

    /// Takes a slot out, of which only the kept part of the hash is known. Gives the whole hash. Under the lock.
    #[inline(always)]
    pub(super) fn unlink(&self, kept: u32, slot: u32) -> Option<Hash> {
        let (bucket, place) = self.place_of(kept, slot)?;
        let ctrl = bucket.ctrl.load(Relaxed);
        let hash = Hash::join(kept, ctrl >> (8 * place));
        // Release: whoever sees it gone sees what was done before, such as a new clock.
        bucket.ctrl.store(ctrl & !(0xFF << (8 * place)), Release);
        let home = hash.bucket(self.count);
        if !std::ptr::eq(self.bucket(home), bucket) {
            self.stands_no_more(home, 0, bucket);
        }
        Some(hash)
    }

    /// What belongs into the bucket `home` stood in this one, further on, and does so no more: it stands so many steps from home, or has left.
    #[inline(never)]
    fn stands_no_more(&self, home: u32, mut step: u32, bucket: &Bucket) {
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
    pub(super) fn settle(&self, kept: &dyn Fn(u32) -> u32, moved: &dyn Fn()) {
        let mut displaced = Vec::new();
        for at in 0..self.count {
            self.bucket(at).each(|slot, tag, place| {
                let hash = Hash::join(kept(slot), tag);
                let home = hash.bucket(self.count);
                if home != at {
                    displaced.push((hash, slot, home, at, place));
                }
            });
        }
        let mut nearer = Vec::new();
        for (hash, slot, home, at, place) in displaced {
            let before = (0..self.count).take_while(|&step| !std::ptr::eq(self.probe(home, step), self.bucket(at)));
            if let Some(step) = before.into_iter().find(|&step| self.probe(home, step).link(hash, slot)) {
                nearer.push((home, step, at, place));
            }
        }
        if nearer.is_empty() {
            return;
        }
        moved();
        for (home, step, at, place) in nearer {
            let bucket = self.bucket(at);
            // Release: as in `unlink`.
            bucket.ctrl.store(bucket.ctrl.load(Relaxed) & !(0xFF << (8 * place)), Release);
            self.stands_no_more(home, step, bucket);
        }
    }

    /// What has this hash will be taken out before long.
    #[inline]
    pub(super) fn soon(&self, kept: u32) {
        soon(self.bucket(Hash::join(kept, 0).bucket(self.count)));
    }

    /// The whole hash of a slot, of which the kept part is known. Under the lock.
    pub(super) fn hash(&self, kept: u32, slot: u32) -> Option<Hash> {
        let (bucket, place) = self.place_of(kept, slot)?;
        Some(Hash::join(kept, bucket.ctrl.load(Relaxed) >> (8 * place)))
    }

    /// The bucket and the place in it where a slot stands.
    #[inline]
    fn place_of(&self, kept: u32, slot: u32) -> Option<(&Bucket, u32)> {
        // The tag's bits are the lowest of those that choose the bucket: without them it is one of two in a segment of the usual size.
        let first = Hash::join(kept, 0).bucket(self.count);
        let bucket = self.bucket(first);
        match bucket.place_of(slot) {
            Some(place) => Some((bucket, place)),
            None => self.place_further_on(first, kept, slot),
        }
    }

    /// As above, after a first look.
    #[inline(never)]
    fn place_further_on(&self, first: u32, kept: u32, slot: u32) -> Option<(&Bucket, u32)> {
        let last = Hash::join(kept, u64::MAX).bucket(self.count);
        for home in first + 1..=last {
            let bucket = self.bucket(home);
            if let Some(place) = bucket.place_of(slot) {
                return Some((bucket, place));
            }
        }
        let mut home = first;
        loop {
            if let Some(found) = self.place_from(home, slot) {
                return Some(found);
            }
            if home == last {
                return None;
            }
            home += 1;
        }
    }

    /// As above, if the probes from this home lead there.
    fn place_from(&self, home: u32, slot: u32) -> Option<(&Bucket, u32)> {
        let mut step = 0;
        loop {
            let bucket = self.probe(home, step);
            if let Some(place) = bucket.place_of(slot) {
                return Some((bucket, place));
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
