//! From hash to slot: extendible hashing (Fagin, Nievergelt, Pippenger and Strong, ACM TODS 1979) over small segments, read without a lock.
//!
//! A directory of 2^depth pointers leads to segments of some hundred [buckets](super::bucket). A full segment splits in two, which moves half
//! of *its* entries and nothing else: so no insert ever pauses for a whole table. A store of few entries has one segment,
//! which begins with four buckets and doubles.
//!
//! What readers rely on: an entry that stays can always be found, *unless the clock moves meanwhile*. A split first publishes the new segment,
//! then moves the store's clock, then takes the moved entries out of the old one: who misses one of these sees the new clock and
//! looks again. Buckets stay where they are until the store is emptied or dropped; so a reader may look into them whenever it likes.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_ptr_alignment,
    reason = "depths and classes are six bits; memory is allocated with the layout of what it is for"
)]

use std::alloc::{Layout, handle_alloc_error};
use std::ptr::{self, null_mut};

use super::bucket::{Bucket, BucketPair, Buckets, EmptyBuckets, WIDTH};
use super::short_hash::{MAX_DEPTH, ShortHash};
use super::slab::ChunkInfo;
use crate::sync::atomic::AtomicPtr;
use crate::sync::atomic::Ordering::{Acquire, Release};
use crate::sync::{alloc, dealloc, reads, writes};

/// The lowest bits of a pointer to 64-byte aligned memory: 32 less the depth of a directory, the class of a segment.
const LOW: usize = 63;
/// What belongs into those of a directory of depth 0.
const NO_DEPTH: usize = 32;
/// Buckets of the first segment.
const FEWEST: u32 = 4;

/// What readers go by.
pub(super) struct Index {
    /// With 32 less its depth in the lowest bits: so many bits of a hash do not choose the segment.
    directory: AtomicPtr<Directory>,
    /// Buckets of a segment of class 0.
    full: u32,
    /// How full a segment gets, in percent, before it grows or splits.
    load: u32,
    /// The same for segments that have split.
    most: u32,
}

/// The head of a directory; its 2^depth entries follow.
///
/// It also leads to the [chunk table](super::slab), so that a reader who comes from an older directory sees the chunks
/// that belong to it: emptying a store replaces both at once.
#[repr(C)]
struct Directory {
    chunks: AtomicPtr<ChunkInfo>,
    /// Where there is but one segment: its first bucket, and how many there are. Then there is no need to wait for a hash to know where to look.
    /// Never changes.
    first: *const Bucket,
    count: u32,
    entries: [DirectoryEntry; 0],
}

// SAFETY: what `first` points to is shared, and lives as long as the directory.
unsafe impl Sync for Directory {}

/// A pointer to a segment's first bucket, with the segment's class in the lowest bits.
type DirectoryEntry = AtomicPtr<Bucket>;

/// That of a store in which nothing is yet: one segment, empty, of class 1.
#[repr(C, align(64))]
struct EmptyDirectory {
    head: Directory,
    entry: DirectoryEntry,
}

static EMPTY_BUCKETS: EmptyBuckets = EmptyBuckets::new();
static EMPTY_DIRECTORY: EmptyDirectory = EmptyDirectory {
    head: Directory {
        chunks: AtomicPtr::new(null_mut()),
        first: ptr::from_ref(&EMPTY_BUCKETS).cast(),
        count: FEWEST,
        entries: [],
    },
    entry: AtomicPtr::new(ptr::from_ref(&EMPTY_BUCKETS).cast::<Bucket>().wrapping_byte_add(1).cast_mut()),
};

fn empty_directory() -> *mut Directory {
    ptr::from_ref(&EMPTY_DIRECTORY).cast::<Directory>().cast_mut().wrapping_byte_add(NO_DEPTH)
}

/// A reader's way into the index, and to the places that it leads to.
#[derive(Clone, Copy)]
pub(crate) struct IndexView {
    directory: *const Directory,
    others: u32,
    full: u32,
}

