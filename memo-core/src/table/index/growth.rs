//! How a full segment makes room: it grows while it is small, then splits.

use super::reader::Index;
use super::sizes::buckets_in;
use super::writer::{IndexWriter, Segment};
use crate::table::bucket_array::Buckets;
use crate::table::short_hash::{MAX_DEPTH, ShortHash};

impl IndexWriter {
    /// Adds a slot. `fragment` returns the stored fragment of a slot's hash; `moved` is called when
    /// readers may fail to find an entry that has moved.
    #[cold]
    #[inline(never)]
    pub(crate) fn link(
        &mut self,
        index: &Index,
        hash: ShortHash,
        slot: u32,
        fragment: &dyn Fn(u32) -> u32,
        moved: &dyn Fn(),
    ) {
        while !self.link_fast(hash, slot) {
            let at = self.segment_index(hash);
            self.make_room(index, at, fragment, moved);
        }
    }

    /// Grows a segment while it is small, splits it while that helps, and grows it further where
    /// all its hashes are alike, or where there would be too many segments.
    #[cold]
    #[inline(never)]
    fn make_room(&mut self, index: &Index, at: usize, fragment: &dyn Fn(u32) -> u32, moved: &dyn Fn()) {
        let segment = &self.segments[at];
        let full = index.sizes.full;
        let (class, depth, len) = (segment.class, segment.depth, segment.len);
        if class != 0 && buckets_in(class, full) < full {
            let doubled = buckets_in(class + 1, full);
            return self.grow(index, at, if doubled < full { class + 1 } else { 0 }, fragment);
        }
        let mut moving = Vec::new();
        if depth < MAX_DEPTH && segment.buckets.array().count() >= self.least_buckets {
            segment.buckets.array().each(|slot, tag| {
                let hash = ShortHash::join(fragment(slot), tag);
                if hash.moves_at_split(depth) {
                    moving.push((hash, slot));
                }
            });
        }
        let few = len as usize / 16;
        if moving.len() <= few || moving.len() >= len as usize - few {
            // The first class with more buckets than there are now.
            let larger = (1..u32::BITS).find(|&larger| buckets_in(larger, full) > segment.buckets.array().count());
            return self.grow(index, at, larger.expect("a segment is small"), fragment);
        }
        self.split(index, at, &moving, fragment, moved);
    }

    /// Copies a segment into more buckets, and publishes them when they are complete.
    fn grow(&mut self, index: &Index, at: usize, class: u32, fragment: &dyn Fn(u32) -> u32) {
        let segment = &mut self.segments[at];
        let count = buckets_in(class, index.sizes.full);
        let buckets = Buckets::allocate(count);
        segment.buckets.array().each(|slot, tag| buckets.array().link(ShortHash::join(fragment(slot), tag), slot));
        let old = std::mem::replace(&mut segment.buckets, buckets);
        (segment.class, segment.max_len) = (class, index.sizes.max_len(count, segment.depth));
        self.outgrown.push(old.into_memory());
        if self.segments.len() == 1 { self.publish_directory(index) } else { self.publish_segment(at) }
    }

    /// Moves these entries of a segment to a new one.
    fn split(
        &mut self,
        index: &Index,
        at: usize,
        moving: &[(ShortHash, u32)],
        fragment: &dyn Fn(u32) -> u32,
        moved: &dyn Fn(),
    ) {
        let depth = self.segments[at].depth;
        let class = self.segments[at].class;
        let count = self.segments[at].buckets.array().count();
        let buckets = Buckets::allocate(count);
        for &(hash, slot) in moving {
            buckets.array().link(hash, slot);
        }
        let new = self.segments.len();
        let len = u32::try_from(moving.len()).expect("a segment is small");
        let max_len = index.sizes.max_len(count, depth + 1);
        self.segments.push(Segment { buckets, class, len, max_len, depth: depth + 1 });
        (self.segments[at].max_len, self.segments[at].depth) = (max_len, depth + 1);
        self.segments[at].len -= len;
        if 1 << depth == self.entries.len() {
            // Twice as many entries lead to every segment, side by side.
            self.entries = self.entries.iter().flat_map(|&entry| [entry, entry]).collect();
            self.point_upper_half(at, new);
            self.publish_directory(index);
        } else {
            self.point_upper_half(at, new);
            self.publish_segment(new);
        }
        // From here on, a reader that begins finds the moved entries in the new segment; an earlier
        // one sees the new version and looks again.
        moved();
        let old = self.segments[at].buckets.array();
        for &(hash, slot) in moving {
            let unlinked = old.unlink(hash.fragment(), slot);
            debug_assert_eq!(unlinked, Some(hash));
        }
        old.rehome(fragment, moved);
    }

    /// Makes the upper half of the entries that lead to the segment `at` lead to the one that split
    /// off.
    fn point_upper_half(&mut self, at: usize, new: usize) {
        let first =
            self.entries.iter().position(|&entry| entry as usize == at).expect("every segment is in the directory");
        let count = self.entries[first..].iter().take_while(|&&entry| entry as usize == at).count();
        let new = u32::try_from(new).expect("at most 2^16 segments");
        self.entries[first + count / 2..first + count].fill(new);
    }
}
