//! The index, from hash to slot: extendible hashing (Fagin, Nievergelt, Pippenger and Strong, ACM
//! TODS 1979) over small segments, read without a lock.
//!
//! A directory of 2^depth pointers leads to segments of some hundred
//! [buckets](super::bucket_array). A full segment splits in two, which moves half of *its* entries
//! and nothing else: so no insert ever pauses for a whole table. A store of few entries has one
//! segment, which starts with four buckets and doubles.
//!
//! What readers rely on: an entry that is not removed can always be found, *unless the version
//! changes meanwhile*. A split first publishes the new segment, then increments the store's
//! version, then unlinks the moved entries from the old segment: a reader that misses one of these
//! sees the new version and looks again. Buckets stay where they are until the store is emptied or
//! dropped; so a reader may use them at any time.

mod directory;
mod growth;
mod reader;
mod sizes;
mod writer;

pub(super) use reader::Index;
pub(crate) use reader::IndexView;
pub(super) use writer::IndexWriter;
