//! Statistics of getters. A field has no cache that could count its calls: the counters belong to
//! the getter, and cover all instances.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::striped_counter::StripedCounter;
use crate::info::CacheInfo;

/// What happens in a call of a getter.
#[derive(Clone, Copy)]
pub enum GetterEvent {
    /// There is a value.
    Hit,
    /// There is none, and another caller computes it.
    Coalesced,
    /// A computation starts.
    Load,
    /// A computation ends without a value.
    LoadFailed,
}

/// Counts the calls of a getter.
pub trait GetterStats {
    /// Counts one event.
    fn count(&self, event: GetterEvent);
}

/// Counts computations, and nothing on a hit.
#[derive(Default)]
pub struct LoadStats {
    loads: AtomicU64,
    failed: AtomicU64,
}

impl LoadStats {
    /// All zero.
    #[must_use]
    pub const fn new() -> Self {
        Self { loads: AtomicU64::new(0), failed: AtomicU64::new(0) }
    }

    /// Each computation is a miss. Entries are not counted: they come and go with their instances.
    pub fn info(&self) -> CacheInfo {
        CacheInfo { misses: self.loads.load(Relaxed), errors: self.failed.load(Relaxed), ..CacheInfo::default() }
    }
}

impl GetterStats for LoadStats {
    #[inline]
    fn count(&self, event: GetterEvent) {
        let counter = match event {
            GetterEvent::Hit | GetterEvent::Coalesced => return,
            GetterEvent::Load => &self.loads,
            GetterEvent::LoadFailed => &self.failed,
        };
        counter.fetch_add(1, Relaxed);
    }
}

/// Counts every call: the option `stats`.
#[derive(Default)]
pub struct CallStats {
    loads: LoadStats,
    coalesced: AtomicU64,
    hits: StripedCounter,
}

impl CallStats {
    /// All zero.
    #[must_use]
    pub const fn new() -> Self {
        Self { loads: LoadStats::new(), coalesced: AtomicU64::new(0), hits: StripedCounter::new() }
    }

    /// Every call is exactly one of a hit, a miss and a coalesced call.
    pub fn info(&self) -> CacheInfo {
        CacheInfo { hits: self.hits.sum(), coalesced: self.coalesced.load(Relaxed), ..self.loads.info() }
    }
}

impl GetterStats for CallStats {
    #[inline]
    fn count(&self, event: GetterEvent) {
        match event {
            GetterEvent::Hit => self.hits.increment(),
            GetterEvent::Coalesced => _ = self.coalesced.fetch_add(1, Relaxed),
            GetterEvent::Load | GetterEvent::LoadFailed => self.loads.count(event),
        }
    }
}

/// Counts nothing: with `handle = false` there is no function that returns statistics.
pub struct NoStats;

impl GetterStats for NoStats {
    #[inline]
    fn count(&self, _: GetterEvent) {}
}

/// One call that found no value. Counts it when dropped, so that a panic and a cancelled task are
/// counted too, as failures.
pub(super) struct MissGuard<'s, S: GetterStats> {
    stats: &'s S,
    ran: bool,
    succeeded: bool,
}

impl<'s, S: GetterStats> MissGuard<'s, S> {
    pub(super) fn new(stats: &'s S) -> Self {
        Self { stats, ran: false, succeeded: false }
    }

    /// The call computes the value itself.
    pub(super) fn run_started(&mut self) {
        self.ran = true;
        self.stats.count(GetterEvent::Load);
    }

    /// The call has a result, its own or another caller's.
    pub(super) fn end(mut self, succeeded: bool) {
        self.succeeded = succeeded;
    }
}

impl<S: GetterStats> Drop for MissGuard<'_, S> {
    fn drop(&mut self) {
        match (self.ran, self.succeeded) {
            (true, true) => {}
            (true, false) => self.stats.count(GetterEvent::LoadFailed),
            (false, _) => self.stats.count(GetterEvent::Coalesced),
        }
    }
}
