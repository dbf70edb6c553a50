//! Tests of `#[memoize]`: one file per form of function and per group of options.
#![allow(
    clippy::unnecessary_operation,
    clippy::unused_async,
    clippy::too_many_arguments,
    clippy::too_many_lines,
    clippy::many_single_char_names,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::trivially_copy_pass_by_ref,
    clippy::boxed_local,
    clippy::borrowed_box,
    clippy::ptr_arg,
    clippy::ref_option_ref,
    clippy::type_complexity,
    clippy::needless_arbitrary_self_type,
    clippy::toplevel_ref_arg,
    clippy::builtin_type_shadow,
    clippy::unnecessary_wraps,
    clippy::manual_is_multiple_of,
    reason = "functions here have every form that somebody may write, and are called for their effect on a cache"
)]

mod arguments;
mod arguments_many;
mod associated_functions;
mod attributes;
mod blanket_trait;
mod configuration;
mod derived_keys;
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
mod outcomes;
mod policies;
mod public_types;
mod registry;
mod results;
mod shadowing;
mod statistics;
mod surroundings;
mod trait_defaults;
mod trait_impls;
mod typed;
mod without_handle;
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

    /// Counts one more run. Returns how many there were before.
    fn add(&self) -> u64 {
        self.0.fetch_add(1, SeqCst)
    }

    fn count(&self) -> u64 {
        self.0.load(SeqCst)
    }
}

/// Hits, misses, coalesced and bypassed: each call is exactly one of them.
fn calls(info: CacheInfo) -> (u64, u64, u64, u64) {
    (info.hits, info.misses, info.coalesced, info.bypassed)
}

/// Hits, misses and entries, where no call was coalesced or bypassed.
fn tally(info: CacheInfo) -> (u64, u64, usize) {
    assert_eq!((info.coalesced, info.bypassed), (0, 0), "{info:?}");
    (info.hits, info.misses, info.currsize)
}
