//! The buckets of one segment: a small hash table with open addressing.
//!
//! The probe sequence starts at the home bucket of a hash, continues with its neighbour in the same
//! cache line, then goes through the cache lines in order. It ends at a bucket whose overflow count
//! is 0.

use std::alloc::Layout;

use super::bucket::Bucket;
use super::memory::Memory;
use super::short_hash::ShortHash;
use crate::sync::prefetch;

/// The buckets of a segment, as their writer has them: an even number, at the start of a cache
/// line.
pub(super) struct Buckets {
    memory: Memory,
    count: u32,
}

impl Buckets {
    /// Allocates empty buckets.
    pub(super) fn allocate(count: u32) -> Self {
        debug_assert!(count >= 2 && count.is_multiple_of(2));
        let buckets = Layout::array::<Bucket>(count as usize).expect("a segment is small");
        // Aligned to a cache line, for neighbours; so the lowest bits of the address are free for
        // the segment's class.
        let layout = buckets.align_to(64).expect("64 is a power of two");
        // Zeroed buckets are empty ones.
        Self { memory: Memory::zeroed(layout), count }
    }

    #[inline(always)]
    pub(super) fn array(&self) -> BucketArray {
        BucketArray { first: self.memory.first(), count: self.count }
    }

    pub(super) fn into_memory(self) -> Memory {
        self.memory
    }
}

/// The buckets of an empty store.
#[repr(align(64))]
pub(super) struct EmptyBuckets([Bucket; 4]);

impl EmptyBuckets {
    pub(super) const fn new() -> Self {
        Self([const { Bucket::empty() }; 4])
    }

    pub(super) const fn array(&'static self) -> BucketArray {
        BucketArray { first: self.0.as_ptr(), count: 4 }
    }
}

/// A pointer to [`Buckets`], or to such as there are in a store without any.
///
/// Their memory is freed only when nothing uses it: see [`Detached::free`](super::Detached::free).
#[derive(Clone, Copy)]
pub(super) struct BucketArray {
    first: *const Bucket,
    count: u32,
}

impl BucketArray {
    /// # Safety
    ///
    /// `first` points to `count` buckets, an even number at the start of a cache line, that live as
    /// long as the result is used.
    #[inline(always)]
    pub(super) unsafe fn at(first: *const Bucket, count: u32) -> Self {
        Self { first, count }
    }

    pub(super) const fn first(self) -> *const Bucket {
        self.first
    }

    pub(super) fn count(self) -> u32 {
        self.count
    }

    #[inline(always)]
    fn bucket<'a>(self, at: u32) -> &'a Bucket {
        debug_assert!(at < self.count);
        // SAFETY: in bounds, and not freed as long as this is used.
        unsafe { &*self.first.add(at as usize) }
    }

    /// The bucket after so many steps of the probe sequence.
    #[inline(always)]
    fn probe<'a>(self, home: u32, step: u32) -> &'a Bucket {
        self.bucket(if step < 2 { home ^ step } else { ((home & !1) + step) % self.count })
    }

