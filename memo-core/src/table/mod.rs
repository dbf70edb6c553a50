//! The table: the entries of a store, found without a lock.
//!
//! Readers call [`Table::find_fast`] and [`Table::find_full`]. Writers hold the store's lock, which
//! protects the [`TableWriter`]. The table does not know the types of keys and values, so it is
//! compiled once for all of them; eviction, deadlines, in-flight runs and statistics belong to the
//! engine.
//!
//! This module and its children are the lock-free part of the crate, with nearly all of its unsafe
//! code. The first invariant that the rest relies on: *an entry that a reader finds live stays
//! unchanged until that reader is done*, because
//! 1. a reader announces the entry in a hazard pointer, then checks that it is live ([`hazard`],
//!    [`node`]);
//! 2. a writer that removes an entry marks it dead first, and reuses its cell only after a scan of
//!    the hazard pointers that does not name it ([`hazard::protected`]);
//! 3. the tables on a reader's way to an entry are freed only when no reader is in this store
//!    ([`Detached`]).
//!
//! The second: *absence is linearizable*. As in a seqlock, a version is incremented with every
//! insert and every move of entries, always before a moved or replaced entry is unlinked from its
//! old position. So the same version before and after a failed look-up proves that there was no
//! such entry.

mod barrier;
mod bucket;
mod bucket_array;
pub(crate) mod clock_check;
mod drop_each;
pub(crate) mod hazard;
mod index;
pub(crate) mod lock;
mod memory;
pub(crate) mod node;
mod reader;
mod short_hash;
mod slab;
pub(crate) mod thread_counters;
mod writer;

#[cfg(test)]
mod tests;

pub(crate) use drop_each::drop_each;
pub(crate) use memory::Detached;
pub(crate) use node::{Attachment, Deadline, EntryRef, EntryVtable, Head, Node, Written};
pub(crate) use reader::{FastLookup, FullLookup, Table};
pub(crate) use short_hash::ShortHash;
pub(crate) use slab::{EntryType, PrefixWords};
pub(crate) use writer::TableWriter;
