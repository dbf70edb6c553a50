//! What a user relies on, one file per attribute or rule.
#![allow(unreachable_pub, reason = "a binary's modules have no other face")]

mod cached_field;
mod costs;
mod derive_key;
mod flight;
mod grid;
mod memoize;
mod reentry;
