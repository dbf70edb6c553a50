//! What a user relies on, one file per attribute or rule.
#![allow(unreachable_pub, reason = "a binary's modules have no other face")]

mod flight;
mod grid;
mod memoize;
mod cached_field;
mod derive_key;