impl IndexView {
    #[inline(always)]
    fn buckets(self, hash: ShortHash) -> Buckets {
        // SAFETY: a directory of that depth has 2^depth entries and outlives its readers, as do the buckets that each points to, in
        // the number that their class says, and the first ones in theirs.
        unsafe {
            if self.others as usize == NO_DEPTH {
                reads(&raw const (*self.directory).first);
                return Buckets::at((*self.directory).first, (*self.directory).count);
            }
            let entries = (&raw const (*self.directory).entries).cast::<DirectoryEntry>();
            let first = (*entries.add(hash.segment(self.others))).load(Acquire);
            let count = buckets_in((first.addr() & LOW) as u32, self.full);
            Buckets::at(first.map_addr(|address| address & !LOW), count)
        }
    }

    /// Calls `is` for each slot that may have this hash, until it says yes.
    pub(super) fn find(self, hash: ShortHash, is: impl FnMut(u32) -> bool) -> bool {
        self.buckets(hash).find(hash, is)
    }

    /// The home bucket of this hash, and the other one in its cache line.
    #[inline(always)]
    pub(super) fn line<'a>(self, hash: ShortHash) -> BucketPair<'a> {
        self.buckets(hash).line(hash)
    }

    /// The chunk table, with all that slots found so far lead to.
    #[inline(always)]
    pub(super) fn chunks(self) -> *const ChunkInfo {
        // SAFETY: directories outlive their readers. Acquire: its lines were written before.
        unsafe { (*self.directory).chunks.load(Acquire) }
    }
}

/// What writers keep, under the lock.
#[derive(Default)]
pub(super) struct IndexWriter {
    segments: Vec<Segment>,
    /// The directory's entries as numbers of segments.
    numbers: Vec<u32>,
    /// Every directory since the store was empty, the newest last, and its number of entries. Readers may look into any of them.
    directories: Vec<(*mut Directory, usize)>,
    /// Buckets that readers may still look into.
    outgrown: Vec<(*mut u8, Layout)>,
}

// SAFETY: the memory that it points to is the store's own.
unsafe impl Send for IndexWriter {}

struct Segment {
    buckets: Buckets,
    class: u32,
    len: u32,
    /// More than this many are not put in.
    most: u32,
    /// How many bits of hash its entries have in common.
    depth: u32,
}

/// Buckets in a segment of a class: 0 is the usual full one, the others are powers of two.
#[inline(always)]
fn buckets_in(class: u32, full: u32) -> u32 {
    if class == 0 { full } else { (FEWEST / 2) << class }
}

impl Index {
    /// For so many entries, `usize::MAX` for any number.
    pub(super) fn new(entries: usize) -> Self {
        // Small tables can afford short probes.
        let load = if entries <= 1 << 15 { 60 } else { 82 };
        // Segments fill unevenly; where their number is known beforehand, the last tenth of each takes up the difference. Otherwise they are half full after
        // a split and on their way to the next: on average as full as the others, if that comes sooner.
        let most = if entries == usize::MAX { 82 } else { 93 };
        Self { directory: AtomicPtr::new(empty_directory()), full: full_segment(entries, load), load, most }
    }

    #[inline(always)]
    pub(super) fn view(&self) -> IndexView {
        let directory = self.directory.load(Acquire);
        let others = (directory.addr() & LOW) as u32;
        IndexView { directory: directory.map_addr(|address| address & !LOW), others, full: self.full }
    }

    /// Makes the first segment, if there is none. Before the first place is taken.
    pub(super) fn prepare(&self, writer: &mut IndexWriter) {
        if writer.segments.is_empty() {
            self.begin(writer);
        }
    }

    /// A new chunk table, for all readers.
    pub(super) fn set_chunks(writer: &IndexWriter, chunks: *mut ChunkInfo) {
        for &(directory, _) in &writer.directories {
            // SAFETY: directories live until the store is emptied. Release: the table was filled before.
            unsafe { (*directory).chunks.store(chunks, Release) };
        }
    }