    /// Calls `is_match` with each slot that may have this hash, until it returns true. Returns
    /// whether it did.
    #[inline(always)]
    pub(super) fn find(self, hash: ShortHash, mut is_match: impl FnMut(u32) -> bool) -> bool {
        let home = hash.bucket(self.count);
        for step in 0..self.count {
            let bucket = self.probe(home, step);
            let mut candidates = bucket.candidates(hash);
            while !candidates.is_none() {
                if is_match(bucket.first(candidates)) {
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

    /// The home bucket of this hash.
    #[inline(always)]
    pub(super) fn home(self, hash: ShortHash) -> BucketPtr {
        let home = hash.bucket(self.count);
        debug_assert!(home < self.count);
        BucketPtr(self.first.wrapping_add(home as usize))
    }

    /// Adds a slot. There is room. Under the lock, or before the buckets are published.
    #[inline]
    pub(super) fn link(self, hash: ShortHash, slot: u32) {
        let home = hash.bucket(self.count);
        if !self.bucket(home).link(hash, slot) {
            self.link_overflow(home, hash, slot);
        }
    }

    #[inline(never)]
    fn link_overflow(self, home: u32, hash: ShortHash, slot: u32) {
        for step in 0..self.count {
            let bucket = self.probe(home, step);
            if bucket.link(hash, slot) {
                return;
            }
            bucket.add_overflow();
        }
        unreachable!("segments are never filled");
    }

    /// Removes a slot, given the stored fragment of its hash, and returns the whole hash. Under the
    /// lock.
    #[inline(always)]
    pub(super) fn unlink(self, fragment: u32, slot: u32) -> Option<ShortHash> {
        let (bucket, position) = self.position_of(fragment, slot)?;
        let hash = ShortHash::join(fragment, bucket.unlink(position));
        let home = hash.bucket(self.count);
        if !std::ptr::eq(self.bucket(home), bucket) {
            self.release_overflow(home, 0, bucket);
        }
        Some(hash)
    }

    /// Decrements the overflow counts that an entry of the bucket `home`, stored in `bucket`, has
    /// incremented: from this step of the probe sequence on. For an entry that was removed, or is
    /// now stored at that step.
    #[inline(never)]
    fn release_overflow(self, home: u32, mut step: u32, bucket: &Bucket) {
        loop {
            let passed = self.probe(home, step);
            if std::ptr::eq(passed, bucket) {
                return;
            }
            passed.release_overflow();
            step += 1;
        }
    }

    /// Moves overflowed entries nearer to their home buckets, where there is room by now. Links
    /// each in its new position, then calls `moved`, then unlinks the old positions. Under the
    /// lock.
    pub(super) fn rehome(self, fragment: &dyn Fn(u32) -> u32, moved: &dyn Fn()) {
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
            bucket.unlink(position);
            self.release_overflow(home, step, bucket);
        }
    }

    /// Fetches the bucket of an entry that will be removed soon into the processor's cache.
    #[inline]
    pub(super) fn prefetch(self, fragment: u32) {
        prefetch(self.bucket(ShortHash::join(fragment, 0).bucket(self.count)));
    }

    /// The bucket of a slot, and its position in there.
    #[inline]
    fn position_of<'a>(self, fragment: u32, slot: u32) -> Option<(&'a Bucket, u32)> {
        // The tag's bits are the lowest of those that choose the bucket: without them two buckets
        // are possible, in a segment of the usual size.
        let first = ShortHash::join(fragment, 0).bucket(self.count);
        let bucket = self.bucket(first);
        match bucket.position_of(slot) {
            Some(position) => Some((bucket, position)),
            None => self.position_overflow(first, fragment, slot),
        }
    }

    /// Slow path of [`position_of`](Self::position_of): the slot is not in the first of the
    /// possible home buckets.
    #[inline(never)]
    fn position_overflow<'a>(self, first: u32, fragment: u32, slot: u32) -> Option<(&'a Bucket, u32)> {
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

    /// The bucket and position of a slot, if the probe sequence of this home bucket leads there.
    fn position_from<'a>(self, home: u32, slot: u32) -> Option<(&'a Bucket, u32)> {
        let mut step = 0;
        loop {
            let bucket = self.probe(home, step);
            if let Some(position) = bucket.position_of(slot) {
                return Some((bucket, position));
            }
            step += 1;
            if !bucket.has_overflowed() || step == self.count {
                return None;
            }
        }
    }

    /// Calls `see` with each slot and its tag. Under the lock.
    pub(super) fn each(self, mut see: impl FnMut(u32, u64)) {
        for at in 0..self.count {
            self.bucket(at).each(|slot, tag, _| see(slot, tag));
        }
    }
}

/// A pointer to a bucket: half of a pair that shares a cache line. While it changes from one to the
/// other it is no reference, because the compiler would keep proof of each that it is not null.
#[derive(Clone, Copy)]
pub(crate) struct BucketPtr(*const Bucket);

impl BucketPtr {
    #[inline(always)]
    pub(super) fn get<'a>(self) -> &'a Bucket {
        // SAFETY: a bucket, which is not freed as long as this is used.
        unsafe { &*self.0 }
    }

    /// The other bucket of the pair: there is an even number, and they begin at a cache line.
    #[inline(always)]
    pub(super) fn neighbour(self) -> Self {
        Self(self.0.map_addr(|address| address ^ size_of::<Bucket>()))
    }
}
