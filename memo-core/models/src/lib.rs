//! The lock-free parts of memo-core under a model checker: the code itself, on [modelled
//! memory](sync), with threads that shuttle interleaves.
//!
//! ```text
//! cargo test -p memo-models --release
//! ```
//!
//! `MEMOKIT_MODEL_RUNS` sets how often each model runs; `memo-core/proof.sh` has the usual numbers.
//! `memo-core/proof/mutants.sh` breaks the code in the ways that the models are there to catch, and
//! says which model caught what.
//!
//! The modules below are memo-core's own files. All that threads share they take from their
//! `crate::sync`, which is std's there and a model here: so nothing in them knows of models.

// Else memo-core's unit tests would run here, on modelled memory and outside of any run.
#![cfg(not(test))]
#![allow(
    clippy::all,
    clippy::pedantic,
    clippy::undocumented_unsafe_blocks,
    dead_code,
    unexpected_cfgs,
    unfulfilled_lint_expectations,
    unreachable_pub,
    unused_imports,
    reason = "of memo-core only a part is used here; its own build is checked for all this"
)]

#[path = "../../src/cache/mod.rs"]
mod cache;
#[path = "../../src/cacheable/mod.rs"]
mod cacheable;
#[path = "../../src/call/mod.rs"]
mod call;
#[path = "../../src/clock.rs"]
mod clock;
#[path = "../../src/config.rs"]
mod config;
#[path = "../../src/engine/mod.rs"]
mod engine;
#[path = "../../src/flight/mod.rs"]
mod flight;
#[path = "../../src/hash.rs"]
mod hash;
#[path = "../../src/home/mod.rs"]
mod home;
#[path = "../../src/info.rs"]
mod info;
#[path = "../../src/key/mod.rs"]
mod key;
#[path = "../../src/level.rs"]
mod level;
#[path = "../../src/nesting.rs"]
mod nesting;
#[path = "../../src/policy/mod.rs"]
mod policy;
#[path = "../../src/random.rs"]
mod random;
#[path = "../../src/registry.rs"]
mod registry;
#[path = "../../src/shareable.rs"]
mod shareable;
#[path = "../../src/system_clock.rs"]
mod system_clock;
#[path = "../../src/table/mod.rs"]
mod table;
#[path = "../../src/ticker/mod.rs"]
mod ticker;
#[path = "../../src/unwind.rs"]
mod unwind;

#[warn(clippy::all, clippy::pedantic, clippy::undocumented_unsafe_blocks, dead_code, unreachable_pub, unused_imports)]
mod models;
#[warn(clippy::all, clippy::pedantic, clippy::undocumented_unsafe_blocks, dead_code, unreachable_pub, unused_imports)]
mod sync;

macro_rules! export {
    ($($group:ident { $($model:ident)* })*) => { $(pub use models::$group::{$($model),*};)* };
}
each_model!(export);
