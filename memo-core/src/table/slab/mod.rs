//! The slab: where entries live. Chunks of equal cells that never move.
//!
//! A slot is a number; `slot >> shift` is its chunk, the rest its cell in there. The chunk table
//! says of each chunk where it is, how far apart its cells are and of which type its entries are: a
//! generic function has one store and several entry types. There is no allocation per entry, and
//! freeing everything costs one call per chunk.
//!
//! Before an entry's head there may be words that only some stores need: see [`PrefixWords`].

mod chunk_table;
mod chunk_vec;
mod prefix_words;
mod writer;

pub(crate) use chunk_table::EntryType;
pub(super) use chunk_table::{CellRef, ChunkInfo, Slab};
pub(crate) use prefix_words::PrefixWords;
pub(super) use prefix_words::prefix_word;
pub(super) use writer::SlabWriter;