    /// Puts a slot in, if its segment has room.
    #[inline(always)]
    pub(super) fn link_at_once(writer: &mut IndexWriter, hash: ShortHash, slot: u32) -> bool {
        let segment = writer.segment(hash);
        let room = segment.len < segment.most;
        if room {
            segment.len += 1;
            segment.buckets.link(hash, slot);
        }
        room
    }

    /// Puts a slot in. `fragment` tells the hash that an entry keeps, `moved` is called when readers may miss what they should find.
    #[cold]
    #[inline(never)]
    pub(super) fn link(
        &self,
        writer: &mut IndexWriter,
        hash: ShortHash,
        slot: u32,
        fragment: &dyn Fn(u32) -> u32,
        moved: &dyn Fn(),
    ) {
        while !Self::link_at_once(writer, hash, slot) {
            let at = writer.number(hash);
            self.make_room(writer, at, fragment, moved);
        }
    }

    /// Takes a slot out, of which the kept part of the hash is known. Gives the whole hash.
    #[inline(always)]
    pub(super) fn unlink(writer: &mut IndexWriter, fragment: u32, slot: u32) -> ShortHash {
        // The tag chooses no segment.
        let segment = writer.segment(ShortHash::join(fragment, 0));
        segment.len -= 1;
        segment.buckets.unlink(fragment, slot).expect("what leaves was in the index")
    }

    /// What has this hash will be taken out before long.
    #[inline]
    pub(super) fn prefetch(writer: &IndexWriter, fragment: u32) {
        let at = writer.number(ShortHash::join(fragment, 0));
        writer.segments[at].buckets.prefetch(fragment);
    }

    fn most(&self, buckets: Buckets, depth: u32) -> u32 {
        let load = if depth == 0 { self.load } else { self.most };
        u32::try_from(u64::from(buckets.count() * WIDTH) * u64::from(load) / 100).expect("a part of a u32")
    }

    #[cold]
    fn begin(&self, writer: &mut IndexWriter) {
        let class = u32::from(self.full > FEWEST);
        let buckets = Buckets::allocate(buckets_in(class, self.full));
        writer.segments.push(Segment { buckets, class, len: 0, most: self.most(buckets, 0), depth: 0 });
        writer.numbers.push(0);
        self.publish_directory(writer);
    }

    /// A segment grows while it is small, splits while that helps, and grows on where all its hashes are alike.
    #[cold]
    #[inline(never)]
    fn make_room(&self, writer: &mut IndexWriter, at: usize, fragment: &dyn Fn(u32) -> u32, moved: &dyn Fn()) {
        let segment = &writer.segments[at];
        let (class, depth, len) = (segment.class, segment.depth, segment.len);
        if class != 0 && buckets_in(class, self.full) < self.full {
            let doubled = buckets_in(class + 1, self.full);
            return self.grow(writer, at, if doubled < self.full { class + 1 } else { 0 }, fragment);
        }
        let mut retired = Vec::new();
        if depth < MAX_DEPTH {
            segment.buckets.each(|slot, tag| {
                let hash = ShortHash::join(fragment(slot), tag);
                if hash.splits(depth) {
                    retired.push((hash, slot));
                }
            });
        }
        let few = len as usize / 16;
        if retired.len() <= few || retired.len() >= len as usize - few {
            // The first class whose buckets are more than there are now.
            let larger = (1..u32::BITS).find(|&larger| buckets_in(larger, self.full) > segment.buckets.count());
            return self.grow(writer, at, larger.expect("a segment is small"), fragment);
        }
        self.split(writer, at, &retired, fragment, moved);
    }

