//! State of one stripe under its writer lock: table writer, eviction policy, expiry index, bounds,
//! in-flight runs, retired entries.

use super::expiry::ExpiryIndex;
use super::in_flight::InFlightTable;
use super::removal::Removal;
use super::sharing::Sharing;
use super::walk_state::Walks;
use crate::config::Config;
use crate::policy::{OnHit, Policy};
use crate::table::{Detached, EntryVtable, Head, TableWriter};

/// An emptied store frees its memory if it has more than this. Less is not worth a new allocation.
const WORTH_GIVING_BACK: usize = 64 << 10;

/// A cell whose entry left the index, or was never published. A reader may still protect it.
#[derive(Clone, Copy)]
pub(super) struct Retired {
    pub(super) head: *mut Head,
    pub(super) slot: u32,
    pub(super) entry_type: u32,
    /// `None` if the key and the value have no destructor.
    pub(super) vtable: Option<&'static EntryVtable>,
    /// Whether the cell has a value. It always has a key.
    pub(super) full: bool,
}

// SAFETY: the entry belongs to the store, and is sent between threads as its types permit.
unsafe impl Send for Retired {}

pub(super) struct State<S: Sharing> {
    pub(super) table_writer: TableWriter,
    pub(super) in_flight: InFlightTable<S::Predicate>,
    /// `None` while the store has no bound: then nothing is evicted.
    pub(super) policy: Option<Box<dyn Policy>>,
    pub(super) expiry: ExpiryIndex,
    pub(super) walks: Walks,
    pub(super) live: usize,
    /// While an entry replaces another one, both are counted. The sum may exceed the type of a
    /// weight.
    pub(super) weight: u128,
    pub(super) max_entries: usize,
    pub(super) max_weight: u64,
    /// Removals that the thread which releases the lock reports to the observers.
    pub(super) removals: Vec<Removal>,
    /// Cells to reclaim once no reader protects them.
    pub(super) retired: Vec<Retired>,
    /// How many of these the last scan of the hazard pointers found protected, and how many
    /// addresses it found.
    pub(super) held: usize,
    pub(super) scanned: usize,
    /// Removed entries that a thread shows to observers or drops at this moment, outside the lock.
    pub(super) being_dropped: usize,
    /// Memory to free once no reader is inside it.
    pub(super) detached: Option<Detached>,
}

impl<S: Sharing> State<S> {
    pub(super) fn new(config: &Config, table_writer: TableWriter) -> Self {
        let max_entries = config.max_entries.unwrap_or(usize::MAX);
        // A bound by weight alone still needs an order of eviction.
        let is_bounded = config.policy.is_some() || config.max_weight.is_some();
        let kind = config.policy_or_lru();
        let policy = is_bounded.then(|| match config.max_weight {
            None => kind.build(max_entries),
            Some(_) => kind.build_weighted(max_entries),
        });
        Self {
            table_writer,
            in_flight: InFlightTable::default(),
            policy,
            expiry: ExpiryIndex::default(),
            walks: Walks::default(),
            live: 0,
            weight: 0,
            max_entries,
            max_weight: config.max_weight.unwrap_or(u64::MAX),
            removals: Vec::new(),
            retired: Vec::new(),
            held: 0,
            scanned: 0,
            being_dropped: 0,
            detached: None,
        }
    }

    pub(super) fn on_hit(&self) -> OnHit {
        self.policy.as_ref().map_or(OnHit::Nothing, |policy| policy.on_hit())
    }

    pub(super) fn weight(&self) -> u64 {
        u64::try_from(self.weight).unwrap_or(u64::MAX)
    }

    pub(super) fn max_entries(&self) -> Option<usize> {
        (self.max_entries != usize::MAX).then_some(self.max_entries)
    }

    pub(super) fn is_due(&self, now: u64) -> bool {
        self.expiry.is_due(now)
    }

    /// When there is something to expire, drop or free: `now` if there is already.
    pub(super) fn next_sweep(&self, now: u64) -> u64 {
        let is_quiet = self.is_nothing_to_drop() && self.detached.is_none() && !self.is_worth_giving_back();
        if is_quiet { self.expiry.soonest() } else { now }
    }

    /// Whether no key and no value waits to be dropped. Cells of plain data may still wait for
    /// reuse.
    pub(super) fn is_nothing_to_drop(&self) -> bool {
        self.retired.is_empty() || !self.table_writer.needs_drop()
    }

    /// Whether the store is empty and has much memory.
    pub(super) fn is_worth_giving_back(&self) -> bool {
        self.live == 0 && self.table_writer.bytes() > WORTH_GIVING_BACK
    }
}
