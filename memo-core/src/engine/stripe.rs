//! The part of a store that one lock guards: a table for readers and the writers' state.
//!
//! A store has one stripe. It could have several, chosen by hash: nothing outside
//! [`Store::stripe`](super::store::Store::stripe) and
//! [`Store::stripes`](super::store::Store::stripes) assumes that there is only one.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use super::common::Common;
use super::hit_action::HitAction;
use super::sharing::{Lock, Sharing};
use super::state::State;
use super::stats::StripeStats;
use super::steps;
use crate::table::{EntryType, EntryVtable, PrefixWords, Table};

/// One stripe. Hits read the first fields, which share a cache line; at most inserts write to that
/// line.
#[repr(C)]
pub(super) struct Stripe<S: Sharing> {
    pub(super) table: Table,
    pub(super) hit_action: HitAction,
    /// The number of runs in flight when the lock was last released: a hint.
    pub(super) runs_hint: AtomicUsize,
    pub(super) stats: Arc<StripeStats>,
    state: S::Lock<State<S>>,
}

impl<S: Sharing> Stripe<S> {
    /// The stripe with this number, counted from 0.
    pub(super) fn new(common: &Common<S>, prefix_words: PrefixWords, number: usize) -> Self {
        let config = &common.config;
        let (table, table_writer) = Table::new(config.max_entries.unwrap_or(usize::MAX), prefix_words);
        let state = State::new(config, table_writer);
        Self {
            table,
            hit_action: HitAction::new(state.on_hit(), common.has_idle()),
            runs_hint: AtomicUsize::new(0),
            stats: common.stats.stripe(number),
            state: Lock::new(state),
        }
    }

    #[inline]
    pub(super) fn lock(&self) -> <S::Lock<State<S>> as Lock<State<S>>>::Guard<'_> {
        steps::lock();
        self.state.lock()
    }

    /// Lets others have the lock, in between many holdings of it.
    pub(super) fn give_way(&self) {
        self.state.give_way();
    }

    /// Adds an entry type.
    pub(super) fn add_entry_type(&self, vtable: &'static EntryVtable) -> EntryType {
        let mut state = self.lock();
        state.table_writer.add_entry_type(&self.table, vtable)
    }

    pub(super) fn parts_mut(&mut self) -> (&Table, &mut State<S>) {
        (&self.table, self.state.get_mut())
    }

    #[inline]
    pub(super) fn set_runs_hint(&self, state: &State<S>) {
        self.runs_hint.store(state.in_flight.len(), Relaxed);
    }

    #[inline]
    pub(super) fn has_runs(&self) -> bool {
        self.runs_hint.load(Relaxed) != 0
    }
}