    /// The same entries in more buckets, published complete.
    fn grow(&self, writer: &mut IndexWriter, at: usize, class: u32, fragment: &dyn Fn(u32) -> u32) {
        let segment = &mut writer.segments[at];
        let buckets = Buckets::allocate(buckets_in(class, self.full));
        segment.buckets.each(|slot, tag| buckets.link(ShortHash::join(fragment(slot), tag), slot));
        let old = std::mem::replace(&mut segment.buckets, buckets);
        (segment.class, segment.most) = (class, self.most(buckets, segment.depth));
        writer.outgrown.push((old.first().cast_mut().cast(), Buckets::layout(old.count())));
        if writer.segments.len() == 1 { self.publish_directory(writer) } else { Self::publish_segment(writer, at) }
    }

    fn split(
        &self,
        writer: &mut IndexWriter,
        at: usize,
        retired: &[(ShortHash, u32)],
        fragment: &dyn Fn(u32) -> u32,
        moved: &dyn Fn(),
    ) {
        let depth = writer.segments[at].depth;
        let class = writer.segments[at].class;
        let buckets = Buckets::allocate(writer.segments[at].buckets.count());
        for &(hash, slot) in retired {
            buckets.link(hash, slot);
        }
        let new = writer.segments.len();
        let len = u32::try_from(retired.len()).expect("a segment is small");
        let most = self.most(buckets, depth + 1);
        writer.segments.push(Segment { buckets, class, len, most, depth: depth + 1 });
        (writer.segments[at].most, writer.segments[at].depth) = (most, depth + 1);
        writer.segments[at].len -= len;
        if 1 << depth == writer.numbers.len() {
            // Every segment is led to by twice as many entries, side by side.
            writer.numbers = writer.numbers.iter().flat_map(|&number| [number, number]).collect();
            writer.point_upper_half(at, new);
            self.publish_directory(writer);
        } else {
            writer.point_upper_half(at, new);
            Self::publish_segment(writer, new);
        }
        // From here on the moved entries are found in the new segment by whoever begins now; others will see this and begin again.
        moved();
        let old = writer.segments[at].buckets;
        for &(hash, slot) in retired {
            let there = old.unlink(hash.fragment(), slot);
            debug_assert_eq!(there, Some(hash));
        }
        old.rehome(fragment, moved);
    }

    fn pointer(segment: &Segment) -> *mut Bucket {
        segment.buckets.first().cast_mut().map_addr(|address| address | segment.class as usize)
    }

    /// Leads the directory to a segment that is new.
    fn publish_segment(writer: &IndexWriter, at: usize) {
        let (directory, _) = *writer.directories.last().expect("there is a segment");
        let pointer = Self::pointer(&writer.segments[at]);
        for (position, _) in writer.numbers.iter().enumerate().filter(|(_, number)| **number as usize == at) {
            // SAFETY: the directory has as many entries as `numbers`. Release: the buckets were filled before.
            unsafe {
                (*(&raw const (*directory).entries).cast::<DirectoryEntry>().add(position)).store(pointer, Release);
            };
        }
    }

    /// A new directory, published complete.
    fn publish_directory(&self, writer: &mut IndexWriter) {
        let count = writer.numbers.len();
        let layout = directory_layout(count);
        // SAFETY: the layout is not empty.
        let directory = unsafe { alloc(layout) }.cast::<Directory>();
        if directory.is_null() {
            handle_alloc_error(layout);
        }
        let chunks = self.view().chunks().cast_mut();
        // SAFETY: in bounds, and ours until it is published.
        unsafe {
            let Segment { buckets, .. } = writer.segments[0];
            writes(&raw const (*directory).first);
            (&raw mut (*directory).chunks).write(AtomicPtr::new(chunks));
            (&raw mut (*directory).first).write(buckets.first());
            (&raw mut (*directory).count).write(buckets.count());
            let entries = (&raw mut (*directory).entries).cast::<DirectoryEntry>();
            for (position, &number) in writer.numbers.iter().enumerate() {
                entries.add(position).write(AtomicPtr::new(Self::pointer(&writer.segments[number as usize])));
            }
        }
        writer.directories.push((directory, count));
        let others = NO_DEPTH - count.trailing_zeros() as usize;
        self.directory.store(directory.map_addr(|address| address | others), Release);
    }

