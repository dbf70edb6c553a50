//! Hazard pointers: which entries are being read right now (Michael, "Hazard pointers: safe memory
//! reclamation for lock-free objects", IEEE TPDS 2004), behind the [asymmetric
//! barrier](super::barrier).
//!
//! A reader stores the address of the entry that it is about to read in a hazard pointer of its
//! own, then checks that the entry is still live. A thread that reclaims entries asks [`protected`]
//! for the addresses in all hazard pointers, and reuses none of these. So a reader that stalls,
//! however long, keeps exactly one entry from being reclaimed, and the number of readers bounds
//! what waits for reclamation. (An epoch per thread would save one check per hit, and let one
//! preempted thread block all reclamation.)
//!
//! Each thread has one hazard pointer, in a record that other threads find through a [`roster`]. A
//! nested read (the user's `Eq` may call a cache), and code that protects an entry for longer or
//! across threads ([`PinnedEntry`]), borrows a hazard pointer from a pool. An address never moves
//! from one hazard pointer to another, so a scan that loads each of them once is complete.
//!
//! Until a read has found a candidate, its hazard pointer holds its store's address with the lowest
//! bit set ([`scan_tag`]). That keeps the store's own tables from being freed, and protects no
//! entry.

mod atomic_ref;
mod counter_map;
mod current;
mod guard;
mod pin;
mod pool;
mod reader_hazard;
mod record;
mod roster;
mod scan;

pub(crate) use counter_map::CountingStores;
pub(crate) use guard::{FastHazardGuard, HazardGuard, read, read_fast, scan_tag};
pub(crate) use pin::PinnedEntry;
pub(crate) use scan::{Protected, add_pooled, protected, scans_cheaply};
