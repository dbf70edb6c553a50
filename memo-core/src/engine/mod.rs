//! The store: one engine for every policy, expiry, weight and sharing.
//!
//! The engine never knows what its entries are: it is told a hash, and asks a
//! [`Request`](run::Request) which entry is the caller's. So it is compiled once. From the bottom
//! up:
//!
//! | | |
//! |---|---|
//! | [`sharing`], [`shared`], [`local`] | who shares a store: all threads, or one; the lock, read guards and counters that fit |
//! | [`common`], [`stripe`], [`state`], [`store`] | the parts of a store: what stripes share; what one lock guards |
//! | [`expiry`], [`entry_types`], [`in_flight`], [`walk_state`], [`stats`], [`load_timer`] | book-keeping |
//! | [`writer`], [`reclaim`] | mutations under the lock; deferred reclamation after it |
//! | [`hit`], [`locate`], [`run`], [`wait`], [`write`], [`walk`], [`sweep`] | the operations |
//! | [`callbacks`], [`face`], [`owned`], [`run_guard`], [`typed`] | what the rest of the crate sees: compiled once; one guard; types |
//!
//! No user code runs while a lock is held: entries are compared and dropped outside. The absence of
//! a key is proved by a version that did not change ([`table`](crate::table)), or by having
//! compared, under the lock, all that may have its hash ([`Store::locate`](store::Store::locate)).

mod answer;
mod callbacks;
mod common;
mod entry_types;
mod expiry;
mod face;
mod hit;
mod hit_action;
mod hit_counters;
mod in_flight;
mod load_timer;
mod local;
mod locate;
mod observers;
mod owned;
mod reclaim;
mod run;
mod run_guard;
mod shared;
mod sharing;
mod show_entry;
mod sole_type;
mod state;
mod stats;
mod store;
mod stripe;
mod sweep;
mod typed;
mod typed_callbacks;
mod wait;
mod walk;
mod walk_state;
mod write;
mod write_terms;
mod writer;

#[cfg(test)]
mod tests;

pub use answer::Answer;
pub(crate) use callbacks::RunFailure;
pub(crate) use face::Face;
pub(crate) use local::Local;
pub(crate) use owned::OwnedStore;
pub(crate) use shared::Shared;
pub(crate) use sharing::Sharing;
pub(crate) use show_entry::{ShowEntry, ViewEntry, retain_shown};
pub(crate) use sole_type::{ObserverOf, SoleTypeStore, WeigherOf};
pub(crate) use stats::Stats;
pub(crate) use store::Store;
pub(crate) use typed::{Multiplicity, Several, Sole, Typed, TypedGuard, TypedWait};
pub(crate) use typed_callbacks::{Ask, Produce, Take};
pub use wait::RetryState;
pub use write_terms::Settled;
pub(crate) use write_terms::WriteTerms;
