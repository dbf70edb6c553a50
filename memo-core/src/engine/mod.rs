//! The store: one engine for every policy, expiry, weight and sharing.
//!
//! The engine does not know the types of its entries. It gets a hash, and asks a
//! [`Matcher`](callbacks::Matcher) which entry has the caller's key. So it is compiled once. From
//! the bottom up:
//!
//! | | |
//! |---|---|
//! | [`sharing`], [`shared`], [`local`] | one thread or all: lock, read guards, counters |
//! | [`common`], [`stripe`], [`state`], [`store`] | the parts of a store |
//! | [`expiry`], [`entry_types`], [`in_flight`], [`remembered`], [`slot_set`], [`walk_state`] | book-keeping |
//! | [`stats`], [`hit_counters`], [`load_timer`] | statistics |
//! | [`hit_action`], [`write_terms`], [`write_rules`], [`removal`] | what hits and writes do |
//! | [`steps`] | counts work, in unit tests |
//! | [`writer`] | mutations under the lock |
//! | [`reclaim`] | deferred reclamation after it |
//! | [`hit`], [`locate`], [`run`], [`run_end`], [`exclusive`], [`wait`], [`mod@write`], [`take_out`], [`walk`], [`sweep`], [`sizes`] | the operations |
//! | [`callbacks`], [`face`], [`whole_face`], [`owned`], [`run_guard`] | the untyped interface, compiled once |
//! | [`typed`], [`typed_callbacks`], [`sole_type`], [`show_entry`], [`predicate`] | the typed interface |
//!
//! No user code runs while a lock is held: entries are compared and dropped outside it. The absence
//! of a key is proved by a version that did not change ([`table`](crate::table)), or by comparing
//! everything that may have its hash and validating the result under the lock
//! ([`Store::locate`](store::Store::locate)).

mod answer;
mod callbacks;
mod common;
mod entry_types;
mod exclusive;
mod expiry;
mod face;
mod hit;
mod hit_action;
mod hit_counters;
mod in_flight;
mod load_timer;
mod local;
mod locate;
mod outcome;
mod owned;
mod predicate;
mod reclaim;
mod remembered;
mod removal;
mod run;
mod run_end;
mod run_guard;
mod shared;
mod sharing;
mod show_entry;
mod sizes;
mod slot_set;
mod sole_type;
mod state;
mod stats;
mod steps;
mod store;
mod stripe;
mod sweep;
mod take_out;
mod typed;
mod typed_callbacks;
mod wait;
mod walk;
mod walk_state;
mod whole_face;
mod write;
mod write_rules;
mod write_terms;
mod writer;

#[cfg(test)]
mod tests;

pub use answer::Answer;
pub(crate) use face::Face;
pub(crate) use local::Local;
pub use outcome::Outcome;
pub(crate) use owned::OwnedStore;
pub(crate) use predicate::{Judge, JudgeIn};
pub(crate) use shared::Shared;
pub(crate) use sharing::Sharing;
pub(crate) use show_entry::{ShowEntry, ViewEntry};
pub(crate) use sole_type::{ErasedSetup, Setup, SoleTypeStore, SoleTyped};
pub(crate) use stats::Stats;
pub(crate) use store::Store;
pub(crate) use typed::{Multiplicity, Several, Sole, Typed, TypedBegin, TypedGuard, TypedWait};
pub(crate) use typed_callbacks::{Ask, Match, Produce, Take};
pub(crate) use wait::ExclusiveRetry;
pub use wait::RetryState;
pub(crate) use whole_face::WholeFace;
pub(crate) use write_rules::Replaced;
pub use write_terms::Settled;
pub(crate) use write_terms::{RunFailure, WriteTerms};
