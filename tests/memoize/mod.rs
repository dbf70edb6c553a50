//! `#[memoize]`: one file per form of function and per rule of the vocabulary.

mod arguments;
mod arguments_many;
mod associated_functions;
mod attributes;
mod configuration;
mod expiry;
mod free_functions;
mod generics;
mod handle;
mod handle_forms;
mod impl_blocks;
mod instantiations;
mod key_words;
mod methods;
mod names;
mod policies;
mod registry;
mod results;
mod shadowing;
mod statistics;
mod surroundings;
mod trait_defaults;
mod trait_impls;
mod typed;
mod words;
mod zero;

use memokit::CacheInfo;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

/// Counts how often a body ran.
struct Runs(AtomicU64);

impl Runs {
    const fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    /// One more, and how many there were before.
    fn add(&self) -> u64 {
        self.0.fetch_add(1, SeqCst)
    }

    fn count(&self) -> u64 {
        self.0.load(SeqCst)
    }
}

/// Hits, misses, coalesced, bypassed: what each call is exactly one of.
fn calls(info: CacheInfo) -> (u64, u64, u64, u64) {
    (info.hits, info.misses, info.coalesced, info.bypassed)
}

/// Hits, misses and entries, where nothing was coalesced or bypassed.
fn tally(info: CacheInfo) -> (u64, u64, usize) {
    assert_eq!((info.coalesced, info.bypassed), (0, 0), "{info:?}");
    (info.hits, info.misses, info.currsize)
}