    /// Empties the index at once. Its memory is handed out: readers may still look into it.
    pub(super) fn detach(&self, writer: &mut IndexWriter) -> Vec<(*mut u8, Layout)> {
        self.directory.store(empty_directory(), Release);
        let IndexWriter { segments, directories, mut outgrown, .. } = std::mem::take(writer);
        outgrown.extend(directories.into_iter().map(|(directory, count)| (directory.cast(), directory_layout(count))));
        let buckets = segments.iter().map(|segment| segment.buckets);
        outgrown.extend(buckets.map(|old| (old.first().cast_mut().cast(), Buckets::layout(old.count()))));
        outgrown
    }

    /// How many slots are linked.
    #[cfg(any(test, feature = "validate"))]
    pub(super) fn validate(&self, writer: &IndexWriter, fragment: impl Fn(u32) -> u32) -> usize {
        let mut all = 0;
        for (at, segment) in writer.segments.iter().enumerate() {
            let mut len = 0;
            segment.buckets.each(|slot, tag| {
                let hash = ShortHash::join(fragment(slot), tag);
                assert_eq!(writer.number(hash), at, "in the segment that its hash leads to");
                assert!(self.view().find(hash, |other| other == slot), "found by its hash");
                len += 1;
            });
            assert_eq!(len, segment.len);
            all += len as usize;
        }
        all
    }
}

impl IndexWriter {
    #[inline]
    fn segment(&mut self, hash: ShortHash) -> &mut Segment {
        let at = if self.segments.len() == 1 { 0 } else { self.number(hash) };
        &mut self.segments[at]
    }

    /// The segment of this hash.
    #[inline]
    fn number(&self, hash: ShortHash) -> usize {
        self.numbers[hash.segment(u32::BITS - self.numbers.len().trailing_zeros())] as usize
    }

    /// The whole hash of a slot, of which the kept part is known.
    pub(super) fn hash(&self, fragment: u32, slot: u32) -> ShortHash {
        let segment = &self.segments[self.number(ShortHash::join(fragment, 0))];
        segment.buckets.hash(fragment, slot).expect("live entries are in the index")
    }

    /// Of the entries that lead to the segment `at`, the upper half leads to the one that split off.
    fn point_upper_half(&mut self, at: usize, new: usize) {
        let first =
            self.numbers.iter().position(|&number| number as usize == at).expect("every segment is in the directory");
        let count = self.numbers[first..].iter().take_while(|&&number| number as usize == at).count();
        let new = u32::try_from(new).expect("at most 2^16 segments");
        self.numbers[first + count / 2..first + count].fill(new);
    }
}

fn directory_layout(entries: usize) -> Layout {
    let entries = Layout::array::<DirectoryEntry>(entries).expect("at most 2^16 entries");
    let (layout, _) = Layout::new::<Directory>().extend(entries).expect("as above");
    layout.align_to(64).expect("64 is a power of two")
}

/// Buckets of a full segment. Where the number of entries is known, such that segments that have split as often as they must are as full
/// as they may be.
fn full_segment(entries: usize, load: u32) -> u32 {
    const USUAL: usize = 800;
    let mut entries_each = if entries == usize::MAX { USUAL * 3 / 4 } else { entries };
    while entries_each > USUAL + USUAL / 2 {
        entries_each = entries_each.div_ceil(2);
    }
    let places = u64::try_from(entries_each).unwrap_or(u64::MAX) * 100 / u64::from(load);
    let buckets = places.div_ceil(u64::from(WIDTH)).max(2);
    u32::try_from(buckets.next_multiple_of(2)).expect("a segment is small")
}

/// Frees what [`Index::detach`] handed out.
///
/// # Safety
///
/// Nobody looks into it any more.
pub(super) unsafe fn free(memory: Vec<(*mut u8, Layout)>) {
    for (pointer, layout) in memory {
        // SAFETY: allocated with this layout, and by contract out of use.
        unsafe { dealloc(pointer, layout) };
    }
}
