//! The behaviour that users rely on: one folder or file per attribute or property.
#![allow(unreachable_pub, reason = "a binary's modules have no other face")]
#![allow(
    clippy::all,
    clippy::pedantic,
    dropping_copy_types,
    dead_code,
    reason = "tests spell out what users may write"
)]

mod cached_field;
mod costs;
mod derive_key;
mod flight;
mod golden_replay;
mod grid;
mod invalidation;
mod memoize;
mod reentry;
mod time;
